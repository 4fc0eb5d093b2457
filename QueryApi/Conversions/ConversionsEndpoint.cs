using Analytics.Contracts;
using Analytics.QueryApi.Goals;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Conversions;

internal static class ConversionsEndpoint
{
    public static void MapConversions(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/conversions", Handle)
            .WithSummary("How often the site's goals were reached, by how many visitors, and what they earned")
            .WithDescription("A conversion is an event of the period that matches a goal; one event can be a conversion of several goals. "
                + "The rate is of the visitors with any event in the period, under the same filters. Revenue counts each event, also of an order that is told "
                + "again; amounts without a rate are in no sum.");
        stats.MapAttribution();
    }

    private static async Task<Ok<ConversionsResponse>> Handle(StatsQuery query, GoalRegistry registry, ClickHouse clickHouse, CancellationToken ct)
    {
        var goals = await registry.OfAsync(query.Site, ct);
        var visitors = clickHouse.ScalarAsync<long>($"SELECT {Metric.Visitors} FROM {EventRows.Of(query)}", query.Values, ct);
        var rows = goals.Count == 0 ? [] : (await CountAsync(query, goals, clickHouse, ct)).ToDictionary(row => row.Goal);
        var all = await visitors;
        return TypedResults.Ok(new ConversionsResponse(all,
        [
            .. goals.Select((goal, i) => (Goal: goal, Row: rows.GetValueOrDefault(i + 1, new Row(i + 1, 0, 0, 0))))
                .OrderByDescending(goal => goal.Row.Conversions)
                .Select(goal => new GoalConversions(
                    goal.Goal.Id, goal.Goal.Name, goal.Row.Conversions, goal.Row.Converters,
                    all == 0 ? 0 : (double)goal.Row.Converters / all, goal.Row.Revenue, GoalAmount.Currency(goal.Goal, query))),
        ]));
    }

    // One pass for all goals: each event yields the numbers of the goals that it reaches.
    private static Task<List<Row>> CountAsync(StatsQuery query, IReadOnlyList<Goal> goals, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        var conditions = goals.Select((goal, i) => EventCondition.Of(goal, $"goal{i}", values)).ToList();
        values["currencies"] = goals.Select(goal => goal.Currency ?? "").ToArray();
        return clickHouse.QueryAsync<Row>(
            $$"""
            SELECT
                goal,
                count() AS conversions,
                uniqExact(reached.visitor_id) AS converters,
                sum({{GoalAmount.Sql("{currencies:Array(String)}[goal]", "reached")}}) AS revenue
            FROM
            (
                SELECT
                    event.visitor_id AS visitor_id, event.currency AS currency, {{GoalAmount.Columns}},
                    arrayFilter(number -> number > 0, [{{string.Join(", ", conditions.Select((condition, i) => $"if({condition}, {i + 1}, 0)"))}}]) AS goals
                FROM {{EventRows.Of(query)}} AND ({{string.Join(" OR ", conditions)}})
            ) AS reached
            ARRAY JOIN reached.goals AS goal
            GROUP BY goal
            """,
            values, ct);
    }

    private sealed record Row(int Goal, long Conversions, long Converters, decimal Revenue);
}
