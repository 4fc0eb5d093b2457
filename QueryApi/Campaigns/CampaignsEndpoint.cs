using Analytics.Contracts;
using Analytics.QueryApi.Goals;
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
            + "pages has a click id. Their numbers are those of the whole session; a conversion is an event in it that matches a goal.");

    private static async Task<Ok<CampaignsResponse>> Handle(
        StatsQuery query, Paging paging, GoalRegistry registry, ClickHouse clickHouse, CancellationToken ct)
    {
        var (rows, total) = await GroupPage.ReadAsync<Row>(
            clickHouse, Groups(query), "visitors DESC, sessions DESC, campaign, source, medium, click_id", query.Values, paging, ct);
        var goals = rows.Count == 0 ? [] : await registry.OfAsync(query.Site, ct);
        var reached = goals.Count == 0 ? [] : await ReachedAsync(query, rows, goals, clickHouse, ct);
        var of = reached.ToDictionary(row => (row.Campaign, row.Source, row.Medium, row.ClickId, row.Goal));
        return TypedResults.Ok(new CampaignsResponse(
            [.. rows.Select(row => row.ToCampaign(
                [.. goals.Select((goal, i) => of.GetValueOrDefault((row.Campaign, row.Source, row.Medium, row.ClickId, i + 1)) is { } counted
                    ? new CampaignGoal(goal.Id, goal.Name, counted.Conversions, counted.Converters, (double)counted.Converters / row.Visitors)
                    : new CampaignGoal(goal.Id, goal.Name, 0, 0, 0))]))],
            total));
    }

    private static string Groups(StatsQuery query) => $"""
        SELECT
            session.campaign AS campaign, session.source AS source, session.medium AS medium, session.click_id AS click_id,
            uniqExact(session.visitor_id) AS visitors, {Metric.Sessions} AS sessions, sum(session.pageviews) AS pageviews,
            {Metric.BounceRate} AS bounce_rate, {Metric.SessionSeconds} AS session_seconds, sum(session.revenue) AS revenue
        FROM {Sessions(query)}
        GROUP BY campaign, source, medium, click_id
        """;

    /// <summary>The conversions in the sessions of these campaigns, by goal: one pass over the events for all of them.</summary>
    private static Task<List<Reached>> ReachedAsync(
        StatsQuery query, IReadOnlyList<Row> rows, IReadOnlyList<Goal> goals, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        values["campaigns"] = rows.Select(row => row.Campaign).ToArray();
        values["sources"] = rows.Select(row => row.Source).ToArray();
        values["mediums"] = rows.Select(row => row.Medium).ToArray();
        values["click_ids"] = rows.Select(row => row.ClickId).ToArray();
        var conditions = goals.Select((goal, i) => EventCondition.Of(goal, $"goal{i}", values)).ToList();
        return clickHouse.QueryAsync<Reached>(
            $$"""
            SELECT
                session.campaign AS campaign, session.source AS source, session.medium AS medium, session.click_id AS click_id,
                reached.goal AS goal, sum(reached.conversions) AS conversions, uniqExact(session.visitor_id) AS converters
            FROM {{Sessions(query)}}
            INNER JOIN
            (
                SELECT matched.session_id AS session_id, goal, count() AS conversions
                FROM
                (
                    SELECT
                        event.session_id AS session_id,
                        arrayFilter(number -> number > 0, [{{string.Join(", ", conditions.Select((condition, i) => $"if({condition}, {i + 1}, 0)"))}}]) AS goals
                    FROM events AS event
                    WHERE {{EventRows.InSessionsOfPeriod}} AND ({{string.Join(" OR ", conditions)}})
                ) AS matched
                ARRAY JOIN matched.goals AS goal
                GROUP BY session_id, goal
            ) AS reached ON reached.session_id = session.session_id
            WHERE (session.campaign, session.source, session.medium, session.click_id) IN
            (
                SELECT arrayJoin(arrayZip(
                    {campaigns:Array(String)}, {sources:Array(String)}, {mediums:Array(String)}, {click_ids:Array(String)}))
            )
            GROUP BY campaign, source, medium, click_id, goal
            """,
            values, ct);
    }

    /// <summary>The period's sessions that a campaign brought, with its names.</summary>
    private static string Sessions(StatsQuery query) => $"""
        (
            SELECT
                session.session_id AS session_id, session.start AS start, session.end AS end, session.visitor_id AS visitor_id,
                session.pageviews AS pageviews, sold.revenue AS revenue, session.utm_campaign AS campaign,
                if(session.utm_source = '', session.entry_source, session.utm_source) AS source,
                session.utm_medium AS medium, tagged.click_id AS click_id
            FROM {SessionRows.Of(query, Columns)}
            LEFT JOIN {SaleRows.RevenueBySession} AS sold ON sold.session_id = session.session_id
            LEFT JOIN
            (
                SELECT event.session_id AS session_id, argMin(toString(event.click_id), event.timestamp) AS click_id
                FROM events AS event
                WHERE {EventRows.InSessionsOfPeriod} AND event.click_id != ''
                GROUP BY session_id
            ) AS tagged ON tagged.session_id = session.session_id
            WHERE campaign != '' OR medium != '' OR session.utm_source != '' OR click_id != ''
        ) AS session
        """;

    private const string Columns = """
        any(s.visitor_id) AS visitor_id, argMinIfMerge(s.entry_source) AS entry_source,
        argMinIfMerge(s.entry_utm_campaign) AS utm_campaign, argMinIfMerge(s.entry_utm_source) AS utm_source,
        argMinIfMerge(s.entry_utm_medium) AS utm_medium, sum(s.pageviews) AS pageviews
        """;

    private sealed record Row(
        string Campaign, string Source, string Medium, string ClickId, long Visitors, long Sessions, long Pageviews, double BounceRate,
        double SessionSeconds, decimal Revenue, long Total) : IGroupRow
    {
        public CampaignRow ToCampaign(IReadOnlyList<CampaignGoal> goals) => new(
            Campaign, Source, Medium, ClickId, Visitors, Sessions, Pageviews, BounceRate, SessionSeconds, Revenue, goals);
    }

    private sealed record Reached(string Campaign, string Source, string Medium, string ClickId, int Goal, long Conversions, long Converters);
}
