using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Vitals;

internal static class VitalsEndpoint
{
    private static readonly IReadOnlyList<string> Dimensions =
        [.. Dimension.All.Where(dimension => dimension is { OfEvent: not null, IsId: false }).Select(dimension => dimension.Name)];

    public static void MapVitals(this IEndpointRouteBuilder stats)
    {
        const string Counted = "A page load counts once, with the last value that it told. Quantiles are exact: between two values in "
            + "proportion, as spreadsheets do. Good and poor by the public thresholds: LCP 2500 and 4000 ms, INP 200 and 500 ms, CLS 0.1 and 0.25, FCP 1800 and 3000 ms, TTFB 800 "
            + "and 1800 ms.";
        stats.MapGet("/vitals", All)
            .WithSummary("Web vitals: how fast and steady the pages were")
            .WithDescription(Counted);
        stats.MapGet("/vitals/{dimension}", By)
            .WithSummary("One web vital split by page, device, country, ..., most page loads first")
            .WithDescription(Counted);
    }

    private static async Task<Ok<VitalsResponse>> All(StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        var buckets = PeriodBuckets.Of(query.Period, query.Period.IsAll ? await FirstAsync(query, clickHouse, ct) : null);
        buckets.AddTo(values);
        var rows = await clickHouse.QueryAsync<Row>(
            $"""
            SELECT vital.metric AS metric, grouping(bucket) AS is_whole, {PeriodBuckets.Sql("vital.time")} AS bucket, {Numbers}
            FROM {Vitals(query, VitalKind.NamesSql)}
            GROUP BY GROUPING SETS ((metric), (metric, bucket))
            """,
            values, ct);
        var whole = rows.Where(row => row.IsWhole == 1).ToDictionary(row => row.Metric);
        var points = rows.Where(row => row.IsWhole == 0).ToLookup(row => row.Metric);
        return TypedResults.Ok(new VitalsResponse(
            buckets.Interval,
            [.. VitalKind.All.Select(kind => new Vital(
                kind.Name, kind.Unit, kind.GoodUpTo, kind.PoorAbove, whole.GetValueOrDefault(kind.Name)?.ToNumbers() ?? Nothing,
                buckets.Points(points[kind.Name], row => row.Bucket, (time, of) => Point(time, of.SingleOrDefault()))))]));

        static VitalPoint Point(DateTimeOffset time, Row? row) => new(time, row?.Count ?? 0, row?.Quantiles[1]);
    }

    private static async Task<DateTimeOffset?> FirstAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) =>
        (await clickHouse.QueryAsync<First>(
            $"SELECT min(event.timestamp) AS time FROM {EventRows.Of(query)} AND event.name = 'web_vital' HAVING count() > 0", query.Values, ct))
            .SingleOrDefault()?.Time;

    private static async Task<Results<Ok<VitalBreakdownResponse>, ValidationProblem>> By(
        string dimension, StatsQuery query, MetricQuery metric, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        if (!Dimensions.Contains(dimension))
        {
            return TypedResults.ValidationProblem(new Dictionary<string, string[]>
            {
                ["dimension"] = [NearestName.NotOneOf(dimension, Dimensions)],
            });
        }

        var values = query.Values;
        values["metric"] = metric.Metric;
        var groups = $$"""
            SELECT vital.dimension AS value, {{Numbers}}
            FROM {{Vitals(query, "({metric:String})", $"any({Dimension.Find(dimension)!.OfEvent}) AS dimension,")}}
            GROUP BY value
            """;
        var (rows, total) = await GroupPage.ReadAsync<GroupRow>(clickHouse, groups, "count DESC, value", values, paging, ct);
        return TypedResults.Ok(new VitalBreakdownResponse(
            metric.Metric, dimension, [.. rows.Select(row => new VitalBreakdownRow(row.Value, row.ToNumbers()))], total));
    }

    private static readonly VitalNumbers Nothing = new(0, null, null, null, 0, 0, 0);

    private const string Value = "toFloat64OrNull(event.props['value'])";

    /// <summary>
    /// One row a page load and metric: a metric that got worse is told again under its id, and the last telling counts. Who sends no id tells
    /// each value once.
    /// </summary>
    private static string Vitals(StatsQuery query, string metrics, string columns = "") => $"""
        (
            SELECT
                any(event.props['metric']) AS metric, {columns}
                argMax(assumeNotNull({Value}), (event.timestamp, assumeNotNull({Value}))) AS value, max(event.timestamp) AS time
            FROM {EventRows.Of(query)} AND event.name = 'web_vital' AND event.props['metric'] IN {metrics} AND isFinite({Value}) AND {Value} >= 0
            GROUP BY sipHash128(
                event.session_id, event.props['metric'], event.props['id'], if(event.props['id'] = '', toUnixTimestamp64Milli(event.timestamp), 0))
        ) AS vital
        """;

    private static readonly string Numbers = $"""
        count() AS count, quantilesExactInclusive(0.5, 0.75, 0.95)(vital.value) AS quantiles,
        countIf(vital.value <= {VitalKind.Threshold("vital.metric", kind => kind.GoodUpTo)}) AS good,
        countIf(vital.value > {VitalKind.Threshold("vital.metric", kind => kind.PoorAbove)}) AS poor
        """;

    private static VitalNumbers ToNumbers(long count, IReadOnlyList<double> quantiles, long good, long poor) => new(
        count, quantiles[0], quantiles[1], quantiles[2], (double)good / count, (double)(count - good - poor) / count, (double)poor / count);

    private sealed record Row(string Metric, int IsWhole, long Bucket, long Count, List<double> Quantiles, long Good, long Poor)
    {
        public VitalNumbers ToNumbers() => VitalsEndpoint.ToNumbers(Count, Quantiles, Good, Poor);
    }

    private sealed record GroupRow(string Value, long Count, List<double> Quantiles, long Good, long Poor, long Total) : IGroupRow
    {
        public VitalNumbers ToNumbers() => VitalsEndpoint.ToNumbers(Count, Quantiles, Good, Poor);
    }

    private sealed record First(DateTimeOffset Time);

    internal sealed record MetricQuery(string Metric) : IQueryPart
    {
        private static readonly ChoiceParameter MetricName = new("metric", "Which vital.", VitalKind.Names, "LCP");

        public static IReadOnlyList<QueryParameter> Parameters { get; } = [MetricName];

        public static ValueTask<MetricQuery> BindAsync(HttpContext context) =>
            ValueTask.FromResult(new MetricQuery(QueryReader.Of(context).Read(MetricName)));
    }
}
