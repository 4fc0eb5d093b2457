using System.Buffers.Binary;
using System.IO.Compression;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>How an answer is compressed. .NET streams some encodings, the engine the others.</summary>
internal sealed record AnswerEncoding(string? HttpName, string EngineName, bool ByEngine)
{
    public static readonly AnswerEncoding Identity = new(null, "none", ByEngine: false);

    private static readonly AnswerEncoding Blocks = new(null, "none", ByEngine: false);

    // In the order in which ClickHouse prefers them, whatever the client's is.
    private static readonly AnswerEncoding[] All =
    [
        new("zstd", "zstd", ByEngine: true),
        new("br", "br", ByEngine: false),
        new("lz4", "lz4", ByEngine: true),
        new("gzip", "gzip", ByEngine: false),
        new("deflate", "deflate", ByEngine: false),
    ];

    public static AnswerEncoding Choose(RequestParameters parameters, IHeaderDictionary headers)
    {
        var accepted = headers.AcceptEncoding.ToString();
        return parameters.AnswerInBlocks ? Blocks : parameters.CompressAnswer
            ? All.FirstOrDefault(e => accepted.Contains(e.HttpName!, StringComparison.OrdinalIgnoreCase)) ?? Identity
            : Identity;
    }

    /// <summary>ClickHouse's own compression, which HTTP knows nothing of.</summary>
    public bool IsBlocks => ReferenceEquals(this, Blocks);

    public Stream Wrap(Stream target) => HttpName switch
    {
        "br" => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "gzip" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        _ => IsBlocks ? new CompressedBlockWriter(target) : target,
    };

    /// <summary>A frame of its own, not compressed, for what comes after the engine's.</summary>
    public byte[] Frame(ReadOnlySpan<byte> text)
    {
        var size = new byte[sizeof(uint)];
        if (HttpName == "zstd")
        {
            // RFC 8878: magic, one segment with its size in 4 bytes, then one raw block, the last.
            BinaryPrimitives.WriteInt32LittleEndian(size, text.Length);
            var block = (text.Length << 3) | 1;
            return [0x28, 0xB5, 0x2F, 0xFD, 0xA0, .. size, (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. text];
        }

        // LZ4 frame format 1.6: magic, independent blocks of up to 64 KiB, the header's checksum; one block as it is, the end.
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)text.Length | 0x80000000);
        return [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82, .. size, .. text, 0, 0, 0, 0];
    }

    /// <summary>What nothing is, compressed. The engine's lz4 of no bytes lacks its header.</summary>
    public ReadOnlyMemory<byte> Empty() => HttpName switch
    {
        "zstd" => new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, 0x01, 0x00, 0x00 },
        "lz4" => new byte[] { 0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0x00, 0x00, 0x00, 0x00, 0x05, 0x5D, 0xCC, 0x02 },
        _ => default,
    };
}
