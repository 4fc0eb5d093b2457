using System.Security.Claims;
using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Auth;

internal static partial class KeysEndpoint
{
    private const int MaxKeys = 1_000;

    public static void AddApiKeys(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new ApiKeys(services.GetRequiredKeyedService<ClickHouse>(StatsGroup.Writable)));
        builder.Services.AddSingleton<KeyRegistry>();
        builder.Services.AddSingleton<ApiKeyUses>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ApiKeyUses>());
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

    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/keys/me", Me)
            .RequireAuthorization()
            .WithTags("Keys")
            .WithSummary("What the key of this request may do");

        var keys = app.MapGroup("/api/keys").RequireAuthorization(Scopes.Admin).WithTags("Keys").RefuseBadQueries();
        keys.MapGet("/", List)
            .WithSummary("The stored keys, oldest first")
            .WithDescription("Those that see no site which the key of the request does not see.");
        keys.MapGet("/{id}", Get).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One stored key");
        keys.MapPost("/", Create)
            .WithSummary("Makes a key")
            .WithDescription("The answer is the only place where the key is ever shown: what is stored is its SHA-256. A key can be given no scope and no "
                + "site that the key of the request has not itself. Every service knows it within a second.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        keys.MapDelete("/{id}", Revoke).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Revokes a key")
            .WithDescription("Every service refuses it within a second. The bootstrap key stands in the configuration and is changed there.");
    }

    private static Ok<KeyResponse> Me(ClaimsPrincipal user) =>
        TypedResults.Ok(new KeyResponse(user.Identity?.Name ?? "", user.Values(KeyClaims.Scope), user.Values(KeyClaims.Site)));

    private static async Task<Ok<IReadOnlyList<ApiKeyResponse>>> List(
        ClaimsPrincipal user, KeyRegistry registry, ApiKeys keys, CancellationToken ct)
    {
        var lastUsed = keys.LastUsedAsync(ct);
        var all = await registry.ReadAsync(ct);
        var uses = await lastUsed;
        return TypedResults.Ok<IReadOnlyList<ApiKeyResponse>>(
            [.. all.All.Where(key => IsWithin(user, key)).Select(key => ToResponse(key, uses))]);
    }

    private static async Task<Results<Ok<ApiKeyResponse>, ProblemHttpResult>> Get(
        string id, ClaimsPrincipal user, KeyRegistry registry, ApiKeys keys, CancellationToken ct) =>
        await FindAsync(id, user, registry, ct) is { } key
            ? TypedResults.Ok(ToResponse(key, await keys.LastUsedAsync(ct)))
            : Problems.UnknownKey(id);

    private static async Task<Results<Created<CreatedApiKey>, ValidationProblem, ProblemHttpResult>> Create(
        NewApiKey request, ClaimsPrincipal user, KeyRegistry registry, SiteRegistry sites, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var input = new KeyInput(user);
        var (text, id) = ApiKeyText.Create();
        var key = new ApiKey(
            id, input.Name(request.Name), input.ScopesOf(request.Scopes), await input.SitesAsync(request.Sites, sites, ct))
        {
            Hash = ApiKeyText.Hash(text),
            Created = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
            Expires = input.Expires(request.Expires, now),
            RequestsPerMinute = input.RequestsPerMinute(request.RequestsPerMinute),
        };
        if (input.Problem() is { } problem)
        {
            return problem;
        }

        if (input.Excess() is { } excess)
        {
            return excess;
        }

        if ((await registry.ReadAsync(ct)).All.Count >= MaxKeys)
        {
            return Problems.Conflict($"There are {MaxKeys} keys already; revoke some.");
        }

        await registry.SaveAsync(key, ct);
        return TypedResults.Created($"/api/keys/{id}", new CreatedApiKey(text, ToResponse(key, EmptyUses)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Revoke(
        string id, ClaimsPrincipal user, KeyRegistry registry, CancellationToken ct)
    {
        if (await FindAsync(id, user, registry, ct) is not { } key)
        {
            return Problems.UnknownKey(id);
        }

        await registry.RevokeAsync(key, ct);
        return TypedResults.NoContent();
    }

    private static async ValueTask<ApiKey?> FindAsync(string id, ClaimsPrincipal user, KeyRegistry registry, CancellationToken ct) =>
        (await registry.ReadAsync(ct)).ById(id) is { } key && IsWithin(user, key) ? key : null;

    // A key that reaches further than the one that asks is none of its business.
    private static bool IsWithin(ClaimsPrincipal user, ApiKey key) => key.Sites.All(user.Sees);

    private static ApiKeyResponse ToResponse(ApiKey key, IReadOnlyDictionary<string, DateTimeOffset> uses) => new(
        key.Id, key.Name, key.Scopes, key.Sites, key.Created, key.Expires == ApiKey.Never ? null : key.Expires,
        uses.TryGetValue(key.Id, out var used) ? used : null, key.RequestsPerMinute == 0 ? null : (int)key.RequestsPerMinute);

    private static readonly Dictionary<string, DateTimeOffset> EmptyUses = [];

    /// <summary>Says at start that nobody can make a key, before the first caller wonders.</summary>
    private sealed partial class KeyCheck(KeyRegistry keys, ILogger<KeyRegistry> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (!keys.HasBootstrap)
            {
                Log.NoBootstrap(logger, KeyRegistry.BootstrapSetting);
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private static partial class Log
        {
            [LoggerMessage(LogLevel.Error, "There is no bootstrap key ({Setting}): only keys that are stored already are let in")]
            public static partial void NoBootstrap(ILogger logger, string setting);
        }
    }
}
