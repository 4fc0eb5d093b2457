using System.Buffers.Binary;
using Analytics.EmbeddedClickHouse.Chdb;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// ClickHouse's own compression (compress=1, decompress=1), which its Java and Go clients ask for. A block is a checksum of 16 bytes, a
/// byte for the method, two lengths and the data.
/// </summary>
internal static class CompressedBlocks
{
    public const int ChecksumSize = 16;
    public const int HeaderSize = 9;
    public const int LargestBlock = 1 << 30;
    public const byte Lz4 = 0x82;
    public const byte None = 0x02;

    public static void WriteChecksum(Span<byte> target, ReadOnlySpan<byte> block)
    {
        var (low, high) = CityHash.Hash128(block);
        BinaryPrimitives.WriteUInt64LittleEndian(target, low);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], high);
    }

    /// <summary>LZ4's block format: literals, then a match in what was written before; the last sequence has no match.</summary>
    public static void UnpackLz4(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        var (read, written) = (0, 0);
        while (read < packed.Length)
        {
            var token = packed[read++];
            var literals = Length(packed, ref read, token >> 4);
            packed.Slice(read, literals).CopyTo(plain[written..]);
            read += literals;
            written += literals;
            if (read == packed.Length)
            {
                break;
            }

            var distance = BinaryPrimitives.ReadUInt16LittleEndian(packed[read..]);
            read += 2;
            var match = Length(packed, ref read, token & 15) + 4;
            if (distance == 0 || distance > written)
            {
                throw new ArgumentOutOfRangeException(nameof(packed));
            }

            // Byte by byte: a match may reach into itself.
            for (var end = written + match; written < end; written++)
            {
                plain[written] = plain[written - distance];
            }
        }

        if (written != plain.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(packed));
        }
    }

    private static int Length(ReadOnlySpan<byte> packed, ref int read, int length)
    {
        if (length == 15)
        {
            byte more;
            do
            {
                more = packed[read++];
                length = checked(length + more);
            }
            while (more == 255);
        }

        return length;
    }
}

/// <summary>
/// Writes blocks. They are LZ4 of nothing but literals: all its readers take it, and between two processes of one machine bytes are cheaper
/// than their compression.
/// </summary>
internal sealed class CompressedBlockWriter(Stream target) : Stream
{
    private const int BlockSize = 1 << 16;

    private readonly byte[] plain = new byte[BlockSize];
    private readonly byte[] block = new byte[CompressedBlocks.ChecksumSize + CompressedBlocks.HeaderSize + BlockSize + (BlockSize / 255) + 16];
    private int held;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var length = Math.Min(buffer.Length, BlockSize - held);
            buffer[..length].CopyTo(plain.AsMemory(held));
            held += length;
            buffer = buffer[length..];
            if (held == BlockSize)
            {
                await WriteBlockAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await WriteBlockAsync(cancellationToken);
        await target.FlushAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await WriteBlockAsync(CancellationToken.None);
        await base.DisposeAsync();
    }

    public override void Flush() => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask WriteBlockAsync(CancellationToken ct)
    {
        if (held > 0)
        {
            var length = Compose();
            held = 0;
            await target.WriteAsync(block.AsMemory(0, length), ct);
        }
    }

    private int Compose()
    {
        var at = CompressedBlocks.ChecksumSize + CompressedBlocks.HeaderSize;
        block[at++] = (byte)(Math.Min(held, 15) << 4);
        if (held >= 15)
        {
            var more = held - 15;
            for (; more >= 255; more -= 255)
            {
                block[at++] = 255;
            }

            block[at++] = (byte)more;
        }

        plain.AsSpan(0, held).CopyTo(block.AsSpan(at));
        at += held;

        var header = block.AsSpan(CompressedBlocks.ChecksumSize);
        header[0] = CompressedBlocks.Lz4;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], at - CompressedBlocks.ChecksumSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[5..], held);
        CompressedBlocks.WriteChecksum(block, block.AsSpan(CompressedBlocks.ChecksumSize..at));
        return at;
    }
}

/// <summary>Reads blocks, and notices a damaged one and one that is not whole.</summary>
internal sealed class CompressedBlockReader(Stream source, bool checksums) : Stream
{
    private readonly byte[] head = new byte[CompressedBlocks.ChecksumSize + CompressedBlocks.HeaderSize];
    private ReadOnlyMemory<byte> plain;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (plain.Length == 0)
        {
            if (!await ReadBlockAsync(cancellationToken))
            {
                return 0;
            }
        }

        var length = Math.Min(buffer.Length, plain.Length);
        plain[..length].CopyTo(buffer);
        plain = plain[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> ReadBlockAsync(CancellationToken ct)
    {
        var read = await source.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        if (read == 0)
        {
            return false;
        }

        var method = head[CompressedBlocks.ChecksumSize];
        var packedLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(CompressedBlocks.ChecksumSize + 1));
        var plainLength = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(CompressedBlocks.ChecksumSize + 5));
        if (read < head.Length)
        {
            throw new InvalidDataException("the last block is not whole.");
        }

        if (packedLength is < CompressedBlocks.HeaderSize or > CompressedBlocks.LargestBlock || plainLength is < 0 or > CompressedBlocks.LargestBlock)
        {
            throw new InvalidDataException("these are no blocks of ClickHouse's compression.");
        }

        var block = new byte[packedLength];
        head.AsSpan(CompressedBlocks.ChecksumSize).CopyTo(block);
        if (await source.ReadAtLeastAsync(block.AsMemory(CompressedBlocks.HeaderSize), packedLength - CompressedBlocks.HeaderSize, false, ct)
            < packedLength - CompressedBlocks.HeaderSize)
        {
            throw new InvalidDataException("the last block is not whole.");
        }

        if (checksums)
        {
            Check(block);
        }

        plain = Unpack(method, block.AsMemory(CompressedBlocks.HeaderSize), plainLength);
        return true;
    }

    private void Check(byte[] block)
    {
        Span<byte> checksum = stackalloc byte[CompressedBlocks.ChecksumSize];
        CompressedBlocks.WriteChecksum(checksum, block);
        if (!checksum.SequenceEqual(head.AsSpan(0, CompressedBlocks.ChecksumSize)))
        {
            throw new ClickHouseException(new ClickHouseError(40, "CHECKSUM_DOESNT_MATCH", "Checksum doesn't match: corrupted data in the request."));
        }
    }

    private static ReadOnlyMemory<byte> Unpack(byte method, ReadOnlyMemory<byte> packed, int plainLength)
    {
        switch (method)
        {
            case CompressedBlocks.None when packed.Length == plainLength:
                return packed;
            case CompressedBlocks.Lz4:
                var plain = new byte[plainLength];
                try
                {
                    CompressedBlocks.UnpackLz4(packed.Span, plain);
                }
                catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
                {
                    throw new ClickHouseException(new ClickHouseError(271, "CANNOT_DECOMPRESS", "Cannot decompress LZ4-encoded data."));
                }

                return plain;
            default:
                throw new ClickHouseException(new ClickHouseError(
                    89, "UNKNOWN_COMPRESSION_METHOD", $"Compression method 0x{method:x2} is not read here, only LZ4 (0x82) and none (0x02)."));
        }
    }
}
