using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Overview;

internal static class OverviewEndpoint
{
    public static void MapOverview(this IEndpointRouteBuilder stats) => stats
        .MapGet("/overview", Handle)
        .WithSummary("Headline numbers of a period and of the one before it")
        .WithDescription("Visitors, page views, events and revenue are those of events in the period; sessions, bounce rate and session seconds "
            + "those of the sessions that began in it. All counts are exact.");

    private static async Task<Ok<OverviewComparison>> Handle(StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var current = ReadAsync(query, clickHouse, ct);
        var previous = ReadAsync(query.Previous, clickHouse, ct);
        return TypedResults.Ok(new OverviewComparison(await current, await previous));
    }

    private static async Task<OverviewResponse> ReadAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) =>
        (await clickHouse.QueryAsync<OverviewResponse>(Sql(query), query.Values, ct)).Single();

    private static string Sql(StatsQuery query) => $"""
        SELECT
            of_events.visitors AS visitors,
            of_sessions.sessions AS sessions,
            of_events.pageviews AS pageviews,
            of_events.events AS events,
            if(sessions = 0, 0, pageviews / sessions) AS views_per_session,
            of_sessions.bounce_rate AS bounce_rate,
            of_sessions.session_seconds AS session_seconds,
            of_events.revenue AS revenue
        FROM
        (
            SELECT {Metric.Visitors} AS visitors, {Metric.Pageviews} AS pageviews, {Metric.Events} AS events, {Metric.Revenue} AS revenue
            FROM {EventRows.Of(query)}
        ) AS of_events
        CROSS JOIN
        (
            SELECT {Metric.Sessions} AS sessions, {Metric.BounceRate} AS bounce_rate, {Metric.SessionSeconds} AS session_seconds
            FROM {SessionRows.Of(query, "sum(s.pageviews) AS pageviews")}
        ) AS of_sessions
        """;
}
