using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Campaigns;

internal static class CampaignsEndpoint
{
    public static void MapCampaigns(this IEndpointRouteBuilder stats) => stats
        .MapGet("/campaigns", Handle)
        .WithSummary("What campaigns brought: by utm_campaign, source, medium and advertising click id, most visitors first")
        .WithDescription("Sessions that began in the period and whose first page has a UTM tag of campaign, source or medium, or one of whose "
            + "pages has a click id. Their numbers are those of the whole session.");

    private static async Task<Ok<CampaignsResponse>> Handle(StatsQuery query, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var (rows, total) = await GroupPage.ReadAsync<Row>(
            clickHouse, Groups(query), "visitors DESC, sessions DESC, campaign, source, medium, click_id", query.Values, paging, ct);
        return TypedResults.Ok(new CampaignsResponse([.. rows.Select(row => row.ToCampaign())], total));
    }

    private static string Groups(StatsQuery query) => $"""
        SELECT
            session.entry.utm_campaign AS campaign,
            if(session.entry.utm_source = '', session.entry.source, session.entry.utm_source) AS source,
            session.entry.utm_medium AS medium,
            tagged.click_id AS click_id,
            uniqExact(session.visitor_id) AS visitors,
            {Metric.Sessions} AS sessions,
            sum(session.pageviews) AS pageviews,
            {Metric.BounceRate} AS bounce_rate,
            {Metric.SessionSeconds} AS session_seconds,
            sum(session.revenue) AS revenue
        FROM {SessionRows.Of(query, Columns)}
        LEFT JOIN
        (
            SELECT event.session_id AS session_id, argMin(toString(event.click_id), event.timestamp) AS click_id
            FROM events AS event
            WHERE {EventRows.InSessionsOfPeriod} AND event.click_id != ''
            GROUP BY session_id
        ) AS tagged ON tagged.session_id = session.session_id
        WHERE session.entry.utm_campaign != '' OR session.entry.utm_source != '' OR session.entry.utm_medium != '' OR tagged.click_id != ''
        GROUP BY campaign, source, medium, click_id
        """;

    private const string Columns = """
        any(s.visitor_id) AS visitor_id, argMinIfMerge(s.entry) AS entry, sum(s.pageviews) AS pageviews, sum(s.revenue) AS revenue
        """;

    private sealed record Row(
        string Campaign, string Source, string Medium, string ClickId, long Visitors, long Sessions, long Pageviews, double BounceRate,
        double SessionSeconds, decimal Revenue, long Total) : IGroupRow
    {
        public CampaignRow ToCampaign() => new(
            Campaign, Source, Medium, ClickId, Visitors, Sessions, Pageviews, BounceRate, SessionSeconds, Revenue);
    }
}
