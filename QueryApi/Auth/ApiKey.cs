namespace Analytics.QueryApi.Auth;

/// <summary>What a key may do, once it has been recognised. The key itself is not kept.</summary>
/// <param name="Sites">Keys of the sites it sees, or <see cref="AllSites"/> alone.</param>
internal sealed record ApiKey(string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Sites)
{
    public const string AllSites = "*";
}
