using Analytics.Contracts;
using Analytics.QueryApi.Rollups;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Timeseries;

internal static class TimeseriesEndpoint
{
    public static void MapTimeseries(this IEndpointRouteBuilder stats) => stats
        .MapGet("/timeseries", Handle)
        .WithSummary("Visitors, sessions and page views over time")
        .WithDescription("Buckets follow the site's clock, also on the days when it is changed, and none is left out. "
            + "The first begins with its hour, day, week (Monday) or month, the period may begin within it. All counts are exact but those of the "
            + "visitors of a week or month, where they are more than 4,000 and answered from rollups: then they are within 1 % nearly always.");

    private static async Task<Results<Ok<TimeseriesResponse>, ValidationProblem>> Handle(
        StatsQuery query, IntervalQuery wanted, ClickHouse clickHouse, RollupPlanner rollups, CancellationToken ct)
    {
        query = await BegunAsync(query, clickHouse, ct);
        var interval = wanted.Interval ?? Buckets.Automatic(query.Period.Length);
        return Buckets.AreTooMany(interval, query.Period.Length)
            ? IntervalQuery.TooMany(interval)
            : TypedResults.Ok(new TimeseriesResponse(IntervalQuery.Text(interval), await PointsAsync(query, interval, clickHouse, rollups, ct)));
    }

    /// <summary>In the interval that gives a readable chart, which never has too many points.</summary>
    public static async Task<OverviewSparkline> SparklineAsync(StatsQuery query, ClickHouse clickHouse, RollupPlanner rollups, CancellationToken ct)
    {
        query = await BegunAsync(query, clickHouse, ct);
        var interval = Buckets.Automatic(query.Period.Length);
        return new OverviewSparkline(IntervalQuery.Text(interval), await PointsAsync(query, interval, clickHouse, rollups, ct));
    }

    // All time begins with the first event.
    private static async Task<StatsQuery> BegunAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) => query.Period.IsAll
        ? query.Since(await FirstAsync(query.Site.SiteId, clickHouse, ct) ?? query.Period.To.AddDays(-1))
        : query;

    private static async Task<IReadOnlyList<TimeseriesPoint>> PointsAsync(
        StatsQuery query, Interval interval, ClickHouse clickHouse, RollupPlanner rollups, CancellationToken ct)
    {
        var zone = query.Period.Zone;
        var starts = Buckets.Starts(interval, query.Period.From, query.Period.To, zone).ToList();
        var values = query.Values;
        values["buckets"] = starts.Select(start => start.ToUnixTimeSeconds()).ToArray();
        var plan = query.Filters.AreNone && interval != Interval.Minute ? await rollups.PlanAsync(query, ct) : RollupPlan.None;
        plan.AddTo(values);
        var sql = plan.IsNone ? Sql(query)
            : interval is Interval.Hour or Interval.Day ? Sql(query, plan.Raw, interval == Interval.Hour ? RollupPlan.OfHours : RollupPlan.OfDays)
            : MergingSql(query, plan.Raw, interval is Interval.Month or Interval.Quarter or Interval.Year ? RollupPlan.OfParts : RollupPlan.OfDays);
        var counted = (await clickHouse.QueryAsync<Row>(sql, values, ct)).ToDictionary(row => row.Bucket);
        return
        [
            .. starts.Select(start => counted.GetValueOrDefault(start.ToUnixTimeSeconds()) is { } row
                ? new TimeseriesPoint(start.In(zone), row.Visitors, row.Sessions, row.Pageviews)
                : new TimeseriesPoint(start.In(zone), 0, 0, 0)),
        ];
    }

    private static string Sql(StatsQuery query) => $$"""
        SELECT bucket, sum(visitors) AS visitors, sum(sessions) AS sessions, sum(pageviews) AS pageviews
        FROM
        (
            SELECT
                roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)}) AS bucket,
                {{Metric.Visitors}} AS visitors, 0 AS sessions, {{Metric.Pageviews}} AS pageviews
            FROM {{EventRows.Of(query)}}
            GROUP BY bucket
            UNION ALL
            SELECT roundDown(toUnixTimestamp(session.start), {buckets:Array(UInt32)}) AS bucket, 0, {{Metric.Sessions}}, 0
            FROM {{SessionRows.Of(query, "sum(s.pageviews) AS pageviews")}}
            GROUP BY bucket
        )
        GROUP BY bucket
        """;

    // An hour and a day are rolled up as a whole or not at all: their visitors are numbers.
    private static string Sql(StatsQuery query, RawRanges raw, string parts) => $$"""
        SELECT bucket, sum(visitors) AS visitors, sum(sessions) AS sessions, sum(pageviews) AS pageviews
        FROM
        (
            SELECT
                roundDown(toUnixTimestamp(part.start), {buckets:Array(UInt32)}) AS bucket,
                part.visitors AS visitors, part.sessions AS sessions, part.pageviews AS pageviews
            FROM rollup_totals AS part
            WHERE {{parts}}
            UNION ALL
            SELECT roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)}) AS bucket, {{Metric.Visitors}}, 0, {{Metric.Pageviews}}
            FROM {{EventRows.Of(query, raw)}}
            GROUP BY bucket
            UNION ALL
            SELECT roundDown(toUnixTimestamp(session.start), {buckets:Array(UInt32)}) AS bucket, 0, {{Metric.Sessions}}, 0
            FROM {{SessionRows.Of(query, "sum(s.pageviews) AS pageviews", raw)}}
            GROUP BY bucket
        )
        GROUP BY bucket
        """;

    // A week and a month may be made of several days, or partly be raw: a visitor of two of them counts once.
    private static string MergingSql(StatsQuery query, RawRanges raw, string parts) => $$"""
        SELECT
            bucket, uniqCombined64Merge(17)(visitors_state) AS visitors, sum(sessions) AS sessions, sum(pageviews) AS pageviews
        FROM
        (
            SELECT
                roundDown(toUnixTimestamp(part.start), {buckets:Array(UInt32)}) AS bucket,
                part.visitors_state AS visitors_state, part.sessions AS sessions, part.pageviews AS pageviews
            FROM rollup_totals AS part
            WHERE {{parts}}
            UNION ALL
            SELECT
                roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)}) AS bucket,
                uniqCombined64State(17)(event.visitor_id), 0, {{Metric.Pageviews}}
            FROM {{EventRows.Of(query, raw)}}
            GROUP BY bucket
            UNION ALL
            SELECT
                roundDown(toUnixTimestamp(session.start), {buckets:Array(UInt32)}) AS bucket,
                arrayReduce('uniqCombined64State(17)', emptyArrayUInt64()), {{Metric.Sessions}}, 0
            FROM {{SessionRows.Of(query, "sum(s.pageviews) AS pageviews", raw)}}
            GROUP BY bucket
        )
        GROUP BY bucket
        """;

    /// <summary>When the first session of a site began; null without any.</summary>
    public static async Task<DateTimeOffset?> FirstAsync(uint siteId, ClickHouse clickHouse, CancellationToken ct) =>
        (await clickHouse.QueryAsync<First>(FirstSql, new Dictionary<string, object?> { ["site"] = siteId }, ct)).SingleOrDefault()?.Time;

    private const string FirstSql = "SELECT min(s.start) AS time FROM sessions AS s WHERE s.site_id = {site:UInt32} GROUP BY s.site_id";

    private sealed record Row(long Bucket, long Visitors, long Sessions, long Pageviews);

    private sealed record First(DateTimeOffset Time);
}

/// <param name="Interval">Null: whatever gives a readable chart of the period.</param>
internal sealed record IntervalQuery(Interval? Interval) : IQueryPart
{
    public const string Name = "interval";

    private static readonly ChoiceParameter IntervalName = new(
        Name, "Length of a bucket; auto takes what gives a readable chart.",
        ["auto", .. Enum.GetValues<Interval>().Select(Text)], "auto");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [IntervalName];

    public static ValueTask<IntervalQuery> BindAsync(HttpContext context)
    {
        var name = QueryReader.Of(context).Read(IntervalName);
        return ValueTask.FromResult(new IntervalQuery(name == "auto" ? null : Enum.Parse<Interval>(name, ignoreCase: true)));
    }

    public static string Text(Interval interval) => interval.ToString().ToLowerInvariant();

    /// <summary>The answer where a period would have more buckets than an answer may have.</summary>
    public static ValidationProblem TooMany(Interval interval) => TypedResults.ValidationProblem(new Dictionary<string, string[]>
    {
        [Name] = [$"This period has more than {Buckets.Max} buckets of a {Text(interval)}; take a longer interval or a shorter period."],
    });
}
