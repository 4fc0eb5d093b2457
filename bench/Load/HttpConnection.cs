using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Analytics.Load;

internal readonly record struct Answer(int Status, bool IsDropped)
{
    public bool IsAccepted => Status is 200 or 202 && !IsDropped;
}

/// <summary>
/// One keep-alive connection, one request at a time: bytes in, status out. As little HTTP as the answers of this system need, because
/// whatever it costs is missing from what it measures.
/// </summary>
internal sealed class HttpConnection(IPEndPoint server) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private Socket? socket;

    /// <exception cref="IOException">The connection broke: nobody knows whether the request was taken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> SendAsync(ReadOnlyMemory<byte> request)
    {
        try
        {
            if (socket is null)
            {
                socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(server);
            }

            for (var sent = 0; sent < request.Length;)
            {
                sent += await socket.SendAsync(request[sent..], SocketFlags.None);
            }

            var received = 0;
            while (true)
            {
                if (received == buffer.Length)
                {
                    throw new IOException("The answer is longer than any that is expected.");
                }

                var count = await socket.ReceiveAsync(buffer.AsMemory(received), SocketFlags.None);
                if (count == 0)
                {
                    throw new IOException("The server hung up.");
                }

                received += count;
                if (TryRead(buffer.AsSpan(0, received), out var answer, out var isLast))
                {
                    if (isLast)
                    {
                        Close();
                    }

                    return answer;
                }
            }
        }
        catch (SocketException e)
        {
            Close();
            throw new IOException(e.Message, e);
        }
        catch (IOException)
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        socket?.Dispose();
        socket = null;
    }

    /// <returns>Whether the answer is there to its end.</returns>
    private static bool TryRead(ReadOnlySpan<byte> bytes, out Answer answer, out bool isLast)
    {
        (answer, isLast) = (default, false);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0 || !Utf8Parser.TryParse(bytes[9..], out int status, out _))
        {
            return false;
        }

        var (length, isChunked, isDropped) = (0, false, false);
        for (var rest = bytes[..(end + 2)]; rest.Length > 0;)
        {
            var next = rest.IndexOf("\r\n"u8);
            var line = rest[..next];
            rest = rest[(next + 2)..];
            if (Is(line, "content-length:"u8, out var value))
            {
                _ = Utf8Parser.TryParse(value, out length, out _);
            }
            else if (Is(line, "transfer-encoding:"u8, out _))
            {
                isChunked = true;
            }
            else if (Is(line, "x-dropped:"u8, out _))
            {
                isDropped = true;
            }
            else if (Is(line, "connection:"u8, out value))
            {
                isLast = Ascii.EqualsIgnoreCase(value, "close"u8);
            }
        }

        answer = new(status, isDropped);
        var body = bytes[(end + 4)..];

        // Nothing follows an answer before the next request, so that the end of the bytes tells.
        return isChunked ? body.EndsWith("0\r\n\r\n"u8) && (body.Length == 5 || body[^6] == '\n') : body.Length >= length;
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        if (line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name))
        {
            value = line[name.Length..].Trim((byte)' ');
            return true;
        }

        value = default;
        return false;
    }
}
