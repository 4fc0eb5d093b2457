using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Cohorts;

/// <summary>The filter <c>cohort=</c> of every report: keeps what the members of a saved cohort did.</summary>
internal static class CohortFilter
{
    public static TextsParameter Parameter { get; } = new(
        "cohort", "Keep only what visitors of this saved cohort did: its id or name. Repeated: of any of them.");

    public static async ValueTask AddAsync(Filters filters, QueryReader reader, Site site, HttpContext context)
    {
        var names = reader.Read(Parameter);
        if (names.Count == 0)
        {
            return;
        }

        var registry = context.RequestServices.GetRequiredService<CohortRegistry>();
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var members = new List<string>();
        foreach (var (i, name) in names.Index())
        {
            if (await registry.FindAsync(site, name, context.RequestAborted) is { } cohort)
            {
                members.Add(CohortSql.Members(cohort, $"cohort{i}", now, filters.Values));
            }
            else
            {
                reader.Refuse(Parameter.Name, SavedEndpoint.Missing("cohort", name, await registry.OfAsync(site, context.RequestAborted)));
            }
        }

        filters.KeepVisitors(string.Join(" UNION ALL ", members));
    }
}
