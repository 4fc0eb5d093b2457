using Analytics.Contracts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class CartsEndpoint
{
    public static void MapCarts(this IEndpointRouteBuilder stats) => stats
        .MapGet("/commerce/carts", Handle)
        .WithSummary("Carts and checkouts that were abandoned, and what was in them")
        .WithDescription("Of the sessions that began in the period: how many had a product_view, add_to_cart, checkout and purchase event. A cart or checkout "
            + "is abandoned when its session has no purchase. Its value is price × quantity of what was put in, less what was taken out.");

    private static async Task<Ok<CartsResponse>> Handle(StatsQuery query, CurrencyQuery currency, ClickHouse clickHouse, CancellationToken ct)
    {
        query = query.In(currency);
        var withoutRate = clickHouse.QueryAsync<UnconvertedAmount>(WithoutRateSql(query), query.Values, ct);
        var row = (await clickHouse.QueryAsync<Row>(Sql(query), query.Values, ct)).Single();
        return TypedResults.Ok(new CartsResponse(
            currency.Currency, row.Sessions, row.WithView, row.WithCart, row.WithCheckout, row.WithPurchase,
            row.AbandonedCarts, Share(row.AbandonedCarts, row.WithCart), row.AbandonedCheckouts, Share(row.AbandonedCheckouts, row.WithCheckout),
            row.AbandonedValue, await withoutRate));
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static string Sql(StatsQuery query) => $"""
        SELECT
            {Metric.Sessions} AS sessions,
            countIf(step.views > 0) AS with_view,
            countIf(step.carts > 0) AS with_cart,
            countIf(step.checkouts > 0) AS with_checkout,
            countIf({Bought}) AS with_purchase,
            countIf(step.carts > 0 AND NOT {Bought}) AS abandoned_carts,
            countIf(step.checkouts > 0 AND NOT {Bought}) AS abandoned_checkouts,
            round(sumIf(greatest(step.value, 0), step.carts > 0 AND NOT {Bought}), 4) AS abandoned_value
        FROM {SessionRows.Of(query, "count() AS days")}
        LEFT JOIN
        (
            SELECT
                event.session_id AS session_id,
                countIf(event.name = 'product_view') AS views,
                countIf(event.name = 'add_to_cart') AS carts,
                countIf(event.name = 'checkout') AS checkouts,
                sumIf({Worth} * {Money.Rate}, event.name = 'add_to_cart') - sumIf({Worth} * {Money.Rate}, event.name = 'remove_from_cart') AS value
            FROM events AS event
            WHERE {EventRows.InSessionsOfPeriod} AND event.name IN ('product_view', 'add_to_cart', 'remove_from_cart', 'checkout')
            GROUP BY session_id
        ) AS step ON step.session_id = session.session_id
        """;

    private static string WithoutRateSql(StatsQuery query) => $"""
        SELECT currency, sum(value) AS amount, count() AS sales
        FROM
        (
            SELECT
                event.session_id AS session_id, event.currency AS currency,
                sumIf({Worth}, event.name = 'add_to_cart') - sumIf({Worth}, event.name = 'remove_from_cart') AS value
            FROM events AS event
            WHERE {EventRows.InSessionsOfPeriod} AND event.name IN ('add_to_cart', 'remove_from_cart') AND {Money.Rate} = 0
                AND event.session_id IN (SELECT session.session_id FROM {SessionRows.Of(query, "count() AS days")})
                AND event.session_id NOT IN ({Purchases})
            GROUP BY session_id, currency
            HAVING value > 0
        )
        GROUP BY currency
        ORDER BY sales DESC, currency
        """;

    /// <summary>What the items of an event cost, in its own currency.</summary>
    private const string Worth = "arraySum(arrayMap((price, quantity) -> toDecimal128(price, 4) * quantity, event.items.price, event.items.quantity))";

    private static string Purchases => $"SELECT event.session_id FROM {SaleRows.OfSessions} AND {SaleRows.IsPurchase}";

    private static string Bought => $"(session.session_id IN ({Purchases}))";

    private sealed record Row(
        long Sessions, long WithView, long WithCart, long WithCheckout, long WithPurchase, long AbandonedCarts, long AbandonedCheckouts,
        decimal AbandonedValue);
}
