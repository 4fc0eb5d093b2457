using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Goals;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Conversions;

internal static class AttributionEndpoint
{
    public static void MapAttribution(this IEndpointRouteBuilder stats) => stats
        .MapGet("/attribution", Handle)
        .WithSummary("Which sessions led to a goal's conversions")
        .WithDescription("The touches of a conversion are its visitor's sessions that began at most lookback days before it, its own among them in any "
            + "case. first and last credit the conversion to one of them, linear an equal part to each. Filters keep conversions, not touches. "
            + "Every conversion of the period is credited, so the rows add up to their number.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<AttributionResponse>, ProblemHttpResult>> Handle(
        StatsQuery query, AttributionQuery wanted, Paging paging, GoalRegistry registry, ClickHouse clickHouse, CancellationToken ct)
    {
        if (await registry.FindAsync(query.Site, wanted.Goal, ct) is not { } goal)
        {
            return SavedEndpoint.Unknown("goal", wanted.Goal, await registry.OfAsync(query.Site, ct));
        }

        var values = query.Values;
        values["currency"] = goal.Currency ?? "";
        values["lookback"] = wanted.Lookback;
        values["first_day"] = DateOnly.FromDateTime(query.Period.From.UtcDateTime.AddDays(-wanted.Lookback - 1));
        paging.AddTo(values);
        var conversions = $"{EventRows.Of(query)} AND {EventCondition.Of(goal, "goal", values)}";
        var totals = clickHouse.QueryAsync<Totals>(
            $$"""
            SELECT count() AS conversions, sum({{GoalAmount.Sql("{currency:String}", "reached")}}) AS revenue
            FROM (SELECT event.currency AS currency, {{GoalAmount.Columns}} FROM {{conversions}}) AS reached
            """,
            values, ct);
        var rows = await clickHouse.QueryAsync<Row>(
            $$"""
            SELECT *, count() OVER () AS total
            FROM ({{RowsSql(conversions, wanted)}})
            ORDER BY conversions DESC, value
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
            """,
            values, ct);
        var all = (await totals).Single();
        return TypedResults.Ok(new AttributionResponse(
            goal.Name, wanted.Model, wanted.By.Name, wanted.Lookback, all.Conversions, all.Revenue, GoalAmount.Currency(goal, query),
            [.. rows.Select(row => new AttributionRow(row.Value, row.Conversions, row.Converters, row.Revenue))],
            rows.FirstOrDefault()?.Total ?? 0));
    }

    // (1) The conversions, (2) all sessions of their visitors, in order, (3) for each conversion the sessions that count, (4) its credit.
    private static string RowsSql(string conversions, AttributionQuery wanted) => $$"""
        SELECT
            touch.3 AS value,
            round(sum(1 / length(credited)), 6) AS conversions,
            uniqExact(visitor_id) AS converters,
            round(sum(amount / length(credited)), 4) AS revenue
        FROM
        (
            SELECT
                conversion.visitor_id AS visitor_id,
                toDecimal128({{GoalAmount.Sql("{currency:String}", "conversion")}}, 12) AS amount,
                arrayFilter(
                    touch -> touch.1 <= conversion.time
                        AND (touch.1 >= conversion.time - toIntervalDay({lookback:UInt16}) OR touch.2 = conversion.session_id),
                    visitor.touches) AS touches,
                {{wanted.Credited}} AS credited
            FROM
            (
                SELECT
                    event.visitor_id AS visitor_id, event.session_id AS session_id, event.timestamp AS time,
                    event.currency AS currency, {{GoalAmount.Columns}}
                FROM {{conversions}}
            ) AS conversion
            INNER JOIN
            (
                SELECT session.visitor_id AS visitor_id, arraySort(groupArray((session.start, session.session_id, session.value))) AS touches
                FROM
                (
                    SELECT
                        s.session_id AS session_id, any(s.visitor_id) AS visitor_id, min(s.start) AS start,
                        toString({{wanted.By.OfSession}}) AS value
                    FROM sessions AS s
                    WHERE s.site_id = {site:UInt32} AND s.day >= {first_day:Date} AND s.day <= toDate({to:DateTime64(3, 'UTC')}) + 1
                        AND s.visitor_id IN (SELECT event.visitor_id FROM {{conversions}})
                    GROUP BY s.session_id
                ) AS session
                GROUP BY session.visitor_id
            ) AS visitor ON visitor.visitor_id = conversion.visitor_id
        )
        ARRAY JOIN credited AS touch
        GROUP BY value
        """;

    private sealed record Row(string Value, double Conversions, long Converters, decimal Revenue, long Total);

    private sealed record Totals(long Conversions, decimal Revenue);
}

/// <param name="Goal">Id or name.</param>
/// <param name="Lookback">Days.</param>
internal sealed record AttributionQuery(string Goal, string Model, Dimension By, int Lookback) : IQueryPart
{
    private static readonly TextParameter GoalName = new("goal", "Id or name of the goal.", Required: true);
    private static readonly ChoiceParameter ModelName = new(
        "model", "Which session a conversion is credited to: the first, the last, or an equal part to each.", ["first", "last", "linear"], "last");
    private static readonly ChoiceParameter ByName = new(
        "by", "Dimension of sessions to split by.",
        [.. Dimension.All.Where(dimension => dimension is { OfSession: not null, IsId: false }).Select(dimension => dimension.Name)], "source");
    private static readonly NumberParameter LookbackName = new(
        "lookback", "Days before a conversion in which a session had to begin.", 1, 90, 30);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [GoalName, ModelName, ByName, LookbackName];

    /// <summary>SQL of the credited ones among <c>touches</c>, which are in order.</summary>
    public string Credited => Model switch
    {
        "first" => "arraySlice(touches, 1, 1)",
        "last" => "arraySlice(touches, -1)",
        _ => "touches",
    };

    public static ValueTask<AttributionQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var by = Dimension.Find(reader.Read(ByName))!;
        if (by.IsPerson)
        {
            context.NotePeople();
        }

        return ValueTask.FromResult(new AttributionQuery(reader.Read(GoalName), reader.Read(ModelName), by, reader.Read(LookbackName)));
    }
}
