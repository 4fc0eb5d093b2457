using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Commerce;

internal static class TimeToBuyEndpoint
{
    public static void MapTimeToBuy(this IEndpointRouteBuilder stats) => stats
        .MapGet("/commerce/time-to-buy", Handle)
        .WithSummary("Visits and days from the first visit to the first purchase")
        .WithDescription("Of visitors whose first purchase ever lies in the period, with filters: who have a purchase in it that the filters keep. Visits are "
            + "the sessions that began before the purchase, days whole days of 24 hours since the begin of the first. Medians are exact.");

    private static async Task<Ok<TimeToBuyResponse>> Handle(StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var rows = await clickHouse.QueryAsync<Row>(Sql(query), query.Values, ct);
        var visits = new Histogram(rows.Select(row => (row.Visits, row.Buyers)));
        var days = new Histogram(rows.Select(row => (row.Days, row.Buyers)));
        return TypedResults.Ok(new TimeToBuyResponse(
            visits.Total, visits.Median, days.Median, visits.Bins(1, 2, 3, 4, 5, 6, 11, 21), days.Bins(0, 1, 2, 3, 4, 5, 6, 7, 15, 31, 61, 91)));
    }

    // A visitor has few rows: one a session.
    private static string Sql(StatsQuery query) => $$"""
        WITH buyer AS
        (
            SELECT event.visitor_id AS visitor_id, min(event.timestamp) AS bought
            FROM sales AS event FINAL
            WHERE event.site_id = {site:UInt32} AND event.timestamp < {to:DateTime64(3, 'UTC')} AND {{SaleRows.IsPurchase}}
                AND event.visitor_id IN (SELECT event.visitor_id FROM {{SaleRows.Of(query)}} AND {{SaleRows.IsPurchase}})
            GROUP BY visitor_id
            HAVING bought >= {from:DateTime64(3, 'UTC')}
        )
        SELECT visits, days, count() AS buyers
        FROM
        (
            SELECT
                buyer.visitor_id AS visitor_id,
                countIf(session.start <= buyer.bought) AS visits,
                greatest(0, intDiv(dateDiff('millisecond', min(session.start), any(buyer.bought)), 86400000)) AS days
            FROM
            (
                SELECT s.session_id AS session_id, any(s.visitor_id) AS visitor_id, min(s.start) AS start
                FROM sessions AS s
                WHERE s.site_id = {site:UInt32} AND s.visitor_id IN (SELECT visitor_id FROM buyer)
                GROUP BY s.session_id
            ) AS session
            INNER JOIN buyer ON buyer.visitor_id = session.visitor_id
            GROUP BY visitor_id
        )
        GROUP BY visits, days
        """;

    private sealed record Row(long Visits, long Days, long Buyers);
}
