using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Funnels;

/// <summary>
/// The SQL of a funnel. Somebody gets to step k if there are k different events of theirs, in order of time, of which the first takes
/// step 1, the second step 2 and so on, the last at most the window after the first. Events of the same millisecond stand in the order
/// of the steps that they take. The time to a step is measured when it is taken for the first time, from the latest first step that
/// led there.
/// </summary>
internal sealed class FunnelSql
{
    private readonly StatsQuery query;
    private readonly Funnel funnel;
    private readonly List<string> conditions;

    public FunnelSql(StatsQuery query, Funnel funnel)
    {
        (this.query, this.funnel) = (query, funnel);
        Values = query.Values;
        conditions = [.. funnel.Steps.Select((step, i) => EventCondition.Of(step, $"step{i + 1}", Values))];
        Values["window"] = (long)FunnelInput.Window(funnel.Window, funnel.WindowUnit).TotalMilliseconds;
    }

    public Dictionary<string, object?> Values { get; }

    private int Steps => funnel.Steps.Count;

    /// <summary>One row: how many reached each step, and how long that took.</summary>
    public string Totals => $"SELECT '' AS value, 1 AS total, {Counts} FROM ({Walks("")})";

    /// <summary>The same row, and after it one a value of the dimension, {limit} at most.</summary>
    public string SplitBy(Dimension by) => by.OfEvent is { } ofEvent
        ? $$"""
            SELECT value, grouping(value) AS total, {{Counts}}
            FROM ({{Walks($", tupleElement(minIf((event.timestamp, toString({ofEvent})), bitTest(mask, 0)), 2) AS value")}})
            {{ByValue}}
            """
        : $$"""
            SELECT session.value AS value, grouping(value) AS total, {{Counts}}
            FROM ({{Walks(", tupleElement(minIf((event.timestamp, event.session_id), bitTest(mask, 0)), 2) AS session_id")}}) AS walk
            LEFT JOIN
            (
                SELECT s.session_id AS session_id, toString({{by.OfSession}}) AS value
                FROM sessions AS s
                WHERE {{SessionRows.InPeriod}}
                GROUP BY s.session_id
            ) AS session ON session.session_id = walk.session_id
            {{ByValue}}
            """;

    private const string ByValue =
        "GROUP BY GROUPING SETS ((), (value)) ORDER BY total DESC, reached[1] DESC, value LIMIT {limit:UInt32} + 1";

    // Of the walks' columns: millis has the milliseconds to each step, -1 where it was not taken.
    private string Counts => $"""
        [{Each(k => $"countIf(millis[{k}] >= 0)")}] AS reached,
        [{Each(k => $"if(reached[{k}] = 0, 0, quantileExactInclusiveIf(0.5)(millis[{k}], millis[{k}] >= 0))")}] AS medians,
        [{Each(k => $"if(reached[{k}] = 0, 0, sumIf(millis[{k}], millis[{k}] >= 0) / reached[{k}])")}] AS averages
        """;

    // A row for each visitor or session that took the first step. The fold goes through their events with, for each step, the latest
    // beginning from which it can be reached (places 1 to n of the state; 0: none) and the time that it took (n + 1 to 2n; -1: none).
    private string Walks(string columns) => $$"""
        SELECT
            [{{Each(k => $"walked.{Steps + k}")}}] AS millis,
            arrayFold(
                (state, moment) -> ({{Each(Beginning)}}, {{Each(Time)}}),
                arraySort(groupArray((toUnixTimestamp64Milli(event.timestamp), mask))),
                ({{Each(_ => "toInt64(0)")}}, {{Each(_ => "toInt64(-1)")}})) AS walked{{columns}}
        FROM
        (
            SELECT
                event.*, toUInt16({{string.Join(" + ", conditions.Select((condition, i) => $"{condition} * {1 << i}"))}}) AS mask
            FROM {{EventRows.Of(query)}}
        ) AS event
        WHERE {{(funnel.Mode == FunnelInput.Strict ? $"mask > 0 OR {Deliberate}" : "mask > 0")}}
        GROUP BY {{(funnel.Unit == FunnelInput.Session ? "event.session_id" : "event.visitor_id")}}
        HAVING bitTest(groupBitOr(mask), 0)
        """;

    private static string Deliberate => $"event.name = '{EventNames.Pageview}' OR event.name NOT IN {EventNames.AutomaticSql}";

    private string Beginning(int k)
    {
        var otherwise = funnel.Mode == FunnelInput.Strict ? "toInt64(0)" : $"state.{k}";
        return k == 1
            ? $"if({Takes(1)}, moment.1, {otherwise})"
            : $"if({Takes(k)}, state.{k - 1}, {otherwise})";
    }

    private string Time(int k) => k == 1
        ? $"if({Takes(1)}, toInt64(0), state.{Steps + 1})"
        : $"if(state.{Steps + k} < 0 AND {Takes(k)}, moment.1 - state.{k - 1}, state.{Steps + k})";

    private static string Takes(int k) => k == 1
        ? "bitTest(moment.2, 0)"
        : $"(bitTest(moment.2, {k - 1}) AND state.{k - 1} > 0 AND moment.1 - state.{k - 1} <= {{window:Int64}})";

    private string Each(Func<int, string> sql) => string.Join(", ", Enumerable.Range(1, Steps).Select(sql));
}
