using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Retention;

internal static class RetentionEndpoint
{
    /// <summary>Intervals that an answer may have: it is a triangle of them.</summary>
    private const int MaxIntervals = 100;

    public static void MapRetention(this IEndpointRouteBuilder stats) => stats
        .MapGet("/retention", Handle)
        .WithSummary("How many visitors came again, by the day, week or month in which they came first")
        .WithDescription("A visitor belongs to the interval of the first start event in the period, and has returned in each interval with a return event at "
            + "or after it. Intervals follow the site's clock; weeks begin on Monday; the first may begin before the period, which still counts only from its begin. "
            + "Filters keep events.");

    private static async Task<Results<Ok<RetentionResponse>, ValidationProblem>> Handle(
        StatsQuery query, RetentionQuery wanted, ClickHouse clickHouse, CancellationToken ct)
    {
        if (query.Period.IsAll)
        {
            query = query.Since(await FirstAsync(query, clickHouse, ct));
        }

        var (from, to, zone) = (query.Period.From, query.Period.To, query.Period.Zone);
        if (Buckets.AreTooMany(wanted.Interval, query.Period.Length)
            || Buckets.Starts(wanted.Interval, from, to, zone).ToList() is not { Count: <= MaxIntervals } starts)
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]>
            {
                ["interval"] = [$"This period has more than {MaxIntervals} {wanted.Text}s; take a longer interval or a shorter period."],
            });
        }

        var values = query.Values;
        values["buckets"] = starts.Select(start => start.ToUnixTimeSeconds()).ToArray();
        var cells = await clickHouse.QueryAsync<Cell>(Sql(query, wanted, values), values, ct);
        var byCohort = cells.ToLookup(cell => cell.Cohort);
        return TypedResults.Ok(new RetentionResponse(
            wanted.Text, [.. starts.Select((start, i) => Cohort(start.In(zone), starts, i, byCohort[start.ToUnixTimeSeconds()]))]));
    }

    // (1) Of a visitor and interval: the first start and the last return; (2) of a visitor: the first start of all, and the intervals with
    // a return at or after it; (3) how many have what. Interval 0 stands for the cohort itself.
    private static string Sql(StatsQuery query, RetentionQuery wanted, Dictionary<string, object?> values)
    {
        var (start, back) = (Condition(wanted.Start, "start", values), Condition(wanted.Return, "return", values));
        var either = start == "1" || back == "1" ? "" : $" AND ({start} OR {back})";
        return $$"""
            SELECT cohort, bucket, count() AS visitors
            FROM
            (
                SELECT
                    minIf(first_start, starts > 0) AS begun,
                    toUInt32(roundDown(toUnixTimestamp(begun), {buckets:Array(UInt32)})) AS cohort,
                    arrayPushFront(
                        arrayMap(part -> part.1, arrayFilter(part -> part.2 >= begun, groupArrayIf((bucket, last_return), returns > 0))),
                        toUInt32(0)) AS present
                FROM
                (
                    SELECT
                        event.visitor_id AS visitor_id,
                        toUInt32(roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)})) AS bucket,
                        countIf({{start}}) AS starts,
                        minIf(event.timestamp, {{start}}) AS first_start,
                        maxIf(event.timestamp, {{back}}) AS last_return,
                        countIf({{back}}) AS returns
                    FROM {{EventRows.Of(query)}}{{either}}
                    GROUP BY visitor_id, bucket
                )
                GROUP BY visitor_id
                HAVING sum(starts) > 0
            )
            ARRAY JOIN present AS bucket
            GROUP BY cohort, bucket
            """;
    }

    /// <summary>An event's name, a page's path, or nothing: any event.</summary>
    private static string Condition(string what, string prefix, Dictionary<string, object?> values) => what switch
    {
        "" => "1",
        ['/' or '*', ..] => EventCondition.Of(new EventMatch(Page: what), prefix, values),
        _ => EventCondition.Of(new EventMatch(what), prefix, values),
    };

    private static RetentionCohort Cohort(DateTimeOffset time, List<DateTimeOffset> starts, int i, IEnumerable<Cell> cells)
    {
        var counts = cells.ToDictionary(cell => cell.Bucket, cell => cell.Visitors);
        var visitors = counts.GetValueOrDefault(0);
        var returned = starts.Skip(i).Select(start => counts.GetValueOrDefault(start.ToUnixTimeSeconds())).ToList();
        return new RetentionCohort(time, visitors, returned, [.. returned.Select(count => visitors == 0 ? 0 : (double)count / visitors)]);
    }

    private static async Task<DateTimeOffset> FirstAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) =>
        (await clickHouse.QueryAsync<First>(FirstSql, new Dictionary<string, object?> { ["site"] = query.Site.SiteId }, ct))
            .SingleOrDefault()?.Time ?? query.Period.To.AddDays(-1);

    private const string FirstSql = "SELECT min(s.start) AS time FROM sessions AS s WHERE s.site_id = {site:UInt32} GROUP BY s.site_id";

    private sealed record Cell(long Cohort, long Bucket, long Visitors);

    private sealed record First(DateTimeOffset Time);
}

/// <param name="Start">An event's name or a page's path; empty: any event.</param>
/// <param name="Return">Alike.</param>
internal sealed record RetentionQuery(Interval Interval, string Start, string Return) : IQueryPart
{
    private static readonly ChoiceParameter IntervalName = new("interval", "Length of an interval.", ["day", "week", "month"], "week");
    private static readonly TextParameter StartName = new(
        "start_event", "What makes somebody a member: an event's name, or a page's path (it begins with /; * stands for any text). Any event where absent.");
    private static readonly TextParameter ReturnName = new(
        "return_event", "What counts as coming again, alike. Any event where absent.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [IntervalName, StartName, ReturnName];

    public string Text => IntervalQuery.Text(Interval);

    public static ValueTask<RetentionQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new RetentionQuery(
            Enum.Parse<Interval>(reader.Read(IntervalName), ignoreCase: true), reader.Read(StartName), reader.Read(ReturnName)));
    }
}
