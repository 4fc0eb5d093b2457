using System.Security.Claims;
using Analytics.Storage;

namespace Analytics.QueryApi.Auth;

/// <summary>What a key may do; each is also the name of the policy that asks for it.</summary>
internal static class Scopes
{
    public const string Query = ApiKey.QueryScope;
    public const string Collect = ApiKey.CollectScope;
    public const string Admin = ApiKey.AdminScope;

    public static IReadOnlyList<string> All { get; } = [Query, Collect, Admin];
}

/// <summary>A key's rights as claims of the request's user.</summary>
internal static class KeyClaims
{
    public const string Scope = "scope";
    public const string Site = "site";

    public static bool Sees(this ClaimsPrincipal user, string siteKey) =>
        user.HasClaim(claim => claim.Type == Site && (claim.Value == ApiKey.AllSites || claim.Value == siteKey));

    /// <summary>Whether that is so of every site, also those still to come.</summary>
    public static bool SeesAll(this ClaimsPrincipal user) => user.HasClaim(Site, ApiKey.AllSites);

    public static bool May(this ClaimsPrincipal user, string scope) => user.HasClaim(Scope, scope);

    public static IReadOnlyList<string> Values(this ClaimsPrincipal user, string type) => [.. user.FindAll(type).Select(claim => claim.Value)];
}
