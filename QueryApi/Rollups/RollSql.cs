using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Rollups;

/// <summary>
/// The statements that roll up one day, and one month of days. They count as the reports do: what events say by the events of the day,
/// what sessions say by the sessions that began on it, whose pages and ends may lie on the next.
/// </summary>
internal static class RollSql
{
    /// <summary>What a breakdown may be answered from.</summary>
    public static IReadOnlyList<Dimension> Dimensions { get; } = [.. Dimension.All.Where(dimension => dimension is { IsId: false, Name: not "user" })];

    public static bool Has(Dimension dimension) => Dimensions.Contains(dimension);

    /// <summary>Of one day; in this order, the row of <c>rolled</c> after them.</summary>
    public static IReadOnlyList<string> OfDay { get; } = [TotalsOfEvents, TotalsOfSessions, ValuesOfSessions, ValuesOfEvents];

    /// <summary>Of one month, from the rollups of its days.</summary>
    public static IReadOnlyList<string> OfMonth { get; } = [TotalsOfDays, ValuesOfDays];

    /// <summary>Changes with the statements, so that rollups which another build made do not count.</summary>
    public static ulong Scheme { get; } = Identifier.Of(string.Concat(OfDay) + string.Concat(OfMonth));

    private static string TotalsOfEvents => $$"""
        INSERT INTO rollup_totals (site_id, grain, day, start, version, visitors, visitors_state, pageviews, events, revenue)
        SELECT
            {site:UInt32}, span.1, {day:Date}, toDateTime(span.2, 'UTC') AS start, {version:UInt64},
            {{Metric.Visitors}}, uniqCombined64State(17)(event.visitor_id), {{Metric.Pageviews}}, {{Metric.Events}}, sum(toDecimal128(event.revenue, 4))
        FROM events AS event
        ARRAY JOIN {{Spans("event.timestamp")}} AS span
        WHERE {{EventRows.InPeriod}}
        GROUP BY span
        """;

    private static string TotalsOfSessions => $$"""
        INSERT INTO rollup_totals (site_id, grain, day, start, version, sessions, bounces, session_ms)
        SELECT
            {site:UInt32}, span.1, {day:Date}, toDateTime(span.2, 'UTC') AS start, {version:UInt64},
            {{Metric.Sessions}}, countIf(session.pageviews = 1), sum(dateDiff('millisecond', session.start, session.end))
        FROM
        (
            SELECT min(s.start) AS start, max(s.end) AS end, sum(s.pageviews) AS pageviews, {{Spans("start")}} AS spans
            FROM sessions AS s
            WHERE {{SessionRows.InPeriod}}
            GROUP BY s.session_id
            HAVING {{SessionRows.BeganInPeriod}}
        ) AS session
        ARRAY JOIN session.spans AS span
        GROUP BY span
        """;

    private static string ValuesOfSessions => $$"""
        INSERT INTO rollups (site_id, grain, dimension, value, day, version, visitors, visitors_state, sessions, bounces, pageviews, events)
        SELECT
            {site:UInt32}, 'day', pair.1, pair.2, {day:Date}, {version:UInt64},
            uniqExact(session.visitor_id), uniqCombinedState(14)(session.visitor_id),
            {{Metric.Sessions}}, countIf(session.pageviews = 1), sum(session.pageviews), sum(session.events)
        FROM
        (
            SELECT
                min(s.start) AS start, any(s.visitor_id) AS visitor_id, sum(s.pageviews) AS pageviews, sum(s.events) AS events,
                {{Pairs(Dimensions.Where(dimension => dimension.OfSession is not null), dimension => dimension.OfSession!)}} AS pairs
            FROM sessions AS s
            WHERE {{SessionRows.InPeriod}}
            GROUP BY s.session_id
            HAVING {{SessionRows.BeganInPeriod}}
        ) AS session
        ARRAY JOIN session.pairs AS pair
        GROUP BY pair
        """;

    private static string ValuesOfEvents => $$"""
        INSERT INTO rollups
        (
            site_id, grain, dimension, value, day, version, visitors, visitors_state,
            sessions, bounces, sessions_across, bounces_across, pageviews, events
        )
        SELECT
            {site:UInt32}, 'day', of_session.pair.1, of_session.pair.2, {day:Date}, {version:UInt64},
            uniqExact(of_session.visitor_id), uniqCombinedState(14)(of_session.visitor_id),
            countIf(NOT session.across), countIf(NOT session.across AND session.pageviews = 1),
            uniqExactIfState(of_session.session_id, session.across),
            uniqExactIfState(of_session.session_id, session.across AND session.pageviews = 1),
            sum(of_session.pageviews), sum(of_session.events)
        FROM
        (
            SELECT
                pair, event.session_id AS session_id, any(event.visitor_id) AS visitor_id,
                {{Metric.Pageviews}} AS pageviews, {{Metric.Events}} AS events
            FROM events AS event
            ARRAY JOIN if(
                event.name = 'pageview',
                {{Pairs(OfEvents, OfEvent)}},
                {{Pairs(OfEvents.Where(dimension => !dimension.OnlyPageviews), OfEvent)}}) AS pair
            WHERE {{EventRows.InPeriod}}
            GROUP BY pair, session_id
        ) AS of_session
        LEFT JOIN
        (
            SELECT
                s.session_id AS session_id, sum(s.pageviews) AS pageviews,
                min(s.start) < {from:DateTime64(3, 'UTC')} OR max(s.end) >= {to:DateTime64(3, 'UTC')} AS across
            FROM sessions AS s
            WHERE {{SessionRows.InPeriod}}
            GROUP BY s.session_id
        ) AS session ON session.session_id = of_session.session_id
        GROUP BY of_session.pair
        """;

    private static string TotalsOfDays => """
        INSERT INTO rollup_totals
            (site_id, grain, day, start, version, visitors, visitors_state, pageviews, events, revenue, sessions, bounces, session_ms)
        SELECT
            {site:UInt32}, 'month', {day:Date}, toDateTime({start:UInt32}, 'UTC'), {version:UInt64},
            uniqCombined64Merge(17)(part.visitors_state), uniqCombined64MergeState(17)(part.visitors_state),
            sum(part.pageviews), sum(part.events), sum(part.revenue), sum(part.sessions), sum(part.bounces), sum(part.session_ms)
        FROM rollup_totals AS part
        WHERE part.site_id = {site:UInt32} AND part.grain = 'day' AND part.day >= {day:Date} AND part.day < addMonths({day:Date}, 1)
            AND part.version IN {versions:Array(UInt64)}
        HAVING count() > 0
        """;

    private static string ValuesOfDays => """
        INSERT INTO rollups
        (
            site_id, grain, dimension, value, day, version, visitors, visitors_state,
            sessions, bounces, sessions_across, bounces_across, pageviews, events
        )
        SELECT
            {site:UInt32}, 'month', part.dimension, part.value, {day:Date}, {version:UInt64},
            uniqCombinedMerge(14)(part.visitors_state), uniqCombinedMergeState(14)(part.visitors_state),
            sum(part.sessions), sum(part.bounces), uniqExactIfMergeState(part.sessions_across), uniqExactIfMergeState(part.bounces_across),
            sum(part.pageviews), sum(part.events)
        FROM rollups AS part
        WHERE part.site_id = {site:UInt32} AND part.grain = 'day' AND part.day >= {day:Date} AND part.day < addMonths({day:Date}, 1)
            AND part.version IN {versions:Array(UInt64)}
        GROUP BY part.dimension, part.value
        """;

    private static IEnumerable<Dimension> OfEvents => Dimensions.Where(dimension => dimension.OfSession is null);

    private static string OfEvent(Dimension dimension) => dimension.OfEvent!;

    private static string Spans(string time) =>
        $$"""[('hour', roundDown(toUnixTimestamp({{time}}), {hours:Array(UInt32)})), ('day', {start:UInt32})]""";

    private static string Pairs(IEnumerable<Dimension> dimensions, Func<Dimension, string> expression) =>
        $"[{string.Join(", ", dimensions.Select(dimension => $"('{dimension.Name}', toString({expression(dimension)}))"))}]";
}
