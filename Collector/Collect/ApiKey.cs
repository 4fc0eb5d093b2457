using System.Security.Cryptography;
using System.Text;

namespace Analytics.Collector.Collect;

/// <summary>The bootstrap key, kept and compared as a hash: comparing takes the same time however much of a guess is right.</summary>
internal sealed class ApiKey(IConfiguration configuration)
{
    private const string Bearer = "Bearer ";

    private readonly byte[]? hash = configuration["Auth:BootstrapKey"] is { Length: > 0 } key ? Hash(key) : null;

    public bool IsGiven(IHeaderDictionary headers)
    {
        if (hash is null)
        {
            return false;
        }

        var given = headers.Authorization.ToString();
        given = given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? given[Bearer.Length..].Trim() : headers["X-Api-Key"].ToString();
        return given.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(given), hash);
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
