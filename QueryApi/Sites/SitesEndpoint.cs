using System.Security.Claims;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Analytics.QueryApi.Sites;

internal static class SitesEndpoint
{
    public static void AddSiteRegistry(this WebApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new Storage.Sites(services.GetRequiredKeyedService<ClickHouse>(StatsGroup.Writable)));
        builder.Services.AddSingleton<SiteRegistry>();
        builder.Services.AddSingleton<SiteChanges>();
    }

    public static void MapSites(this IEndpointRouteBuilder app)
    {
        var sites = app.MapGroup("/api/sites").WithTags("Sites").RefuseBadQueries();
        sites.MapGet("/", List).RequireAuthorization(Scopes.Query)
            .WithSummary("The sites that the key sees, each with its numbers of the last 24 hours");
        sites.MapGet("/{site}", Get).RequireAuthorization(Scopes.Query).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One site");
        sites.MapPost("/", Create).RequireAuthorization(Scopes.Admin)
            .WithSummary("Registers a site")
            .ProducesProblem(StatusCodes.Status409Conflict);
        sites.MapPut("/{site}", Change).RequireAuthorization(Scopes.Admin).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Changes a site's name, time zone or domains");
        sites.MapDelete("/{site}", Delete).RequireAuthorization(Scopes.Admin).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Removes a site from the list")
            .WithDescription("From then on its events are refused. What it has collected stays stored until its retention ends, and is seen again if a "
                + "site of the same key is made.");
    }

    private static async Task<Ok<IReadOnlyList<SiteSummary>>> List(
        ClaimsPrincipal user, SiteRegistry registry, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var sites = await registry.ListAsync(user, ct);
        var parameters = new Dictionary<string, object?>
        {
            ["sites"] = sites.Select(site => site.SiteId).ToArray(),
            ["from"] = time.GetUtcNow().AddHours(-24),
        };
        var numbers = (await clickHouse.QueryAsync<LastDay>(LastDaySql, parameters, ct)).ToDictionary(row => row.SiteId);
        return TypedResults.Ok<IReadOnlyList<SiteSummary>>(
            [.. sites.Select(site => numbers.GetValueOrDefault(site.SiteId) is { } row
                ? new SiteSummary(ToResponse(site), row.Visitors, row.Pageviews)
                : new SiteSummary(ToResponse(site), 0, 0))]);
    }

    private const string LastDaySql = $$"""
        SELECT event.site_id AS site_id, {{Metric.Visitors}} AS visitors, {{Metric.Pageviews}} AS pageviews
        FROM events AS event
        WHERE event.site_id IN {sites:Array(UInt32)}
            AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}
        GROUP BY site_id
        """;

    private static async Task<Results<Ok<SiteResponse>, ProblemHttpResult>> Get(
        string site, ClaimsPrincipal user, SiteRegistry registry, CancellationToken ct) =>
        await registry.FindAsync(site, user, ct) is { } found ? TypedResults.Ok(ToResponse(found)) : Problems.UnknownSite(site);

    private static async Task<Results<Created<SiteResponse>, ValidationProblem, ProblemHttpResult>> Create(
        NewSite request, ClaimsPrincipal user, SiteRegistry registry, TimeProvider time, CancellationToken ct)
    {
        var input = new SiteInput();
        var key = input.Key(request.Key);
        var site = new Site(
            Identifier.OfSite(key), key, request.Name is null ? key : input.Name(request.Name),
            input.Domains(request.Domains ?? SiteInput.DomainsOf(key)), input.Timezone(request.Timezone ?? "UTC"), ToMilliseconds(time.GetUtcNow()));
        if (input.Problem() is { } problem)
        {
            return problem;
        }

        if (!user.Sees(key))
        {
            return Problems.Forbidden($"This key may not make a site '{key}'.");
        }

        // A number stands for one key only: two keys with the same 32 bits would mix their events.
        registry.Forget();
        if ((await registry.ListAsync(ct)).FirstOrDefault(other => other.SiteId == site.SiteId) is { } taken)
        {
            return Problems.Conflict(SiteRegistry.Normalise(taken.Key) == key
                ? $"There is a site '{key}' already."
                : $"The key '{key}' cannot be told from that of the site '{taken.Key}'; choose another.");
        }

        await registry.SaveAsync(site, ct);
        return TypedResults.Created($"/api/sites/{Uri.EscapeDataString(key)}", ToResponse(site));
    }

    private static async Task<Results<Ok<SiteResponse>, ValidationProblem, ProblemHttpResult>> Change(
        string site, SiteChange request, ClaimsPrincipal user, SiteRegistry registry, CancellationToken ct)
    {
        registry.Forget(); // what is absent from the request is taken from the newest state
        if (await registry.FindAsync(site, user, ct) is not { } found)
        {
            return Problems.UnknownSite(site);
        }

        var input = new SiteInput();
        var changed = found with
        {
            Name = input.Name(request.Name ?? found.Name),
            Timezone = input.Timezone(request.Timezone ?? found.Timezone),
            Domains = input.Domains(request.Domains ?? found.Domains),
        };
        if (input.Problem() is { } problem)
        {
            return problem;
        }

        await registry.SaveAsync(changed, ct);
        return TypedResults.Ok(ToResponse(changed));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string site, ClaimsPrincipal user, SiteRegistry registry, CancellationToken ct)
    {
        registry.Forget();
        if (await registry.FindAsync(site, user, ct) is not { } found)
        {
            return Problems.UnknownSite(site);
        }

        await registry.DeleteAsync(found, ct);
        return TypedResults.NoContent();
    }

    // As the store keeps it, so that the answer to the making of a site is the one that later reads give.
    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static SiteResponse ToResponse(Site site) => new(site.Key, site.Name, site.Domains, site.Timezone, site.Created);

    private sealed record LastDay(uint SiteId, long Visitors, long Pageviews);
}
