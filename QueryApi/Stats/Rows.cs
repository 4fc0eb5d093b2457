using Analytics.QueryApi.Rollups;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// Which events a report counts: those of its site in [from, to) that its filters keep. Each condition on the time says the day too: the table is
/// ordered by <c>toDate(timestamp)</c>, and a bare <c>timestamp</c> is taken for the last column of that order, which skips nothing (seen on 26.7: a
/// report of today read its whole month).
/// </summary>
internal static class EventRows
{
    public const string InPeriod =
        "event.site_id = {site:UInt32}"
        + " AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}"
        + " AND toDate(event.timestamp) <= toDate({to:DateTime64(3, 'UTC')}) AND event.timestamp < {to:DateTime64(3, 'UTC')}";

    /// <summary>What may have happened in sessions that began in the period: they go on after it.</summary>
    public const string InSessionsOfPeriod =
        "event.site_id = {site:UInt32}"
        + " AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}"
        + " AND toDate(event.timestamp) <= toDate({to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY) AND event.timestamp < {to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY";

    public static string Of(StatsQuery query) => $"events AS event WHERE {InPeriod}{query.Filters.OnEvents}";

    /// <summary>Those of the ranges that no rollup covers.</summary>
    public static string Of(StatsQuery query, RawRanges raw) => $"{Of(query)}{raw.OnEvents}";
}

/// <summary>
/// Which sessions a report counts: those of its site that began in [from, to) and that its filters keep, each one row whatever days it
/// touched. The table has a row a session and UTC day, so one day to each side is read: the earlier tells that a session began before
/// the period, the later how it went on.
/// </summary>
internal static class SessionRows
{
    public const string InPeriod =
        "s.site_id = {site:UInt32} AND s.day >= toDate({from:DateTime64(3, 'UTC')}) - 1 AND s.day <= toDate({to:DateTime64(3, 'UTC')}) + 1";

    public const string BeganInPeriod = "start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}";

    /// <param name="columns">Aggregates over <c>sessions AS s</c> with their names, beside session_id, start and end.</param>
    /// <param name="condition">What keeps a row of the table, besides: of a column that is the same in all rows of a session.</param>
    public static string Of(StatsQuery query, string columns, string condition = "1") => Of(query, columns, $" AND {condition}", "");

    /// <summary>Those that began in the ranges that no rollup covers.</summary>
    public static string Of(StatsQuery query, string columns, RawRanges raw) => Of(query, columns, raw.OnSessionDays, raw.OnStarts);

    private static string Of(StatsQuery query, string columns, string rows, string sessions) => $"""
        (
            SELECT s.session_id AS session_id, min(s.start) AS start, max(s.end) AS end, {columns}
            FROM sessions AS s
            WHERE {InPeriod}{rows}
            GROUP BY s.session_id
            HAVING {BeganInPeriod}{sessions}{query.Filters.OnSessions}
        ) AS session
        """;
}
