using System.Security.Claims;

namespace Analytics.QueryApi.Auth;

/// <summary>What a key may do; each is also the name of the policy that asks for it.</summary>
internal static class Scopes
{
    public const string Query = "query";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Query, Admin];
}

/// <summary>A key's rights as claims of the request's user.</summary>
internal static class KeyClaims
{
    public const string Scope = "scope";
    public const string Site = "site";

    public static bool Sees(this ClaimsPrincipal user, string siteKey) =>
        user.HasClaim(claim => claim.Type == Site && (claim.Value == ApiKey.AllSites || claim.Value == siteKey));

    public static IReadOnlyList<string> Values(this ClaimsPrincipal user, string type) => [.. user.FindAll(type).Select(claim => claim.Value)];
}
