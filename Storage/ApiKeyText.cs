using System.Security.Cryptography;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// Keys as callers hold them: <c>ana_</c>, an id of 12 hex digits that is no secret, <c>_</c>, and 256 random bits in hex. A hash without
/// a key of its own is enough for those: what was drawn from 2^256 cannot be searched, and there is no second secret to lose.
/// </summary>
public static class ApiKeyText
{
    private const string Prefix = "ana_";
    private const int IdLength = 16; // with the prefix
    private const int Length = IdLength + 1 + 64;

    /// <summary>A new key and its id.</summary>
    public static (string Key, string Id) Create()
    {
        var id = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        return ($"{id}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}", id);
    }

    /// <summary>The id that a text names, or null where it cannot be a key.</summary>
    public static string? IdOf(string text) =>
        text.Length == Length && text[IdLength] == '_' && text.StartsWith(Prefix, StringComparison.Ordinal) ? text[..IdLength] : null;

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Whether the text has that hash; takes the same time however much of it is right.</summary>
    public static bool Matches(string text, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(text)), Encoding.ASCII.GetBytes(hash));
}
