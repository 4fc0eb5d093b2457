using System.Security.Claims;
using System.Text.Encodings.Web;
using Analytics.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Analytics.QueryApi.Auth;

/// <summary>
/// Signs a request in by its key: <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>. Never by the address, which ends up in logs.
/// From then on the key is also a feature of the request.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyRegistry keys, ApiKeyUses uses)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string HeaderName = "X-Api-Key";
    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented() is not { Length: > 0 } presented)
        {
            return AuthenticateResult.NoResult();
        }

        if (await keys.FindAsync(presented, Context.RequestAborted) is not { } key)
        {
            return AuthenticateResult.Fail("The API key is not known, was revoked or has expired.");
        }

        if (key != ApiKey.Bootstrap)
        {
            uses.Note(key);
        }

        Context.Features.Set(key);
        return SignIn(key);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    private static AuthenticateResult SignIn(ApiKey key)
    {
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, key.Id),
                new Claim(ClaimTypes.Name, key.Name),
                .. key.Scopes.Select(scope => new Claim(KeyClaims.Scope, scope)),
                .. key.Sites.Select(site => new Claim(KeyClaims.Site, site)),
            ],
            SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    // A header sent twice is one that two parties disagree about: no key.
    private string? Presented()
    {
        if (Single(Request.Headers.Authorization) is { } authorization)
        {
            return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
        }

        return Single(Request.Headers[HeaderName]);
    }

    private static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;
}
