using Analytics.Contracts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class LifetimeEndpoint
{
    public static void MapLifetime(this IEndpointRouteBuilder stats) => stats
        .MapGet("/commerce/lifetime", Handle)
        .WithSummary("What visitors are worth, by the month of their first purchase or visit")
        .WithDescription("Visitors whose first purchase (or visit) ever lies in the period, by its month on the site's clock, and all the sales that they "
            + "brought since, to now: refunds are taken off. With filters: visitors with a purchase (or visit) in the period that the filters keep.");

    private static async Task<Ok<LifetimeResponse>> Handle(
        StatsQuery query, FirstQuery by, CurrencyQuery currency, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        query = query.In(currency);
        var now = time.GetUtcNow();
        var zone = query.Period.Zone;
        var values = query.Values;
        var sizes = await clickHouse.QueryAsync<Size>(SizesSql(query, by, "toStartOfDay(first)"), values, ct);
        if (sizes.Count == 0)
        {
            return TypedResults.Ok(new LifetimeResponse(currency.Currency, by.Name, [], []));
        }

        // Days of UTC are enough to know where the months begin that are needed; which month a moment belongs to, the site's clock tells.
        var first = DateTimeOffset.FromUnixTimeSeconds(sizes.Min(size => size.Month));
        var months = Buckets.Starts(Interval.Month, first, now.AddMinutes(1), zone).ToList();
        values["buckets"] = months.Select(month => month.ToUnixTimeSeconds()).ToArray();
        var withoutRate = clickHouse.QueryAsync<UnconvertedAmount>(WithoutRateSql(query, by), values, ct);
        var sold = (await clickHouse.QueryAsync<Sold>(SoldSql(query, by), values, ct))
            .ToDictionary(row => (row.Cohort, row.Month), row => row.Revenue);
        sizes = await clickHouse.QueryAsync<Size>(
            SizesSql(query, by, "roundDown(toUnixTimestamp(first), {buckets:Array(UInt32)})"), values, ct);
        return TypedResults.Ok(new LifetimeResponse(
            currency.Currency, by.Name, [.. sizes.Select(size => ToRow(size, months, sold, zone))], await withoutRate));
    }

    private static LifetimeRow ToRow(
        Size size, List<DateTimeOffset> months, Dictionary<(long Cohort, long Month), decimal> sold, TimeZoneInfo zone)
    {
        var row = new List<LifetimeMonth>();
        var sum = 0m;
        foreach (var month in months.Select(month => month.ToUnixTimeSeconds()).Where(month => month >= size.Month))
        {
            var revenue = sold.GetValueOrDefault((size.Month, month));
            sum += revenue;
            row.Add(new LifetimeMonth(row.Count, revenue, decimal.Round(sum / size.Visitors, 4)));
        }

        return new LifetimeRow(zone.ToDay(DateTimeOffset.FromUnixTimeSeconds(size.Month)), size.Visitors, row);
    }

    private static string SizesSql(StatsQuery query, FirstQuery by, string month) => $"""
        SELECT toUnixTimestamp({month}) AS month, count() AS visitors
        FROM ({First(query, by)})
        GROUP BY month
        ORDER BY month
        """;

    // What a visitor brought before the purchase that makes the cohort belongs to its first month.
    private static string SoldSql(StatsQuery query, FirstQuery by) => $$"""
        SELECT
            roundDown(toUnixTimestamp(visitor.first), {buckets:Array(UInt32)}) AS cohort,
            greatest(cohort, roundDown(toUnixTimestamp(event.timestamp), {buckets:Array(UInt32)})) AS month,
            {{Metric.Revenue}} AS revenue
        FROM sales AS event FINAL
        INNER JOIN ({{First(query, by)}}) AS visitor ON visitor.visitor_id = event.visitor_id
        WHERE event.site_id = {site:UInt32}
        GROUP BY cohort, month
        """;

    private static string WithoutRateSql(StatsQuery query, FirstQuery by) => $$"""
        SELECT event.currency AS currency, sum(event.revenue) AS amount, count() AS sales
        FROM sales AS event FINAL
        WHERE event.site_id = {site:UInt32} AND event.revenue != 0 AND {{Money.Rate}} = 0
            AND event.visitor_id IN (SELECT visitor_id FROM ({{First(query, by)}}))
        GROUP BY currency
        ORDER BY sales DESC, currency
        """;

    private static string First(StatsQuery query, FirstQuery by) => by.IsOfPurchase
        ? $$"""
            SELECT event.visitor_id AS visitor_id, min(event.timestamp) AS first
            FROM sales AS event FINAL
            WHERE event.site_id = {site:UInt32} AND {{SaleRows.IsPurchase}}
                AND event.visitor_id IN (SELECT event.visitor_id FROM {{SaleRows.Of(query)}} AND {{SaleRows.IsPurchase}})
            GROUP BY visitor_id
            HAVING {{InPeriod}}
            """
        : $$"""
            SELECT s.visitor_id AS visitor_id, min(s.start) AS first
            FROM sessions AS s
            WHERE s.site_id = {site:UInt32}
                AND s.visitor_id IN (SELECT session.visitor_id FROM {{SessionRows.Of(query, "any(s.visitor_id) AS visitor_id")}})
            GROUP BY visitor_id
            HAVING {{InPeriod}}
            """;

    private const string InPeriod = "first >= {from:DateTime64(3, 'UTC')} AND first < {to:DateTime64(3, 'UTC')}";

    private sealed record Size(long Month, long Visitors);

    private sealed record Sold(long Cohort, long Month, decimal Revenue);
}

/// <param name="Name">purchase or visit.</param>
internal sealed record FirstQuery(string Name) : IQueryPart
{
    private const string Purchase = "purchase";

    private static readonly ChoiceParameter FirstName = new(
        "first", "What puts a visitor into a month: the first purchase or the first visit.", [Purchase, "visit"], Purchase);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [FirstName];

    public bool IsOfPurchase => Name == Purchase;

    public static ValueTask<FirstQuery> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new FirstQuery(QueryReader.Of(context).Read(FirstName)));
}
