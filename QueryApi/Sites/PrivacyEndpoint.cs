using System.Security.Claims;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Sites;

internal static class PrivacyEndpoint
{
    public static void MapPrivacy(this IEndpointRouteBuilder app)
    {
        var privacy = app.MapGroup("/api/sites/{site}/privacy").RequireAuthorization(Scopes.Admin).WithTags("Sites").RefuseBadQueries();
        privacy.ProducesProblem(StatusCodes.Status404NotFound);
        privacy.MapGet("/", Get)
            .WithSummary("What is kept of the site's visitors, and whom it does not count");
        privacy.MapPatch("/", Change)
            .WithSummary("Changes what is kept of the site's visitors")
            .WithDescription("Every collector obeys within a second. What was stored before stays as it is.");
    }

    private static async Task<Results<Ok<SitePrivacy>, ProblemHttpResult>> Get(
        string site, ClaimsPrincipal user, SiteRegistry registry, CancellationToken ct) =>
        await registry.FindAsync(site, user, ct) is { } found ? TypedResults.Ok(ToPrivacy(found)) : Problems.UnknownSite(site);

    private static async Task<Results<Ok<SitePrivacy>, ValidationProblem, ProblemHttpResult>> Change(
        string site, SitePrivacyChange request, ClaimsPrincipal user, SiteRegistry registry, CancellationToken ct)
    {
        registry.Forget();
        if (await registry.FindAsync(site, user, ct) is not { } found)
        {
            return Problems.UnknownSite(site);
        }

        var input = new SiteInput();
        var changed = found with
        {
            IpStorage = input.IpStorage(request.IpStorage ?? found.IpStorage),
            HonourGpc = request.HonourGpc ?? found.HonourGpc,
            HonourDnt = request.HonourDnt ?? found.HonourDnt,
            BlockedIps = input.BlockedIps(request.BlockedIps ?? found.BlockedIps),
            BlockedPaths = input.BlockedPaths(request.BlockedPaths ?? found.BlockedPaths),
            BlockedHosts = input.BlockedHosts(request.BlockedHosts ?? found.BlockedHosts),
        };
        if (input.Problem() is { } problem)
        {
            return problem;
        }

        await registry.SaveAsync(changed, ct);
        return TypedResults.Ok(ToPrivacy(changed));
    }

    private static SitePrivacy ToPrivacy(Site site) =>
        new(site.IpStorage, site.HonourGpc, site.HonourDnt, site.BlockedIps, site.BlockedPaths, site.BlockedHosts);
}
