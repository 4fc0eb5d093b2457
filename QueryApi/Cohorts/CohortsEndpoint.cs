using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Cohorts;

internal static class CohortsEndpoint
{
    public static void AddCohorts(this WebApplicationBuilder builder) => builder.Services.AddSingleton<CohortRegistry>();

    public static void MapCohorts(this IEndpointRouteBuilder app) => app
        .MapSaved<Cohort, NewCohort, CohortRegistry>("cohort", CohortInput.Read)
        .MapGet("/{id}/size", Size).RequireAuthorization(Scopes.Query)
        .WithSummary("How many visitors a cohort has now")
        .WithDescription("Members are found among the visitors with any event in the days that the cohort looks back on, the longest of its conditions'.");

    private static async Task<Results<Ok<CohortSize>, ProblemHttpResult>> Size(
        string id, SiteOfAddress address, CohortRegistry registry, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        if (await registry.FindAsync(address.Site, RouteText.Of(id), ct) is not { } cohort)
        {
            return SavedEndpoint.Unknown("cohort", RouteText.Of(id), await registry.OfAsync(address.Site, ct));
        }

        var values = new Dictionary<string, object?> { ["site"] = address.Site.SiteId };
        var now = time.GetUtcNow();
        var members = CohortSql.Members(cohort, "cohort", now, values);
        var size = (await clickHouse.QueryAsync<Row>(
            $"""
            SELECT
                (SELECT count() FROM ({members})) AS visitors,
                (SELECT uniqExact(visitor_id) FROM ({CohortSql.Seen(cohort, "cohort", now, values)})) AS seen
            """,
            values, ct)).Single();
        return TypedResults.Ok(new CohortSize(size.Visitors, size.Seen, size.Seen == 0 ? 0 : (double)size.Visitors / size.Seen));
    }

    private sealed record Row(long Visitors, long Seen);
}
