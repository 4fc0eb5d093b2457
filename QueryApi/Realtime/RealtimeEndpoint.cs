using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Realtime;

internal static class RealtimeEndpoint
{
    public static void MapRealtime(this IEndpointRouteBuilder stats) => stats
        .MapGet("/realtime", Handle)
        .WithSummary("Visitors of the last 5 minutes, and the ten pages where most of them are");

    private static async Task<Ok<RealtimeResponse>> Handle(
        SiteOfAddress site, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var values = new Dictionary<string, object?> { ["site"] = site.Site.SiteId, ["from"] = time.GetUtcNow().AddMinutes(-5) };
        var counts = clickHouse.QueryAsync<Counts>(CountsSql, values, ct);
        var pages = await clickHouse.QueryAsync<RealtimePage>(PagesSql, values, ct);
        var (visitors, pageviews) = (await counts).Single();
        return TypedResults.Ok(new RealtimeResponse(visitors, pageviews, pages));
    }

    private const string Now = "event.site_id = {site:UInt32} AND event.timestamp >= {from:DateTime64(3, 'UTC')}";

    private const string CountsSql =
        $"SELECT {Metric.Visitors} AS visitors, {Metric.Pageviews} AS pageviews FROM events AS event WHERE {Now}";

    private const string PagesSql = $"""
        SELECT latest.1 AS hostname, latest.2 AS path, count() AS visitors
        FROM
        (
            SELECT event.visitor_id, argMax((event.hostname, event.path), event.timestamp) AS latest
            FROM events AS event
            WHERE {Now} AND event.name = 'pageview'
            GROUP BY event.visitor_id
        )
        GROUP BY latest
        ORDER BY visitors DESC, hostname, path
        LIMIT 10
        """;

    private sealed record Counts(long Visitors, long Pageviews);
}
