using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Funnels;

internal static class FunnelEndpoint
{
    private const string Counted = "Counts the visitors (or sessions) that took the steps in their order: each by an event of its own, all within the window "
        + "of the first and within the period. Who took the first step several times counts by the one that led farthest. Filters keep events.";

    public static void AddFunnels(this WebApplicationBuilder builder) => builder.Services.AddSingleton<FunnelRegistry>();

    public static void MapFunnels(this IEndpointRouteBuilder app) => app.MapSaved<Funnel, NewFunnel, FunnelRegistry>("funnel", FunnelInput.Saved);

    public static void MapFunnel(this IEndpointRouteBuilder stats)
    {
        stats.MapPost("/funnel", Ask).WithSummary("How far visitors get through the steps of the body").WithDescription(Counted);
        stats.MapGet("/funnel", AskSaved).WithSummary("How far visitors get through a saved funnel").WithDescription(Counted);
    }

    private static async Task<Results<Ok<FunnelResponse>, ValidationProblem>> Ask(
        NewFunnel input, StatsQuery query, FunnelQuery wanted, ClickHouse clickHouse, CancellationToken ct)
    {
        var errors = new InputErrors();
        var funnel = FunnelInput.Read(input, "", input.Name ?? "", DateTimeOffset.UnixEpoch, errors);
        return errors.Problem() is { } problem ? problem : TypedResults.Ok(await CountAsync(query, funnel, wanted, clickHouse, ct));
    }

    private static async Task<Results<Ok<FunnelResponse>, ProblemHttpResult>> AskSaved(
        SavedFunnel saved, StatsQuery query, FunnelQuery wanted, FunnelRegistry registry, ClickHouse clickHouse, CancellationToken ct) =>
        await registry.FindAsync(query.Site, saved.Funnel, ct) is { } funnel
            ? TypedResults.Ok(await CountAsync(query, funnel, wanted, clickHouse, ct))
            : SavedEndpoint.Unknown("funnel", saved.Funnel, await registry.OfAsync(query.Site, ct));

    private static async Task<FunnelResponse> CountAsync(
        StatsQuery query, Funnel funnel, FunnelQuery wanted, ClickHouse clickHouse, CancellationToken ct)
    {
        var sql = new FunnelSql(query, funnel);
        sql.Values["limit"] = wanted.Limit;
        var rows = await clickHouse.QueryAsync<Row>(wanted.By is { } by ? sql.SplitBy(by) : sql.Totals, sql.Values, ct);
        var all = Steps(funnel, rows[0]); // the total comes first
        return new FunnelResponse(
            funnel.Unit, funnel.Mode, (long)FunnelInput.Window(funnel.Window, funnel.WindowUnit).TotalSeconds, all, all[^1].FromStart,
            wanted.By?.Name, [.. rows.Skip(1).Select(row => Row(row.Value, Steps(funnel, row)))]);

        static FunnelRow Row(string value, List<FunnelStepCount> steps) => new(value, steps, steps[^1].FromStart);
    }

    private static List<FunnelStepCount> Steps(Funnel funnel, Row row)
    {
        var reached = row.Reached;
        return
        [
            .. funnel.Steps.Select((step, i) => new FunnelStepCount(
                step.Name!, reached[i],
                i == 0 ? 0 : reached[i - 1] - reached[i],
                Share(reached[i], reached[0]),
                Share(reached[i], reached[Math.Max(0, i - 1)]),
                i == 0 || reached[i] == 0 ? null : row.Medians[i] / 1000,
                i == 0 || reached[i] == 0 ? null : row.Averages[i] / 1000)),
        ];
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private sealed record Row(string Value, IReadOnlyList<long> Reached, IReadOnlyList<double> Medians, IReadOnlyList<double> Averages);
}

/// <param name="By">Null: not split.</param>
internal sealed record FunnelQuery(Dimension? By, int Limit) : IQueryPart
{
    private const string None = "none";

    private static readonly ChoiceParameter ByName = new(
        "by", "Dimension to split by: its value at the first event that takes the first step.", [None, .. Dimension.BreakdownNames], None);
    private static readonly NumberParameter LimitName = new("limit", "How many of its values, most first steps first.", 1, 100, 20);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [ByName, LimitName];

    public static ValueTask<FunnelQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var by = Dimension.Find(reader.Read(ByName));
        if (by is { IsPerson: true })
        {
            context.NotePeople();
        }

        return ValueTask.FromResult(new FunnelQuery(by, reader.Read(LimitName)));
    }
}

/// <param name="Funnel">Id or name.</param>
internal sealed record SavedFunnel(string Funnel) : IQueryPart
{
    private static readonly TextParameter FunnelName = new("funnel", "Id or name of the saved funnel.", Required: true);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [FunnelName];

    public static ValueTask<SavedFunnel> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new SavedFunnel(QueryReader.Of(context).Read(FunnelName)));
}
