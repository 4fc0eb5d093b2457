using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Analytics.Collector.Collect;

/// <summary>
/// A request's body, read once into pooled memory and decompressed, within limits before and after. Content type does not matter:
/// beacons send text/plain to spare the visitor a preflight.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    public const int MaxCompressed = 1 << 20;
    public const int MaxDecompressed = 8 << 20;

    // The shared pool keeps an array of each size for each thread and more for each processor. Of this size that would be hundreds of
    // megabytes after a handful of large bodies, so that these have a small pool of their own.
    private const int Large = 1 << 20;
    private static readonly ArrayPool<byte> LargeArrays = ArrayPool<byte>.Create(MaxDecompressed, maxArraysPerBucket: 2);

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

    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MaxCompressed)
        {
            return TooLarge(MaxCompressed);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        return encoding is "" or "identity"
            ? await PlainAsync(request.BodyReader, (int)(request.ContentLength ?? 0), ct)
            : await DecompressedAsync(request.BodyReader, encoding, ct);
    }

    private static async ValueTask<RequestBody> PlainAsync(PipeReader reader, int sizeHint, CancellationToken ct)
    {
        var buffer = Rent(Math.Max(sizeHint, 1024));
        var length = 0;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(ct);
            }
            catch (BadHttpRequestException e)
            {
                Return(buffer);
                return Unreadable(e.StatusCode, e.Message);
            }

            if (length + read.Buffer.Length > MaxCompressed)
            {
                Return(buffer);
                return TooLarge(MaxCompressed);
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

    private static async ValueTask<RequestBody> DecompressedAsync(PipeReader reader, string encoding, CancellationToken ct)
    {
        using var compressed = await PlainAsync(reader, 0, ct);
        if (compressed.Problem is not null)
        {
            return Unreadable(compressed.Status, compressed.Problem);
        }

        using var source = new MemoryStream(compressed.buffer, 0, compressed.Length, writable: false);
        using Stream? stream = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (stream is null)
        {
            return Unreadable(StatusCodes.Status415UnsupportedMediaType, "The content encoding is none of gzip, deflate and br.");
        }

        return Decompress(stream, compressed.Length);
    }

    // In memory already, so reading is work of the processor and nothing to wait for.
    private static RequestBody Decompress(Stream stream, int compressedLength)
    {
        var buffer = Rent(Math.Clamp(compressedLength * 4, 4096, MaxDecompressed));
        var length = 0;
        try
        {
            while (true)
            {
                if (length == MaxDecompressed)
                {
                    if (stream.ReadByte() < 0)
                    {
                        return new(buffer, length, 200, null);
                    }

                    Return(buffer);
                    return TooLarge(MaxDecompressed);
                }

                if (length == buffer.Length)
                {
                    buffer = Fit(buffer, length, Math.Min(length * 2, MaxDecompressed));
                }

                var read = stream.Read(buffer, length, Math.Min(buffer.Length, MaxDecompressed) - length);
                if (read == 0)
                {
                    return new(buffer, length, 200, null);
                }

                length += read;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or InvalidOperationException)
        {
            Return(buffer);
            return Unreadable(StatusCodes.Status400BadRequest, "The body is not what its content encoding says.");
        }
    }

    private static byte[] Fit(byte[] buffer, int length, int needed)
    {
        if (needed <= buffer.Length)
        {
            return buffer;
        }

        var larger = Rent(Math.Max(needed, Math.Min(buffer.Length * 2, MaxDecompressed)));
        buffer.AsSpan(0, length).CopyTo(larger);
        Return(buffer);
        return larger;
    }

    private static byte[] Rent(int length) => length > Large ? LargeArrays.Rent(length) : ArrayPool<byte>.Shared.Rent(length);

    private static void Return(byte[] array) => (array.Length > Large ? LargeArrays : ArrayPool<byte>.Shared).Return(array);

    private static RequestBody TooLarge(int limit) =>
        Unreadable(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {limit >> 20} MiB.");

    private static RequestBody Unreadable(int status, string problem) => new([], 0, status, problem);

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            Return(buffer);
            buffer = [];
        }
    }
}
