using System.IO.Compression;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>How an answer is compressed. .NET streams some encodings; the others the engine writes into a file.</summary>
internal sealed record AnswerEncoding(string? HttpName, string EngineName, bool ByEngine)
{
    public static readonly AnswerEncoding Identity = new(null, "none", ByEngine: false);

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
        return parameters.CompressAnswer
            ? All.FirstOrDefault(e => accepted.Contains(e.HttpName!, StringComparison.OrdinalIgnoreCase)) ?? Identity
            : Identity;
    }

    public Stream Wrap(Stream target) => HttpName switch
    {
        "br" => new BrotliStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "gzip" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
        "deflate" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
        _ => target,
    };

    /// <summary>What nothing is, compressed. The engine's lz4 of no bytes lacks its header.</summary>
    public ReadOnlyMemory<byte> Empty() => HttpName switch
    {
        "zstd" => new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, 0x01, 0x00, 0x00 },
        "lz4" => new byte[] { 0x04, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7, 0x00, 0x00, 0x00, 0x00, 0x05, 0x5D, 0xCC, 0x02 },
        _ => default,
    };
}
