using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Realtime;

internal static class RealtimeEndpoint
{
    public static void MapRealtime(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/realtime", Handle)
            .WithSummary("Who is there now: the last 5 minutes, and the last 30 by minute")
            .WithDescription("At most ten pages, sources, countries and devices. A visitor is on the page seen last, and came from where the running "
                + "session came from.");
        stats.MapLive();
    }

    private static async Task<Ok<RealtimeResponse>> Handle(
        SiteOfAddress site, RealtimeNumbers numbers, CancellationToken ct) => TypedResults.Ok(await numbers.ReadAsync(site.Site.SiteId, ct));
}

/// <summary>The numbers of right now, for those who ask once and those who stay.</summary>
internal sealed class RealtimeNumbers(ClickHouse clickHouse, TimeProvider time)
{
    private const int Minutes = 30;

    public async Task<RealtimeResponse> ReadAsync(uint siteId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var running = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var first = running.AddMinutes(1 - Minutes);
        var values = new Dictionary<string, object?> { ["site"] = siteId, ["from"] = now.AddMinutes(-5), ["first_minute"] = first };
        var counts = clickHouse.QueryAsync<Counts>(CountsSql, values, ct);
        var minutes = clickHouse.QueryAsync<MinuteRow>(MinutesSql, values, ct);
        var shares = clickHouse.QueryAsync<ShareRow>(SharesSql, values, ct);
        var pages = await clickHouse.QueryAsync<RealtimePage>(PagesSql, values, ct);
        var (visitors, pageviews) = (await counts).Single();
        var byMinute = (await minutes).ToDictionary(row => row.Minute);
        var of = (await shares).ToLookup(row => row.Kind, row => new RealtimeShare(row.Value, row.Visitors));
        return new RealtimeResponse(
            visitors, pageviews, pages,
            [.. Enumerable.Range(0, Minutes).Select(i => first.AddMinutes(i)).Select(minute =>
                byMinute.GetValueOrDefault(minute.ToUnixTimeSeconds()) is { } row
                    ? new RealtimeMinute(minute, row.Visitors, row.Pageviews)
                    : new RealtimeMinute(minute, 0, 0))],
            [.. of["source"]], [.. of["country"]], [.. of["device"]]);
    }

    private const string Now = "event.site_id = {site:UInt32}"
        + " AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}";

    private const string CountsSql =
        $"SELECT {Metric.Visitors} AS visitors, {Metric.Pageviews} AS pageviews FROM events AS event WHERE {Now}";

    private const string MinutesSql = $$"""
        SELECT toUnixTimestamp(toStartOfMinute(event.timestamp)) AS minute, {{Metric.Visitors}} AS visitors, {{Metric.Pageviews}} AS pageviews
        FROM events AS event
        WHERE event.site_id = {site:UInt32}
            AND toDate(event.timestamp) >= toDate({first_minute:DateTime64(3, 'UTC')}) AND event.timestamp >= {first_minute:DateTime64(3, 'UTC')}
        GROUP BY minute
        """;

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

    // A running session began today or yesterday.
    private const string SharesSql = $$"""
        SELECT share.1 AS kind, share.2 AS value, count() AS visitors
        FROM
        (
            SELECT [('country', seen.country), ('device', seen.device), ('source', session.source)] AS shares
            FROM
            (
                SELECT
                    event.visitor_id, argMax(event.session_id, event.timestamp) AS session_id,
                    argMax(toString(event.country), event.timestamp) AS country, argMax(toString(event.device), event.timestamp) AS device
                FROM events AS event
                WHERE {{Now}}
                GROUP BY event.visitor_id
            ) AS seen
            LEFT JOIN
            (
                SELECT s.session_id AS session_id, argMinIfMerge(s.entry_source) AS source
                FROM sessions AS s
                WHERE s.site_id = {site:UInt32} AND s.day >= toDate({from:DateTime64(3, 'UTC')}) - 1
                    AND s.session_id IN (SELECT event.session_id FROM events AS event WHERE {{Now}})
                GROUP BY s.session_id
            ) AS session ON session.session_id = seen.session_id
        ) AS visitor
        ARRAY JOIN visitor.shares AS share
        GROUP BY kind, value
        ORDER BY visitors DESC, value
        LIMIT 10 BY kind
        """;

    private sealed record Counts(long Visitors, long Pageviews);

    private sealed record MinuteRow(long Minute, long Visitors, long Pageviews);

    private sealed record ShareRow(string Kind, string Value, long Visitors);
}
