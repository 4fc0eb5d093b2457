namespace Analytics.Contracts;

// What visitors should do, and how far they get.
public sealed partial class StatsClient
{
    public Task<ConversionsResponse> ConversionsAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<ConversionsResponse>(Report(site, "conversions", selection), ct);

    /// <param name="goal">Its id or name.</param>
    /// <param name="model">first, last or linear.</param>
    /// <param name="by">Dimension of sessions: source, utm_campaign, ...</param>
    /// <param name="lookback">Days before a conversion in which a session had to begin.</param>
    public Task<AttributionResponse> AttributionAsync(
        string site, string goal, StatsSelection selection, string model = "last", string by = "source", int lookback = 30, int limit = 100,
        CancellationToken ct = default) =>
        GetAsync<AttributionResponse>(
            Report(site, "attribution", selection, ("goal", goal), ("model", model), ("by", by), ("lookback", lookback), ("limit", limit)), ct);

    /// <param name="by">Dimension to split by; null for none.</param>
    public Task<FunnelResponse> FunnelAsync(
        string site, NewFunnel funnel, StatsSelection selection, string? by = null, int limit = 20, CancellationToken ct = default) =>
        SendAsync<FunnelResponse>(HttpMethod.Post, Report(site, "funnel", selection, ("by", by), ("limit", limit)), Json(funnel), ct);

    /// <param name="funnel">Id or name of a saved one.</param>
    /// <param name="by">Dimension to split by; null for none.</param>
    public Task<FunnelResponse> SavedFunnelAsync(
        string site, string funnel, StatsSelection selection, string? by = null, int limit = 20, CancellationToken ct = default) =>
        GetAsync<FunnelResponse>(Report(site, "funnel", selection, ("funnel", funnel), ("by", by), ("limit", limit)), ct);

    /// <param name="start">Page that the ways begin at; null: the session's first.</param>
    /// <param name="end">Page that they lead to; not together with <paramref name="start"/>.</param>
    /// <param name="steps">Pages of a way, 2 to 7.</param>
    /// <param name="nodes">Pages of a step that are told apart, 1 to 50.</param>
    public Task<PathsResponse> PathsAsync(
        string site, StatsSelection selection, string? start = null, string? end = null, int steps = 4, int nodes = 10, CancellationToken ct = default) =>
        GetAsync<PathsResponse>(Report(site, "paths", selection, ("start", start), ("end", end), ("steps", steps), ("nodes", nodes)), ct);

    /// <param name="interval">day, week or month.</param>
    /// <param name="startEvent">An event's name or a page's path; null: any event.</param>
    /// <param name="returnEvent">Alike.</param>
    public Task<RetentionResponse> RetentionAsync(
        string site, StatsSelection selection, string interval = "week", string? startEvent = null, string? returnEvent = null,
        CancellationToken ct = default) =>
        GetAsync<RetentionResponse>(
            Report(site, "retention", selection, ("interval", interval), ("start_event", startEvent), ("return_event", returnEvent)), ct);

    public Task<IReadOnlyList<Goal>> GoalsAsync(string site, CancellationToken ct = default) => ListAsync<Goal>(site, "goals", ct);

    public Task<Goal> GoalAsync(string site, string id, CancellationToken ct = default) => FindAsync<Goal>(site, "goals", id, ct);

    public Task<Goal> CreateGoalAsync(string site, NewGoal goal, CancellationToken ct = default) => CreateAsync<Goal, NewGoal>(site, "goals", goal, ct);

    public Task<Goal> ReplaceGoalAsync(string site, string id, NewGoal goal, CancellationToken ct = default) =>
        ReplaceAsync<Goal, NewGoal>(site, "goals", id, goal, ct);

    public Task DeleteGoalAsync(string site, string id, CancellationToken ct = default) => DeleteAsync(Saved(site, "goals", id), ct);

    public Task<IReadOnlyList<Funnel>> FunnelsAsync(string site, CancellationToken ct = default) => ListAsync<Funnel>(site, "funnels", ct);

    public Task<Funnel> FindFunnelAsync(string site, string id, CancellationToken ct = default) => FindAsync<Funnel>(site, "funnels", id, ct);

    public Task<Funnel> CreateFunnelAsync(string site, NewFunnel funnel, CancellationToken ct = default) =>
        CreateAsync<Funnel, NewFunnel>(site, "funnels", funnel, ct);

    public Task<Funnel> ReplaceFunnelAsync(string site, string id, NewFunnel funnel, CancellationToken ct = default) =>
        ReplaceAsync<Funnel, NewFunnel>(site, "funnels", id, funnel, ct);

    public Task DeleteFunnelAsync(string site, string id, CancellationToken ct = default) => DeleteAsync(Saved(site, "funnels", id), ct);

    public Task<IReadOnlyList<Cohort>> CohortsAsync(string site, CancellationToken ct = default) => ListAsync<Cohort>(site, "cohorts", ct);

    public Task<Cohort> CohortAsync(string site, string id, CancellationToken ct = default) => FindAsync<Cohort>(site, "cohorts", id, ct);

    public Task<CohortSize> CohortSizeAsync(string site, string id, CancellationToken ct = default) =>
        GetAsync<CohortSize>($"{Saved(site, "cohorts", id)}/size", ct);

    public Task<Cohort> CreateCohortAsync(string site, NewCohort cohort, CancellationToken ct = default) =>
        CreateAsync<Cohort, NewCohort>(site, "cohorts", cohort, ct);

    public Task<Cohort> ReplaceCohortAsync(string site, string id, NewCohort cohort, CancellationToken ct = default) =>
        ReplaceAsync<Cohort, NewCohort>(site, "cohorts", id, cohort, ct);

    public Task DeleteCohortAsync(string site, string id, CancellationToken ct = default) => DeleteAsync(Saved(site, "cohorts", id), ct);

    // What an owner saves for a site is read and written in one way.
    private Task<IReadOnlyList<T>> ListAsync<T>(string site, string things, CancellationToken ct) =>
        GetAsync<IReadOnlyList<T>>($"api/sites/{Escape(site)}/{things}", ct);

    private Task<T> FindAsync<T>(string site, string things, string id, CancellationToken ct) => GetAsync<T>(Saved(site, things, id), ct);

    private Task<T> CreateAsync<T, TInput>(string site, string things, TInput input, CancellationToken ct) =>
        SendAsync<T>(HttpMethod.Post, $"api/sites/{Escape(site)}/{things}", Json(input), ct);

    private Task<T> ReplaceAsync<T, TInput>(string site, string things, string id, TInput input, CancellationToken ct) =>
        SendAsync<T>(HttpMethod.Put, Saved(site, things, id), Json(input), ct);

    private static string Saved(string site, string things, string id) => $"api/sites/{Escape(site)}/{things}/{Escape(id)}";
}
