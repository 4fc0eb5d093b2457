using System.Security.Claims;
using Analytics.Contracts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Auth;

internal static partial class KeysEndpoint
{
    public static void AddApiKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services
            .AddAuthentication(ApiKeyHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
        builder.Services.AddAuthorization(options =>
        {
            foreach (var scope in Scopes.All)
            {
                options.AddPolicy(scope, policy => policy.RequireAuthenticatedUser().RequireClaim(KeyClaims.Scope, scope));
            }
        });
        builder.Services.AddHostedService<KeyCheck>();
    }

    public static void MapKeys(this IEndpointRouteBuilder app) => app
        .MapGet("/api/keys/me", Me)
        .RequireAuthorization()
        .WithTags("Keys")
        .WithSummary("What the key of this request may do");

    private static Ok<KeyResponse> Me(ClaimsPrincipal user) =>
        TypedResults.Ok(new KeyResponse(user.Identity?.Name ?? "", user.Values(KeyClaims.Scope), user.Values(KeyClaims.Site)));

    /// <summary>Says at start that nobody can be let in, before the first caller wonders.</summary>
    private sealed partial class KeyCheck(ApiKeys keys, ILogger<ApiKeys> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (!keys.Any)
            {
                Log.NoKey(logger, ApiKeys.BootstrapSetting);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private static partial class Log
        {
            [LoggerMessage(LogLevel.Error, "There is no API key ({Setting}): every request for data will be refused")]
            public static partial void NoKey(ILogger logger, string setting);
        }
    }
}
