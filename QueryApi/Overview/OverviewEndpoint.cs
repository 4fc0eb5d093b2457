using Analytics.Contracts;
using Analytics.QueryApi.Rollups;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Overview;

internal static class OverviewEndpoint
{
    public static void MapOverview(this IEndpointRouteBuilder stats) => stats
        .MapGet("/overview", Handle)
        .WithSummary("Headline numbers of a period and of the one before it")
        .WithDescription("Visitors, page views, events and revenue are those of events in the period; sessions, bounce rate and session seconds "
            + "those of the sessions that began in it. All counts are exact but that of visitors, where it is of more than 4,000 and closed days are "
            + "answered from rollups: then it is within 1 % nearly always. Revenue is in the site's base currency; amounts without a rate are listed "
            + "apart.");

    private static async Task<Ok<OverviewComparison>> Handle(
        StatsQuery query, SparklineQuery wanted, ClickHouse clickHouse, RollupPlanner rollups, CancellationToken ct)
    {
        var previous = query.Previous;
        var (from, to) = (previous.Period.From, query.Period.To);
        var ofCurrent = ReadAsync(query, $"{Metric.Revenue} AS revenue, {SaleRows.WithoutRate}");
        var ofPrevious = ReadAsync(previous, $"{Metric.Revenue} AS revenue");
        var sparkline = wanted.IsWanted ? await TimeseriesEndpoint.SparklineAsync(query, clickHouse, rollups, ct) : null;
        var current = await ofCurrent;
        return TypedResults.Ok(new OverviewComparison(
            current.ToResponse(), (await ofPrevious).ToResponse(), query.Money.Currency, current.WithoutRate(), sparkline));

        async Task<Row> ReadAsync(StatsQuery asked, string sales)
        {
            var plan = asked.Filters.AreNone ? await rollups.PlanAsync(asked, from, to, ct) : RollupPlan.None;
            var values = asked.Values;
            plan.AddTo(values);
            return (await clickHouse.QueryAsync<Row>(plan.IsNone ? Sql(asked, sales) : Sql(asked, sales, plan.Raw), values, ct)).Single();
        }
    }

    private static string Sql(StatsQuery query, string sales) => $"""
        SELECT
            of_events.visitors AS visitors,
            of_sessions.sessions AS sessions,
            of_events.pageviews AS pageviews,
            of_events.events AS events,
            if(sessions = 0, 0, pageviews / sessions) AS views_per_session,
            of_sessions.bounce_rate AS bounce_rate,
            of_sessions.session_seconds AS session_seconds,
            of_sales.*
        FROM
        (
            SELECT {Metric.Visitors} AS visitors, {Metric.Pageviews} AS pageviews, {Metric.Events} AS events
            FROM {EventRows.Of(query)}
        ) AS of_events
        CROSS JOIN (SELECT {sales} FROM {SaleRows.Of(query)}) AS of_sales
        CROSS JOIN
        (
            SELECT {Metric.Sessions} AS sessions, {Metric.BounceRate} AS bounce_rate, {Metric.SessionSeconds} AS session_seconds
            FROM {SessionRows.Of(query, "sum(s.pageviews) AS pageviews")}
        ) AS of_sessions
        """;

    // The raw part becomes the same state as the rollups, so that a visitor of both counts once. Revenue has rates, and sales are few.
    private static string Sql(StatsQuery query, string sales, RawRanges raw) => $"""
        SELECT
            of_events.visitors AS visitors,
            of_sessions.sessions AS sessions,
            of_events.pageviews AS pageviews,
            of_events.events AS events,
            if(sessions = 0, 0, pageviews / sessions) AS views_per_session,
            of_sessions.bounce_rate AS bounce_rate,
            of_sessions.session_seconds AS session_seconds,
            of_sales.*
        FROM
        (
            SELECT
                uniqCombined64Merge(17)(part.visitors_state) AS visitors, sum(part.pageviews) AS pageviews, sum(part.events) AS events
            FROM
            (
                SELECT part.visitors_state AS visitors_state, part.pageviews AS pageviews, part.events AS events
                FROM rollup_totals AS part
                WHERE {RollupPlan.OfParts}
                UNION ALL
                SELECT uniqCombined64State(17)(event.visitor_id), {Metric.Pageviews}, {Metric.Events}
                FROM {EventRows.Of(query, raw)}
            ) AS part
        ) AS of_events
        CROSS JOIN (SELECT {sales} FROM {SaleRows.Of(query)}) AS of_sales
        CROSS JOIN
        (
            SELECT
                sum(part.sessions) AS sessions,
                if(sum(part.sessions) = 0, 0, sum(part.bounces) / sum(part.sessions)) AS bounce_rate,
                if(sum(part.sessions) = 0, 0, sum(part.session_ms) / sum(part.sessions) / 1000) AS session_seconds
            FROM
            (
                SELECT part.sessions AS sessions, part.bounces AS bounces, part.session_ms AS session_ms
                FROM rollup_totals AS part
                WHERE {RollupPlan.OfParts}
                UNION ALL
                SELECT {Metric.Sessions}, countIf(session.pageviews = 1), sum(dateDiff('millisecond', session.start, session.end))
                FROM {SessionRows.Of(query, "sum(s.pageviews) AS pageviews", raw)}
            ) AS part
        ) AS of_sessions
        """;

    private sealed record Row(
        long Visitors, long Sessions, long Pageviews, long Events, double ViewsPerSession, double BounceRate, double SessionSeconds, decimal Revenue,
        IReadOnlyDictionary<string, decimal>? AmountsWithoutRate, IReadOnlyDictionary<string, long>? SalesWithoutRate)
    {
        public OverviewResponse ToResponse() => new(Visitors, Sessions, Pageviews, Events, ViewsPerSession, BounceRate, SessionSeconds, Revenue);

        /// <summary>Largest number first.</summary>
        public IReadOnlyList<UnconvertedAmount> WithoutRate() =>
        [
            .. from sales in SalesWithoutRate ?? new Dictionary<string, long>()
               orderby sales.Value descending, sales.Key
               select new UnconvertedAmount(sales.Key, AmountsWithoutRate!.GetValueOrDefault(sales.Key), sales.Value),
        ];
    }
}

/// <param name="IsWanted">Whether a small chart comes along.</param>
internal sealed record SparklineQuery(bool IsWanted) : IQueryPart
{
    private static readonly ChoiceParameter SparklineName = new(
        "sparkline", "Whether the points of a small chart come along, in the interval that gives a readable one.", ["no", "yes"], "no");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [SparklineName];

    public static ValueTask<SparklineQuery> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new SparklineQuery(QueryReader.Of(context).Read(SparklineName) == "yes"));
}
