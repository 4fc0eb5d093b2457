namespace Analytics.Storage;

/// <summary>What a key may do, as the settings table holds it. The key itself is nowhere.</summary>
/// <param name="Id">The key's public beginning.</param>
/// <param name="Scopes">Of <see cref="QueryScope"/>, <see cref="CollectScope"/> and <see cref="AdminScope"/>.</param>
/// <param name="Sites">Keys of the sites it sees, or <see cref="AllSites"/> alone.</param>
public sealed record ApiKey(string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Sites)
{
    /// <summary>Read reports.</summary>
    public const string QueryScope = "query";

    /// <summary>Send events from a server, old ones too.</summary>
    public const string CollectScope = "collect";

    /// <summary>Change sites, settings and keys.</summary>
    public const string AdminScope = "admin";

    public const string AllSites = "*";

    /// <summary>Expires where a key never does.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.UnixEpoch;

    /// <summary>The key of the configuration, which is there before any other: it may do everything, and no limit is set to it.</summary>
    public static ApiKey Bootstrap { get; } = new("bootstrap", "bootstrap", [QueryScope, CollectScope, AdminScope], [AllSites]);

    /// <summary>SHA-256 of the whole key, in hex.</summary>
    public string Hash { get; init; } = "";

    public DateTimeOffset Created { get; init; }

    public DateTimeOffset Expires { get; init; } = Never;

    /// <summary>Requests a minute; 0 where the configuration decides.</summary>
    public uint RequestsPerMinute { get; init; }

    public bool May(string scope) => Scopes.Contains(scope);

    public bool SeesAll => Sites.Contains(AllSites);

    public bool Sees(string siteKey) => SeesAll || Sites.Contains(siteKey);

    public bool IsExpired(DateTimeOffset now) => Expires != Never && Expires <= now;
}
