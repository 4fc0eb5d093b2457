namespace Analytics.QueryApi.Query;

/// <summary>
/// Which counts of a query are taken from events and which from sessions. Split by a dimension of sessions alone, everything that sessions
/// carry is that of the sessions that began in the period. Split by one of events, everything is that of the events; a session counts
/// where it has one. Otherwise events are those of the period and sessions those that began in it. Filters that pick single events keep
/// the events they pick, and the sessions that have one.
/// </summary>
internal sealed class QueryPlan
{
    private readonly bool byEvents;
    private readonly bool bySessions;

    /// <param name="choosesEvents">Whether pages count all events in any case.</param>
    public QueryPlan(QuerySpec spec, bool choosesEvents = false)
    {
        var dimensions = spec.Dimensions.Where(dimension => !dimension.IsTime).ToList();
        var picksEvents = spec.Filter.NeedsEvents;
        byEvents = dimensions.Any(dimension => !dimension.IsOfSessions);
        bySessions = dimensions.Count > 0 && !byEvents && !picksEvents;
        ChoosesEvents = choosesEvents || dimensions.Concat(spec.Filter.Leaves.Select(leaf => leaf.Dimension)).Any(dimension => dimension.ChoosesEvents);
        var onlyPageviews = dimensions.Any(dimension => dimension.OnlyPageviews) && !ChoosesEvents;
        Metrics = [.. spec.Metrics.Select(metric => picksEvents && !byEvents && metric.OfFilteredEvents is { } other
            ? metric with { Sql = other.Sql, Of = other.Of }
            : metric)];

        var counts = Metrics.SelectMany(metric => metric.Of).Distinct().ToList();
        OfSessions = [.. counts.Where(IsOfSessions)];
        OfEvents = [.. counts.Where(count => !IsOfSessions(count))];
        Lines = dimensions.Any(dimension => dimension.Kind == DimensionKind.Line);
        PageviewsSuffice = onlyPageviews && OfEvents.All(count => count.IsOfViews || count.OfViews is not null);
        CountViews = onlyPageviews && !PageviewsSuffice;
        OfEvents = CountViews ? [.. OfEvents.Union([Count.Pageviews])] : OfEvents; // a page that was seen has a row
        VisitorsOfSessions = IsOfSessions(Count.Visitors);
    }

    /// <summary>The metrics, as they are counted here.</summary>
    public IReadOnlyList<QueryMetric> Metrics { get; }

    /// <summary>What one pass over events counts.</summary>
    public IReadOnlyList<Count> OfEvents { get; }

    /// <summary>What one pass over sessions counts.</summary>
    public IReadOnlyList<Count> OfSessions { get; }

    /// <summary>Whether a dimension or filter tells which events are meant.</summary>
    public bool ChoosesEvents { get; }

    /// <summary>Whether events are split into their products.</summary>
    public bool Lines { get; }

    /// <summary>Whether no other event than page views needs to be read.</summary>
    public bool PageviewsSuffice { get; }

    /// <summary>Whether others are read, and some counts have to leave them out.</summary>
    public bool CountViews { get; }

    /// <summary>Whether visitors are those of sessions.</summary>
    public bool VisitorsOfSessions { get; }

    private bool IsOfSessions(Count count) => count.Sessions is not null && !byEvents && (count.IsOfSession || bySessions);
}
