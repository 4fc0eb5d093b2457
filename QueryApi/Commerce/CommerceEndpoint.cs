using Analytics.Contracts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class CommerceEndpoint
{
    public static void MapCommerce(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/commerce", Handle)
            .WithSummary("Revenue, orders and conversion of a period and of the one before it")
            .WithDescription("Amounts, orders, items and buyers are those of sales in the period; an order that is told again counts once, when it was "
                + "told first. The conversion rate is the share of sessions that began in the period and had a purchase. Amounts in other "
                + "currencies are converted by the owner's table of rates; those without a rate are listed apart and in no sum.");
        stats.MapGet("/commerce/timeseries", Timeseries)
            .WithSummary("Revenue, orders and buyers over time")
            .WithDescription("Buckets follow the site's clock, also on the days when it is changed, and none is left out.");
    }

    /// <summary>Aggregates over <c>sales AS event FINAL</c>.</summary>
    internal const string Columns = $"""
        {Metric.Revenue} AS revenue,
        countIf({SaleRows.IsPurchase}) AS orders,
        {AverageOrderValue} AS average_order_value,
        sumIf(arraySum(event.items.quantity), {SaleRows.IsPurchase}) AS items,
        uniqExactIf(event.visitor_id, {SaleRows.IsPurchase}) AS buyers
        """;

    /// <summary>Orders without a rate have no value that could go into the average.</summary>
    private const string AverageOrderValue =
        $"round(sumIf({Money.Revenue}, {SaleRows.IsPurchase}) / greatest(countIf({SaleRows.IsPurchase} AND {Money.Rate} > 0), 1), 4)";

    private static async Task<Ok<CommerceResponse>> Handle(
        StatsQuery query, CurrencyQuery currency, ClickHouse clickHouse, CancellationToken ct)
    {
        query = query.In(currency);
        var current = ReadAsync(query, clickHouse, ct);
        var previous = ReadAsync(query.Previous, clickHouse, ct);
        return TypedResults.Ok(new CommerceResponse(currency.Currency, await current, await previous));
    }

    private static async Task<CommerceNumbers> ReadAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var withoutRate = SaleRows.WithoutRateAsync(query, clickHouse, ct);
        var numbers = (await clickHouse.QueryAsync<Numbers>(Sql(query), query.Values, ct)).Single();
        return new CommerceNumbers(
            numbers.Revenue, numbers.Refunded, numbers.Orders, numbers.AverageOrderValue, numbers.Items, numbers.Buyers, numbers.Sessions,
            numbers.Sessions == 0 ? 0 : (double)numbers.Converted / numbers.Sessions, await withoutRate);
    }

    private static string Sql(StatsQuery query) => $"""
        SELECT *
        FROM
        (
            SELECT {Columns}, round(-sumIf({Money.Revenue}, event.name = 'refund'), 4) AS refunded
            FROM {SaleRows.Of(query)}
        ) AS of_sales
        CROSS JOIN
        (
            SELECT
                {Metric.Sessions} AS sessions,
                countIf(session.session_id IN (SELECT event.session_id FROM {SaleRows.OfSessions} AND {SaleRows.IsPurchase})) AS converted
            FROM {SessionRows.Of(query, "count() AS days")}
        ) AS of_sessions
        """;

    private static async Task<Results<Ok<CommerceTimeseriesResponse>, ValidationProblem>> Timeseries(
        StatsQuery query, IntervalQuery wanted, CurrencyQuery currency, ClickHouse clickHouse, CancellationToken ct)
    {
        query = query.In(currency);
        if (query.Period.IsAll)
        {
            query = query.Since(await FirstAsync(query, clickHouse, ct) ?? query.Period.To.AddDays(-1));
        }

        var (from, to, zone) = (query.Period.From, query.Period.To, query.Period.Zone);
        var interval = wanted.Interval ?? Buckets.Automatic(query.Period.Length);
        if (Buckets.AreTooMany(interval, query.Period.Length))
        {
            return IntervalQuery.TooMany(interval);
        }

        var starts = Buckets.Starts(interval, from, to, zone).ToList();
        var values = query.Values;
        values["buckets"] = starts.Select(start => start.ToUnixTimeSeconds()).ToArray();
        var withoutRate = SaleRows.WithoutRateAsync(query, clickHouse, ct);
        var counted = (await clickHouse.QueryAsync<Bucket>(
            $$"""
            SELECT roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)}) AS start, {{Columns}}
            FROM {{SaleRows.Of(query)}}
            GROUP BY start
            """,
            values, ct)).ToDictionary(row => row.Start);
        return TypedResults.Ok(new CommerceTimeseriesResponse(
            currency.Currency, IntervalQuery.Text(interval),
            [.. starts.Select(start => counted.GetValueOrDefault(start.ToUnixTimeSeconds()) is { } row
                ? new CommercePoint(start.In(zone), row.Revenue, row.Orders, row.AverageOrderValue, row.Items, row.Buyers)
                : new CommercePoint(start.In(zone), 0, 0, 0, 0, 0))],
            await withoutRate));
    }

    private static async Task<DateTimeOffset?> FirstAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) =>
        (await clickHouse.QueryAsync<First>(FirstSql, new Dictionary<string, object?> { ["site"] = query.Site.SiteId }, ct))
            .SingleOrDefault()?.Time;

    private const string FirstSql = "SELECT min(timestamp) AS time FROM sales WHERE site_id = {site:UInt32} GROUP BY site_id";

    private sealed record Numbers(
        decimal Revenue, long Orders, decimal AverageOrderValue, long Items, long Buyers, decimal Refunded, long Sessions, long Converted);

    private sealed record Bucket(long Start, decimal Revenue, long Orders, decimal AverageOrderValue, long Items, long Buyers);

    private sealed record First(DateTimeOffset Time);
}
