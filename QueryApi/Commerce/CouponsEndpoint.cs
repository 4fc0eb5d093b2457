using Analytics.Contracts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class CouponsEndpoint
{
    public static void MapCoupons(this IEndpointRouteBuilder stats) => stats
        .MapGet("/commerce/coupons", Handle)
        .WithSummary("Coupons by the orders that used them")
        .WithDescription("From the props coupon and discount of purchases in the period; an order counts once.");

    private static async Task<Ok<CouponsResponse>> Handle(
        StatsQuery query, CurrencyQuery currency, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        query = query.In(currency);
        var values = query.Values;
        paging.AddTo(values);
        var withoutRate = SaleRows.WithoutRateAsync(query, clickHouse, ct);
        var all = clickHouse.QueryAsync<All>(
            $"""
            SELECT count() AS orders, countIf({Coupon} != '') AS orders_with_coupon, uniqExactIf({Coupon}, {Coupon} != '') AS total
            FROM {SaleRows.Of(query)} AND {SaleRows.IsPurchase}
            """,
            values, ct);
        var rows = await clickHouse.QueryAsync<CouponRow>(
            $$"""
            SELECT
                {{Coupon}} AS coupon,
                {{CommerceEndpoint.Columns}},
                round(sum(toDecimal128OrZero(event.props['discount'], 4) * {{Money.Rate}}), 4) AS discount
            FROM {{SaleRows.Of(query)}} AND {{SaleRows.IsPurchase}} AND {{Coupon}} != ''
            GROUP BY coupon
            ORDER BY orders DESC, revenue DESC, coupon
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);
        var (orders, withCoupon, total) = (await all).Single();
        return TypedResults.Ok(new CouponsResponse(currency.Currency, orders, withCoupon, rows, total, await withoutRate));
    }

    private const string Coupon = "event.props['coupon']";

    private sealed record All(long Orders, long OrdersWithCoupon, long Total);
}
