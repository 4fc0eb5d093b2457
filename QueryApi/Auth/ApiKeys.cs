using System.Security.Cryptography;
using System.Text;

namespace Analytics.QueryApi.Auth;

/// <summary>Recognises keys: today the bootstrap key of the configuration, of which only the hash is kept in memory.</summary>
internal sealed class ApiKeys(IConfiguration configuration)
{
    public const string BootstrapSetting = "Auth:BootstrapKey";

    private static readonly ApiKey Bootstrap = new("bootstrap", [Scopes.Query, Scopes.Admin], [ApiKey.AllSites]);

    private readonly byte[]? bootstrapHash = configuration[BootstrapSetting] is { Length: > 0 } key ? Hash(key) : null;

    /// <summary>Whether any key at all could be recognised.</summary>
    public bool Any => bootstrapHash is not null;

    /// <summary>The key's rights, or null where it is not known. The comparison takes the same time whatever the text.</summary>
    public ApiKey? Find(string key) =>
        bootstrapHash is not null && CryptographicOperations.FixedTimeEquals(Hash(key), bootstrapHash) ? Bootstrap : null;

    // Keys are long and random, so a plain hash cannot be searched; it hides the key and evens out the length.
    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
