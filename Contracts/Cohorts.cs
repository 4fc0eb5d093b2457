namespace Analytics.Contracts;

/// <summary>Something that a visitor has done, or has not.</summary>
/// <param name="Done">false: the visitor must not have done it.</param>
/// <param name="Days">In the last so many days, 1 to 366.</param>
/// <param name="Times">At least so often; 1 where it must not have been done.</param>
public sealed record CohortCondition(
    string? Event = null, string? Page = null, IReadOnlyList<PropCondition>? Props = null, bool Done = true, int Days = 30, int Times = 1)
    : EventMatch(Event, Page, Props);

/// <summary>A group of visitors to be saved.</summary>
/// <param name="Name">For people.</param>
/// <param name="Conditions">What all of them must have done or not done.</param>
/// <param name="Filters">Values by dimension: of each the visitor must have had one, in an event of the last so many days.</param>
/// <param name="Days">Days for the filters, 1 to 366.</param>
public sealed record NewCohort(
    string? Name = null, IReadOnlyList<CohortCondition>? Conditions = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? Filters = null,
    int Days = 30);

/// <summary>A saved group of visitors: those of its conditions and filters, found anew each time it is asked about.</summary>
/// <param name="Id">Names it in addresses; given when it is made.</param>
/// <param name="Conditions">What all of them have done or not done.</param>
/// <param name="Filters">Values by dimension: of each the visitor has had one.</param>
/// <param name="Days">Days for the filters.</param>
public sealed record Cohort(
    string Id, string Name, IReadOnlyList<CohortCondition> Conditions, IReadOnlyDictionary<string, IReadOnlyList<string>> Filters, int Days,
    DateTimeOffset Created)
    : ISaved;

/// <summary>How big a cohort is now.</summary>
/// <param name="Visitors">Its members.</param>
/// <param name="Seen">Visitors seen in the days that it looks back on: among whom they are found.</param>
/// <param name="Share">Visitors ÷ seen, 0 to 1.</param>
public sealed record CohortSize(long Visitors, long Seen, double Share);
