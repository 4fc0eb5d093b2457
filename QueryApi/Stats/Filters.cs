using System.Text;
using Analytics.QueryApi.Cohorts;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// The equality filters of a request: several values of one name are alternatives, several names must all hold. Counts of events keep
/// the events that match; counts of sessions keep the sessions that match, or that have an event that does. Only names of
/// <see cref="Dimension.All"/> become SQL text; values are parameters.
/// </summary>
internal sealed class Filters
{
    private readonly List<(Dimension Dimension, string Condition)> set = [];

    private Filters()
    {
    }

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [.. Dimension.All.Select(Parameter), CohortFilter.Parameter];

    /// <summary>The values, named for SQL.</summary>
    public Dictionary<string, object?> Values { get; } = [];

    /// <summary>The users and visitors that it keeps to, where it does.</summary>
    public List<string> People { get; } = [];

    public static Filters Read(QueryReader reader)
    {
        var filters = new Filters();
        foreach (var dimension in Dimension.All)
        {
            var parameter = Parameter(dimension);
            if (!reader.Has(parameter))
            {
                continue;
            }

            var texts = reader.Read(parameter);
            if (dimension.IsPerson)
            {
                filters.People.AddRange(texts);
            }

            var (type, values) = dimension.Parameter(texts);
            filters.set.Add((dimension, $"IN {{filter_{dimension.Name}:{type}}}"));
            filters.Values[$"filter_{dimension.Name}"] = values;
        }

        return filters;
    }

    /// <summary>Keeps what visitors did that are among those of a subquery, whose parameters are in <see cref="Values"/>.</summary>
    public void KeepVisitors(string subquery) => set.Add((Visitor, $"IN ({subquery})"));

    public bool AreNone => set.Count == 0;

    /// <summary>A condition on the values of this dimension, where nothing else is filtered; null where something is.</summary>
    public string? OnlyOn(Dimension dimension, string value) =>
        set.Count == 0 ? ""
        : set.Count == 1 && set[0].Dimension == dimension ? $" AND {value} {set[0].Condition}"
        : null;

    /// <summary>Further conditions of a WHERE over <c>events AS event</c>.</summary>
    public string OnEvents
    {
        get
        {
            var sql = new StringBuilder(EventConditions(set.Where(filter => filter.Dimension.OfEvent is not null)));
            var ofSession = set.Where(filter => filter.Dimension.OfEvent is null).ToList();
            if (ofSession.Count > 0)
            {
                sql.Append(" AND event.session_id IN (SELECT s.session_id FROM sessions AS s WHERE ").Append(SessionRows.InPeriod)
                    .Append(" GROUP BY s.session_id HAVING 1").Append(SessionConditions(ofSession)).Append(')');
            }

            return sql.ToString();
        }
    }

    /// <summary>Further conditions of the HAVING over <c>sessions AS s</c>, grouped by session.</summary>
    public string OnSessions
    {
        get
        {
            var sql = new StringBuilder(SessionConditions(set.Where(filter => filter.Dimension.OfSession is not null)));
            var ofEvent = set.Where(filter => filter.Dimension.OfSession is null).ToList();
            if (ofEvent.Count > 0)
            {
                sql.Append(" AND s.session_id IN (SELECT event.session_id FROM events AS event WHERE ").Append(EventRows.InSessionsOfPeriod)
                    .Append(EventConditions(ofEvent)).Append(')');
            }

            return sql.ToString();
        }
    }

    private static readonly Dimension Visitor = Dimension.Find("visitor")!;

    private static TextsParameter Parameter(Dimension dimension) =>
        new(dimension.Name, $"Keep only this {dimension.Description}. Empty: where it is unknown. Repeated: any of the values.");

    private static string EventConditions(IEnumerable<(Dimension Dimension, string Condition)> filters) =>
        string.Concat(filters.Select(filter => $" AND {filter.Dimension.OfEvent} {filter.Condition}"));

    private static string SessionConditions(IEnumerable<(Dimension Dimension, string Condition)> filters) =>
        string.Concat(filters.Select(filter => $" AND {filter.Dimension.OfSession} {filter.Condition}"));
}
