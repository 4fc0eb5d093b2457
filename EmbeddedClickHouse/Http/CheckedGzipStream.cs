using System.Buffers.Binary;
using System.IO.Compression;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// Unpacks gzip and notices when its end is missing. .NET's own stream does not: a body cut short would be stored as far as it came.
/// </summary>
internal sealed class CheckedGzipStream : Stream
{
    private const int LengthField = 4;

    private readonly TailStream packed;
    private readonly GZipStream plain;
    private long total;

    public CheckedGzipStream(Stream source)
    {
        packed = new TailStream(source);
        plain = new GZipStream(packed, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await plain.ReadAsync(buffer, cancellationToken);
        total += read;
        if (read == 0 && buffer.Length > 0)
        {
            await CheckEndAsync(cancellationToken);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            plain.Dispose();
        }

        base.Dispose(disposing);
    }

    // gzip ends in the length of what was packed. Several members in a row would pass only with the engine's decoder; no client sends them.
    private async Task CheckEndAsync(CancellationToken ct)
    {
        var rest = new byte[512];
        while (await packed.ReadAsync(rest, ct) > 0)
        {
            // what the decoder left
        }

        if (packed.Count > 0 && packed.Last(LengthField) != (uint)total)
        {
            throw new InvalidDataException("the gzip data end too early.");
        }
    }

    /// <summary>Remembers the last bytes that went through.</summary>
    private sealed class TailStream(Stream inner) : Stream
    {
        private readonly byte[] tail = new byte[LengthField];

        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public uint? Last(int bytes) => Count < bytes ? null : BinaryPrimitives.ReadUInt32LittleEndian(tail);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Remember(buffer.Span[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void Remember(ReadOnlySpan<byte> read)
        {
            Count += read.Length;
            if (read.Length >= LengthField)
            {
                read[^LengthField..].CopyTo(tail);
            }
            else if (read.Length > 0)
            {
                tail.AsSpan(read.Length).CopyTo(tail);
                read.CopyTo(tail.AsSpan(LengthField - read.Length));
            }
        }
    }
}
