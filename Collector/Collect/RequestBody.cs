using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Analytics.Collector.Collect;

/// <summary>How many bytes a request may hold, as it comes and once it is decompressed.</summary>
internal sealed record BodyLimits(int Compressed, int Decompressed)
{
    public static readonly BodyLimits Events = new(1 << 20, 8 << 20);

    /// <summary>Of a contract that carries recordings: the first event of one is the whole page.</summary>
    public static readonly BodyLimits Recordings = new(2 << 20, 16 << 20);
}

/// <summary>
/// A request's body, read once into pooled memory and decompressed, within limits before and after. Content type does not matter:
/// beacons send text/plain to spare the visitor a preflight.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] buffer;

    private RequestBody(byte[] buffer, int length, int status, string? problem)
    {
        this.buffer = buffer;
        Length = length;
        Status = status;
        Problem = problem;
    }

    /// <summary>Why it could not be read, with the status to answer.</summary>
    public string? Problem { get; }

    public int Status { get; }

    public int Length { get; }

    /// <summary>The request's own until it is disposed.</summary>
    public Memory<byte> Bytes => buffer.AsMemory(0, Length);

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, BodyLimits limits, CancellationToken ct)
    {
        if (request.ContentLength > limits.Compressed)
        {
            return TooLarge(limits.Compressed);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        return encoding is "" or "identity"
            ? await PlainAsync(request.BodyReader, (int)(request.ContentLength ?? 0), limits.Compressed, ct)
            : await DecompressedAsync(request.BodyReader, encoding, limits, ct);
    }

    private static async ValueTask<RequestBody> PlainAsync(PipeReader reader, int sizeHint, int limit, CancellationToken ct)
    {
        var buffer = PooledBytes.Rent(Math.Max(sizeHint, 1024));
        var length = 0;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(ct);
            }
            catch (IOException e)
            {
                // Wrong lengths and chunks, or a client that hung up.
                PooledBytes.Return(buffer);
                return Unreadable((e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest, e.Message);
            }

            if (length + read.Buffer.Length > limit)
            {
                PooledBytes.Return(buffer);
                return TooLarge(limit);
            }

            buffer = Fit(buffer, length, (int)(length + read.Buffer.Length));
            read.Buffer.CopyTo(buffer.AsSpan(length));
            length += (int)read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return new(buffer, length, 200, null);
            }
        }
    }

    private static async ValueTask<RequestBody> DecompressedAsync(PipeReader reader, string encoding, BodyLimits limits, CancellationToken ct)
    {
        using var compressed = await PlainAsync(reader, 0, limits.Compressed, ct);
        if (compressed.Problem is not null)
        {
            return Unreadable(compressed.Status, compressed.Problem);
        }

        using var source = new MemoryStream(compressed.buffer, 0, compressed.Length, writable: false);
        using Stream? stream = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            // Some clients leave out zlib's frame, whose first two bytes are a multiple of 31.
            "deflate" => compressed.Length >= 2 && (compressed.buffer[0] & 15) == 8 && ((compressed.buffer[0] << 8) + compressed.buffer[1]) % 31 == 0
                ? new ZLibStream(source, CompressionMode.Decompress)
                : new DeflateStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (stream is null)
        {
            return Unreadable(StatusCodes.Status415UnsupportedMediaType, "The content encoding is none of gzip, deflate and br.");
        }

        return Decompress(stream, compressed.Length, limits.Decompressed);
    }

    /// <summary>What is in memory already, so that reading is work of the processor and nothing to wait for.</summary>
    internal static RequestBody Decompress(Stream stream, int compressedLength, int limit)
    {
        var buffer = PooledBytes.Rent(Math.Clamp(compressedLength * 4, 4096, limit));
        var length = 0;
        try
        {
            while (true)
            {
                if (length == limit)
                {
                    if (stream.ReadByte() < 0)
                    {
                        return new(buffer, length, 200, null);
                    }

                    PooledBytes.Return(buffer);
                    return TooLarge(limit);
                }

                if (length == buffer.Length)
                {
                    buffer = Fit(buffer, length, Math.Min(length * 2, limit));
                }

                var read = stream.Read(buffer, length, Math.Min(buffer.Length, limit) - length);
                if (read == 0)
                {
                    return new(buffer, length, 200, null);
                }

                length += read;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or InvalidOperationException)
        {
            PooledBytes.Return(buffer);
            return Unreadable(StatusCodes.Status400BadRequest, "The body is not what its content encoding says.");
        }
    }

    private static byte[] Fit(byte[] buffer, int length, int needed)
    {
        if (needed <= buffer.Length)
        {
            return buffer;
        }

        var larger = PooledBytes.Rent(Math.Max(needed, Math.Min(buffer.Length * 2, BodyLimits.Events.Decompressed)));
        buffer.AsSpan(0, length).CopyTo(larger);
        PooledBytes.Return(buffer);
        return larger;
    }

    private static RequestBody TooLarge(int limit) =>
        Unreadable(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {limit >> 20} MiB.");

    private static RequestBody Unreadable(int status, string problem) => new([], 0, status, problem);

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            PooledBytes.Return(buffer);
            buffer = [];
        }
    }
}
