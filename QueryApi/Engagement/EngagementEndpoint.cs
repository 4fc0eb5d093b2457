using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Engagement;

internal static class EngagementEndpoint
{
    private const int MaxPages = 50;
    private const int HoursOfWeek = 7 * 24;

    public static void MapEngagement(this IEndpointRouteBuilder stats) => stats
        .MapGet("/engagement", Handle)
        .WithSummary("How much visitors do: scores, dwell, depth, frequency, recency, hours of the week")
        .WithDescription("Of the sessions that began in the period. A visitor's score is the sum of five parts of at most 20 points, each rounded down: "
            + "2 for each session up to 10; 4 for each page view a session up to 5; 1 for each 9 seconds of dwell a session up to 180; "
            + "1 for each event that is no page view, a session, up to 20; 20 less 1 for each whole day since the begin of the last session. "
            + "Days end with the period, or now where that is earlier. Pages: those of the period's events with most dwell, at most 50.");

    private static async Task<Ok<EngagementResponse>> Handle(StatsQuery query, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var (from, to, zone) = (query.Period.From, query.Period.To, query.Period.Zone);
        var now = time.GetUtcNow();
        var values = query.Values;
        values["until"] = to < now ? to : now;
        var clock = ClockOffsets.Of(zone, from.AddDays(-1), to.AddDays(1));
        values["clock_starts"] = clock.Starts;
        values["clock_offsets"] = clock.Offsets;

        var ofVisitors = clickHouse.QueryAsync<Visitors>(VisitorsSql(query), values, ct);
        var ofSessions = clickHouse.QueryAsync<Sessions>(SessionsSql(query), values, ct);
        var returning = clickHouse.ScalarAsync<long>(ReturningSql(query), values, ct);
        var pages = await clickHouse.QueryAsync<EngagementPage>(PagesSql(query), values, ct);

        var visitors = (await ofVisitors).Single();
        var sessions = (await ofSessions).Single();
        var scores = ToHistogram(visitors.Scores);
        var hours = sessions.Hours[0].Zip(sessions.Hours[1]).ToDictionary(pair => pair.First, pair => pair.Second);
        return TypedResults.Ok(new EngagementResponse(
            scores.Total, scores.Total - await returning, await returning, scores.Mean, scores.Median,
            scores.Bins(0, 10, 20, 30, 40, 50, 60, 70, 80, 90),
            ToHistogram(sessions.Depth).Bins(0, 1, 2, 3, 4, 5, 6, 11, 21),
            ToHistogram(visitors.Frequency).Bins(1, 2, 3, 4, 5, 6, 11, 21),
            ToHistogram(visitors.Recency).Bins(0, 1, 2, 3, 4, 5, 6, 7, 15, 31, 61, 91),
            [.. Enumerable.Range(0, HoursOfWeek).Select(hour => new HourCount((hour / 24) + 1, hour % 24, hours.GetValueOrDefault(hour)))],
            pages));
    }

    // Two arrays, values and how often.
    private static Histogram ToHistogram(IReadOnlyList<IReadOnlyList<long>> map) => new(map[0].Zip(map[1]));

    private static string VisitorsSql(StatsQuery query) => $$"""
        SELECT
            sumMap([toUInt64(visitor.score)], [toUInt64(1)]) AS scores,
            sumMap([toUInt64(visitor.visits)], [toUInt64(1)]) AS frequency,
            sumMap([toUInt64(visitor.days)], [toUInt64(1)]) AS recency
        FROM
        (
            SELECT
                session.visitor_id AS visitor_id,
                {{Metric.Sessions}} AS visits,
                sum(session.pageviews) AS pageviews,
                sum(session.dwell_ms) AS dwell_ms,
                toUInt64(sum(session.events) - pageviews) AS others,
                greatest(0, intDiv(dateDiff('millisecond', max(session.start), {until:DateTime64(3, 'UTC')}), 86400000)) AS days,
                least(visits, 10) * 2
                    + intDiv(least(pageviews, visits * 5) * 4, visits)
                    + intDiv(least(dwell_ms, visits * 180000), visits * 9000)
                    + intDiv(least(others, visits * 20), visits)
                    + 20 - least(days, 20) AS score
            FROM {{SessionRows.Of(query, SessionColumns)}}
            GROUP BY visitor_id
        ) AS visitor
        """;

    private static string SessionsSql(StatsQuery query) => $"""
        SELECT sumMap([toUInt64(session.pageviews)], [toUInt64(1)]) AS depth, sumMap([toUInt64({ClockOffsets.HourOfWeek("session.start")})], [toUInt64(1)]) AS hours
        FROM {SessionRows.Of(query, SessionColumns)}
        """;

    private const string SessionColumns =
        "any(s.visitor_id) AS visitor_id, sum(s.pageviews) AS pageviews, sum(s.dwell_ms) AS dwell_ms, sum(s.events) AS events";

    private static string ReturningSql(StatsQuery query) => $$"""
        SELECT uniqExact(s.visitor_id)
        FROM sessions AS s
        WHERE s.site_id = {site:UInt32} AND s.day <= toDate({from:DateTime64(3, 'UTC')}) AND s.start < {from:DateTime64(3, 'UTC')}
            AND s.visitor_id IN (SELECT session.visitor_id FROM {{SessionRows.Of(query, "any(s.visitor_id) AS visitor_id")}})
        """;

    private static string PagesSql(StatsQuery query) => $"""
        SELECT
            event.path AS page, {Metric.Pageviews} AS pageviews, {Metric.Visitors} AS visitors, sum(event.dwell_ms) AS dwell_ms,
            if(pageviews = 0, 0, dwell_ms / pageviews) AS dwell_ms_per_view
        FROM {EventRows.Of(query)} AND event.name IN ('pageview', 'pageleave')
        GROUP BY page
        ORDER BY dwell_ms DESC, pageviews DESC, page
        LIMIT {MaxPages}
        """;

    private sealed record Visitors(
        IReadOnlyList<IReadOnlyList<long>> Scores, IReadOnlyList<IReadOnlyList<long>> Frequency, IReadOnlyList<IReadOnlyList<long>> Recency);

    private sealed record Sessions(IReadOnlyList<IReadOnlyList<long>> Depth, IReadOnlyList<IReadOnlyList<long>> Hours);
}
