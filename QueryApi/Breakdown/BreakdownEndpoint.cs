using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Rollups;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Breakdown;

internal static class BreakdownEndpoint
{
    public static void MapBreakdown(this IEndpointRouteBuilder stats) => stats
        .MapGet("/breakdown/{dimension}", Handle)
        .WithSummary("Numbers split by a dimension, most visitors first")
        .WithDescription("Dimensions of sessions (source, entry_page, device, country, ...) count the sessions that began in the period and what "
            + "happened in them. Dimensions of events (page, title, event, ...) count the events of the period; their sessions are those with such "
            + "an event, their bounce rate the share of these sessions that had one page view. All counts are exact but those of visitors, where a "
            + "value has more than 500 and closed days are answered from rollups: then they are within 2 % nearly always.");

    private static async Task<Results<Ok<BreakdownResponse>, ValidationProblem>> Handle(
        string dimension, StatsQuery query, Paging paging, HttpContext context, ClickHouse clickHouse, RollupPlanner rollups, CancellationToken ct)
    {
        if (Dimension.Find(dimension) is not { IsId: false } by)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]>
            {
                ["dimension"] = [NearestName.NotOneOf(dimension, Dimension.BreakdownNames)],
            });
        }

        if (by.IsPerson)
        {
            context.NotePeople();
        }

        if (RollSql.Has(by) && query.Filters.OnlyOn(by, "part.value") is { } filter && await rollups.PlanAsync(query, ct) is { IsNone: false } plan)
        {
            return TypedResults.Ok(await RolledBreakdown.ReadAsync(query, by, paging, plan, filter, clickHouse, ct));
        }

        var groups = by.OfSession is null ? OfEvents(query, by) : OfSessions(query, by);
        var values = query.Values;
        paging.AddTo(values);
        var rows = await clickHouse.QueryAsync<Row>(
            $$"""
            SELECT *, count() OVER () AS total
            FROM ({{groups}})
            ORDER BY visitors DESC, pageviews DESC, value
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);

        // Rows carry the total, so only a page beyond the last has to ask for it.
        var total = rows.Count > 0 || paging.Offset == 0
            ? rows.FirstOrDefault()?.Total ?? 0
            : await clickHouse.ScalarAsync<long>($"SELECT count() FROM ({groups})", values, ct);
        return TypedResults.Ok(new BreakdownResponse(
            by.Name, [.. rows.Select(row => new BreakdownRow(row.Value, row.Visitors, row.Sessions, row.Pageviews, row.BounceRate, row.Events))], total));
    }

    private static string OfSessions(StatsQuery query, Dimension by) => $"""
        SELECT
            session.value AS value,
            uniqExact(session.visitor_id) AS visitors,
            {Metric.Sessions} AS sessions,
            sum(session.pageviews) AS pageviews,
            {Metric.BounceRate} AS bounce_rate,
            sum(session.events) AS events
        FROM {SessionRows.Of(query, $"{by.OfSession} AS value, {SessionColumns}")}
        GROUP BY value
        """;

    internal static string OnlyPageviews(Dimension by) => by.OnlyPageviews ? " AND event.name = 'pageview'" : "";

    internal const string SessionColumns = "any(s.visitor_id) AS visitor_id, sum(s.pageviews) AS pageviews, sum(s.events) AS events";

    private static string OfEvents(StatsQuery query, Dimension by) => $"""
        SELECT
            of_session.value AS value,
            uniqExact(of_session.visitor_id) AS visitors,
            {Metric.Sessions} AS sessions,
            sum(of_session.pageviews) AS pageviews,
            {Metric.BounceRate} AS bounce_rate,
            sum(of_session.events) AS events
        FROM
        (
            SELECT
                {by.OfEvent} AS value, event.session_id AS session_id, any(event.visitor_id) AS visitor_id,
                {Metric.Pageviews} AS pageviews, {Metric.Events} AS events
            FROM {EventRows.Of(query)}{OnlyPageviews(by)}
            GROUP BY value, session_id
        ) AS of_session
        LEFT JOIN
        (
            SELECT s.session_id AS session_id, sum(s.pageviews) AS pageviews
            FROM sessions AS s
            WHERE {SessionRows.InPeriod}
            GROUP BY s.session_id
        ) AS session ON session.session_id = of_session.session_id
        GROUP BY value
        """;

    private sealed record Row(string Value, long Visitors, long Sessions, long Pageviews, double BounceRate, long Events, long Total);
}
