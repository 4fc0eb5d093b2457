using Analytics.Contracts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class ProductsEndpoint
{
    public static void MapProducts(this IEndpointRouteBuilder stats) => stats
        .MapGet("/commerce/products", Handle)
        .WithSummary("Products by revenue: views, pieces put into carts and bought, buyers, conversion")
        .WithDescription("From the items of product_view, add_to_cart and purchase events in the period. Revenue is price × quantity of what was bought. "
            + "The rates are of sessions: bought ÷ put into a cart, and bought ÷ viewed, in the same session.");

    private static async Task<Ok<ProductsResponse>> Handle(
        StatsQuery query, ProductsQuery products, CurrencyQuery currency, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        query = query.In(currency);
        var values = query.Values;
        paging.AddTo(values);
        var withoutRate = SaleRows.WithoutRateAsync(query, clickHouse, ct);
        var groups = Sql(query, products);
        var rows = await clickHouse.QueryAsync<Row>(
            $$"""
            SELECT *, count() OVER () AS total
            FROM ({{groups}})
            ORDER BY revenue DESC, bought DESC, added DESC, views DESC, value
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);
        var total = rows.Count > 0 || paging.Offset == 0
            ? rows.FirstOrDefault()?.Total ?? 0
            : await clickHouse.ScalarAsync<long>($"SELECT count() FROM ({groups})", values, ct);
        return TypedResults.Ok(new ProductsResponse(
            currency.Currency, products.By,
            [.. rows.Select(row => new ProductRow(
                row.Value, row.Name, row.Category, row.Views, row.Added, row.Bought, row.Revenue, row.Buyers, row.CartToBuyRate, row.ConversionRate))],
            total, await withoutRate));
    }

    private static string Sql(StatsQuery query, ProductsQuery products) => $"""
        SELECT
            value,
            argMaxIf(of_session.named.1, of_session.named.2, of_session.named.1 != '') AS name,
            argMaxIf(of_session.filed.1, of_session.filed.2, of_session.filed.1 != '') AS category,
            sum(of_session.views) AS views,
            sum(of_session.added) AS added,
            sum(of_session.bought) AS bought,
            round(sum(of_session.revenue), 4) AS revenue,
            uniqExactIf(of_session.visitor_id, of_session.purchases > 0) AS buyers,
            if(countIf(of_session.carts > 0) = 0, 0, countIf(of_session.carts > 0 AND of_session.purchases > 0) / countIf(of_session.carts > 0))
                AS cart_to_buy_rate,
            if(countIf(of_session.views > 0) = 0, 0, countIf(of_session.views > 0 AND of_session.purchases > 0) / countIf(of_session.views > 0))
                AS conversion_rate
        FROM
        (
            SELECT
                {products.Value} AS value,
                item.session_id AS session_id,
                any(item.visitor_id) AS visitor_id,
                argMaxIf((item.name, item.timestamp), item.timestamp, item.name != '') AS named,
                argMaxIf((item.category, item.timestamp), item.timestamp, item.category != '') AS filed,
                countIf(item.event = 'product_view') AS views,
                countIf(item.event = 'add_to_cart') AS carts,
                sumIf(item.quantity, item.event = 'add_to_cart') AS added,
                countIf(item.event = 'purchase') AS purchases,
                sumIf(item.quantity, item.event = 'purchase') AS bought,
                sumIf(item.revenue, item.event = 'purchase') AS revenue
            FROM
            (
                SELECT {Columns}, toDecimal128(0, 14) AS revenue
                FROM events AS event ARRAY JOIN {Items}
                WHERE {EventRows.InPeriod}{query.Filters.OnEvents} AND event.name IN ('product_view', 'add_to_cart')
                UNION ALL
                SELECT {Columns}, toDecimal128(price, 4) * quantity * {Money.Rate} AS revenue
                FROM sales AS event FINAL ARRAY JOIN {Items}
                WHERE {EventRows.InPeriod}{query.Filters.OnEvents} AND {SaleRows.IsPurchase}
            ) AS item
            GROUP BY value, session_id
        ) AS of_session
        GROUP BY value
        """;

    private const string Columns =
        "event.name AS event, event.session_id AS session_id, event.visitor_id AS visitor_id, event.timestamp AS timestamp, sku, item_name AS name, category, quantity";

    private const string Items =
        "event.items.sku AS sku, event.items.name AS item_name, event.items.category AS category, event.items.price AS price, event.items.quantity AS quantity";

    private sealed record Row(
        string Value, string Name, string Category, long Views, long Added, long Bought, decimal Revenue, long Buyers, double CartToBuyRate,
        double ConversionRate, long Total);
}

/// <param name="By">product, sku, name or category.</param>
internal sealed record ProductsQuery(string By) : IQueryPart
{
    private static readonly ChoiceParameter ByName = new(
        "by", "What a row stands for; product is the SKU, or the name of what has none.", ["product", "sku", "name", "category"], "product");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [ByName];

    /// <summary>Over rows named item.</summary>
    public string Value => By switch
    {
        "sku" => "item.sku",
        "name" => "item.name",
        "category" => "item.category",
        _ => "if(item.sku != '', item.sku, item.name)",
    };

    public static ValueTask<ProductsQuery> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new ProductsQuery(QueryReader.Of(context).Read(ByName)));
}
