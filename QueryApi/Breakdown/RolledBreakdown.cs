using System.Text;
using Analytics.Contracts;
using Analytics.QueryApi.Rollups;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Breakdown;

/// <summary>
/// A breakdown from rollups and what no rollup covers. Visitors are the one number that cannot be summed, and their states are most of what
/// there is to read. So (1) all values are ranked by the sum of their visitors, which is never less than the visitors, (2) for the first of
/// them visitors are counted, (3) until those beyond cannot belong to the page that is asked for.
/// </summary>
internal static class RolledBreakdown
{
    private const int AtLeast = 50;

    /// <param name="filter">Condition on the values, from <see cref="Filters.OnlyOn"/> with <c>value</c>.</param>
    public static async Task<BreakdownResponse> ReadAsync(
        StatsQuery query, Dimension by, Paging paging, RollupPlan plan, string filter, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        values["dimension"] = by.Name;
        plan.AddTo(values);
        for (var count = Math.Max(AtLeast, 2 * (paging.Offset + paging.Limit)); ; count *= 4)
        {
            values["count"] = count + 1;
            var ranked = await clickHouse.QueryAsync<Ranked>(RankSql(query, by, plan, filter), values, ct);
            var candidates = ranked.Take(count).ToList();
            values["candidates"] = candidates.Select(row => row.Value).ToArray();
            var visitors = (await clickHouse.QueryAsync<Counted>(VisitorsSql(query, by, plan, filter), values, ct))
                .ToDictionary(row => row.Value, row => row.Visitors);
            var rows = candidates.Select(row => row with { Visitors = visitors.GetValueOrDefault(row.Value, row.Visitors) })
                .Order().Skip(paging.Offset).Take(paging.Limit).ToList();
            if (ranked.Count <= count || (rows.Count > 0 && rows[^1].CompareTo(ranked[^1]) < 0))
            {
                return new BreakdownResponse(
                    by.Name,
                    [.. rows.Select(row => new BreakdownRow(
                        row.Value, row.Visitors, row.Sessions, row.Pageviews, row.Sessions == 0 ? 0 : (double)row.Bounces / row.Sessions, row.Events))],
                    ranked.FirstOrDefault()?.Total ?? 0);
            }
        }
    }

    private static string RankSql(StatsQuery query, Dimension by, RollupPlan plan, string filter) => $$"""
        SELECT
            value,
            sum(visitors) AS visitors,
            sum(sessions) + uniqExactIfMerge(sessions_across) AS sessions,
            sum(bounces) + uniqExactIfMerge(bounces_across) AS bounces,
            sum(pageviews) AS pageviews,
            sum(events) AS events,
            count() OVER () AS total
        FROM
        (
            SELECT
                part.value AS value, part.visitors AS visitors, part.sessions AS sessions, part.bounces AS bounces,
                part.sessions_across AS sessions_across, part.bounces_across AS bounces_across, part.pageviews AS pageviews, part.events AS events
            FROM rollups AS part
            WHERE {{RollupPlan.OfParts}} AND part.dimension = {dimension:String}{{filter}}
            UNION ALL
            {{(by.OfSession is null ? RawOfEvents(query, by, plan.Raw) : RawOfSessions(query, by, plan.Raw))}}
        )
        GROUP BY value
        ORDER BY visitors DESC, pageviews DESC, value
        LIMIT {count:UInt32}
        """;

    private static string RawOfSessions(StatsQuery query, Dimension by, RawRanges raw) => $"""
        SELECT
            session.value, uniqExact(session.visitor_id), {Metric.Sessions}, countIf(session.pageviews = 1),
            uniqExactIfState(session.session_id, 0), uniqExactIfState(session.session_id, 0), sum(session.pageviews), sum(session.events)
        FROM {SessionRows.Of(query, $"toString({by.OfSession}) AS value, {BreakdownEndpoint.SessionColumns}", raw)}
        GROUP BY session.value
        """;

    // A session of these can have the same value on a day that is rolled up, where its id is kept then: by their ids they count once.
    private static string RawOfEvents(StatsQuery query, Dimension by, RawRanges raw) => $"""
        SELECT
            of_session.value, uniqExact(of_session.visitor_id), 0, 0,
            uniqExactIfState(of_session.session_id, 1), uniqExactIfState(of_session.session_id, session.pageviews = 1),
            sum(of_session.pageviews), sum(of_session.events)
        FROM
        (
            SELECT
                toString({by.OfEvent}) AS value, event.session_id AS session_id, any(event.visitor_id) AS visitor_id,
                {Metric.Pageviews} AS pageviews, {Metric.Events} AS events
            FROM {EventRows.Of(query, raw)}{BreakdownEndpoint.OnlyPageviews(by)}
            GROUP BY value, session_id
        ) AS of_session
        LEFT JOIN
        (
            SELECT s.session_id AS session_id, sum(s.pageviews) AS pageviews
            FROM sessions AS s
            WHERE {SessionRows.InPeriod}{raw.OnSessionDays}
            GROUP BY s.session_id
        ) AS session ON session.session_id = of_session.session_id
        GROUP BY of_session.value
        """;

    private static string VisitorsSql(StatsQuery query, Dimension by, RollupPlan plan, string filter) => $$"""
        SELECT value, uniqCombinedMerge(14)(visitors_state) AS visitors
        FROM
        (
            SELECT part.value AS value, part.visitors_state AS visitors_state
            FROM rollups AS part
            PREWHERE {{RollupPlan.OfParts}} AND part.dimension = {dimension:String} AND part.value IN {candidates:Array(String)}{{filter}}
            UNION ALL
            {{(by.OfSession is null ? RawVisitorsOfEvents(query, by, plan.Raw) : RawVisitorsOfSessions(query, by, plan.Raw))}}
        )
        GROUP BY value
        """;

    private static string RawVisitorsOfSessions(StatsQuery query, Dimension by, RawRanges raw) => $$"""
        SELECT session.value, uniqCombinedState(14)(session.visitor_id)
        FROM {{SessionRows.Of(query, $"toString({by.OfSession}) AS value, any(s.visitor_id) AS visitor_id", raw)}}
        WHERE session.value IN {candidates:Array(String)}
        GROUP BY session.value
        """;

    private static string RawVisitorsOfEvents(StatsQuery query, Dimension by, RawRanges raw) => $$"""
        SELECT toString({{by.OfEvent}}) AS value, uniqCombinedState(14)(event.visitor_id)
        FROM {{EventRows.Of(query, raw)}}{{BreakdownEndpoint.OnlyPageviews(by)}} AND {{by.OfEvent}} IN {candidates:Array(String)}
        GROUP BY value
        """;

    /// <summary>In the order of the answer: most visitors, then most page views, then by the value's bytes.</summary>
    private sealed record Ranked(string Value, long Visitors, long Sessions, long Bounces, long Pageviews, long Events, long Total) : IComparable<Ranked>
    {
        public int CompareTo(Ranked? other) =>
            other is null ? 1
            : Visitors != other.Visitors ? other.Visitors.CompareTo(Visitors)
            : Pageviews != other.Pageviews ? other.Pageviews.CompareTo(Pageviews)
            : Encoding.UTF8.GetBytes(Value).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other.Value));
    }

    private sealed record Counted(string Value, long Visitors);
}
