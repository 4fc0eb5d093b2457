using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// How ids of any text become the numbers that are stored: the leading bytes of their SHA-256. No table maps one to the other, so
/// any process, at any time, finds a session or a site by the text that the tracker sent.
/// </summary>
public static class Identifier
{
    /// <summary>A visitor or session id: 64 bits; two of a site's 10 million ids share one with a chance of 1 in 370,000.</summary>
    public static ulong Of(ReadOnlySpan<char> text) => BinaryPrimitives.ReadUInt64BigEndian(Hash(text, stackalloc byte[32]));

    /// <summary>A site's number, from its key (domain or website id) in lower case. 0 is kept for "no site".</summary>
    public static uint OfSite(string key) =>
        Math.Max(1, BinaryPrimitives.ReadUInt32BigEndian(Hash(key.Trim().ToLowerInvariant(), stackalloc byte[32])));

    private static Span<byte> Hash(ReadOnlySpan<char> text, Span<byte> hash)
    {
        Span<byte> utf8 = text.Length <= 256 ? stackalloc byte[256 * 3] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, utf8);
        SHA256.HashData(utf8[..length], hash);
        return hash;
    }
}
