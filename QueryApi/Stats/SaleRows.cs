using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// Which sales a report counts: purchases, refunds and other events with revenue of its site in [from, to) that its filters keep. An
/// order is one row however often it was told, that of the first time.
/// </summary>
internal static class SaleRows
{
    public const string IsPurchase = "event.name = 'purchase'";

    /// <summary>That an event of <c>events AS event</c> is no order told again: as <c>sales</c> has it, for what counts events.</summary>
    public const string IsToldFirst = $"""
        (event.name != 'purchase' OR event.order_id = '' OR (event.order_id, event.timestamp) IN
        (
            SELECT event.order_id, event.timestamp FROM sales AS event FINAL WHERE {EventRows.InPeriod} AND {IsPurchase} AND event.order_id != ''
        ))
        """;

    public static string Of(StatsQuery query) => $"sales AS event FINAL WHERE {EventRows.InPeriod}{query.Filters.OnEvents}";

    /// <summary>Those of sessions that began in the period, for reports that ask which of them bought.</summary>
    public static string OfSessions => $"sales AS event FINAL WHERE {EventRows.InSessionsOfPeriod}";

    /// <summary>What each session that began in the period brought: for reports of sessions, whose own table adds up whatever was told.</summary>
    public static string RevenueBySession =>
        $"(SELECT event.session_id AS session_id, {Metric.Revenue} AS revenue FROM {OfSessions} GROUP BY session_id)";

    /// <summary>The same as columns beside other sums over sales: by currency, the amounts and how many there are.</summary>
    public const string WithoutRate =
        $"sumMapIf(map(event.currency, event.revenue), {HasNoRate}) AS amounts_without_rate, sumMapIf(map(event.currency, 1), {HasNoRate}) AS sales_without_rate";

    private const string HasNoRate = $"event.revenue != 0 AND {Money.Rate} = 0";

    /// <summary>The amounts that are in no sum, largest number first.</summary>
    public static async Task<IReadOnlyList<UnconvertedAmount>> WithoutRateAsync(StatsQuery query, ClickHouse clickHouse, CancellationToken ct) =>
        await clickHouse.QueryAsync<UnconvertedAmount>(
            $"""
            SELECT event.currency AS currency, sum(event.revenue) AS amount, count() AS sales
            FROM {Of(query)} AND {HasNoRate}
            GROUP BY currency
            ORDER BY sales DESC, currency
            """,
            query.Values, ct);
}
