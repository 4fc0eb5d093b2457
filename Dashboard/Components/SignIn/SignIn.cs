using System.Security.Claims;
using System.Threading.RateLimiting;
using Analytics.Contracts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Analytics.Dashboard.Components.SignIn;

/// <summary>
/// Exchanges an API key for a cookie. The key lives in the cookie's encrypted ticket and nowhere else: not in a table, not in the
/// page, not in a script's reach.
/// </summary>
internal static class SignIn
{
    private const string AttemptsPolicy = "sign-in";
    private const int MaxKeyLength = 512;

    public static void AddSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "analytics";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromDays(14);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/login";
            cookie.ReturnUrlParameter = "returnUrl";

            // Of an address that leads nowhere it is the page that says so which asks to sign in; what was asked for is the address.
            var toLogin = cookie.Events.OnRedirectToLogin;
            cookie.Events.OnRedirectToLogin = context =>
            {
                if (context.HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is { } unknown)
                {
                    context.RedirectUri = $"/login?returnUrl={Uri.EscapeDataString(unknown.OriginalPath + unknown.OriginalQueryString)}";
                }

                return toLogin(context);
            };
        });
        builder.Services.AddAuthorization();
        builder.Services.AddRateLimiter(limiter =>
        {
            // Keys are long and random; this keeps a guesser from using us to load the QueryApi.
            limiter.AddPolicy(AttemptsPolicy, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = 10, Window = TimeSpan.FromMinutes(1) }));
            limiter.OnRejected = async (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                await Page(null, "Too many attempts. Wait a minute, then try again.", StatusCodes.Status429TooManyRequests).ExecuteAsync(context.HttpContext);
            };
        });
    }

    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet("/login", Show);
        app.MapGet("/admin/login", () => TypedResults.LocalRedirect("/login")); // where the admin pages of one of the texts have it
        // The token is checked inside, so that a page left open for days leads to words and not to a bare 400.
        app.MapPost("/sign-in", Enter).DisableAntiforgery().RequireRateLimiting(AttemptsPolicy);
        app.MapPost("/sign-out", Leave).DisableAntiforgery();
    }

    private static RazorComponentResult<LoginPage> Show(string? returnUrl, string? why) =>
        Page(returnUrl, why == "key" ? "Your key is not valid any more. Sign in with another one." : null, StatusCodes.Status200OK);

    private static async Task<IResult> Enter(
        HttpContext context, IAntiforgery antiforgery, StatsClient stats, [FromForm] string? key, [FromForm] string? returnUrl, CancellationToken ct)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Page(returnUrl, "This page was open for too long. Please try again.", StatusCodes.Status400BadRequest);
        }

        key = key?.Trim();
        if (string.IsNullOrEmpty(key))
        {
            return Page(returnUrl, "Enter your API key.", StatusCodes.Status400BadRequest);
        }

        try
        {
            if (key.Length > MaxKeyLength || key.Any(c => c is <= ' ' or > '~') || await KnownAsync(stats, key, ct) is not { } known)
            {
                return Page(returnUrl, "That key is not known here.", StatusCodes.Status401Unauthorized);
            }

            var identity = new ClaimsIdentity(
                [new(ClaimTypes.Name, known.Name), new(StatsClientRegistration.KeyClaim, key)], CookieAuthenticationDefaults.AuthenticationScheme);
            await context.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
            return TypedResults.LocalRedirect(Local(returnUrl));
        }
        catch (StatsException e)
        {
            return Page(returnUrl, $"{e.Message} Try again in a moment.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    // What a key may do, or null where it is not valid.
    private static async Task<KeyResponse?> KnownAsync(StatsClient stats, string key, CancellationToken ct)
    {
        try
        {
            return await stats.WithKey(key).KeyAsync(ct);
        }
        catch (StatsException e) when (e.Failure is StatsFailure.SignedOut or StatsFailure.Forbidden)
        {
            return null;
        }
    }

    private static async Task<IResult> Leave(HttpContext context, IAntiforgery antiforgery)
    {
        if (await antiforgery.IsRequestValidAsync(context))
        {
            await context.SignOutAsync();
        }

        return TypedResults.LocalRedirect("/login");
    }

    private static RazorComponentResult<LoginPage> Page(string? returnUrl, string? problem, int status) =>
        new(new Dictionary<string, object?> { [nameof(LoginPage.ReturnUrl)] = Local(returnUrl), [nameof(LoginPage.Problem)] = problem })
        {
            StatusCode = status,
            PreventStreamingRendering = true,
        };

    // Anything that is not a path of ours would make the sign-in page a springboard to somebody else's.
    private static string Local(string? url) => RedirectHttpResult.IsLocalUrl(url) && !url.StartsWith('~') ? url : "/";
}
