namespace Analytics.Contracts;

/// <summary>Of the visitors who came first in a day, week or month, how many came again in those after it.</summary>
/// <param name="Interval">day, week or month.</param>
/// <param name="Cohorts">One for each of the period, in order, also where nobody came.</param>
public sealed record RetentionResponse(string Interval, IReadOnlyList<RetentionCohort> Cohorts);

/// <param name="Time">Its first moment, with the site's offset from UTC.</param>
/// <param name="Visitors">Visitors whose first start event of the period lies in it.</param>
/// <param name="Returned">How many of them had a return event in this interval (place 0), the next (1) and so on until the period ends; never before
/// their start event.</param>
/// <param name="Rates">The same ÷ visitors, 0 to 1; 0 without visitors.</param>
public sealed record RetentionCohort(DateTimeOffset Time, long Visitors, IReadOnlyList<long> Returned, IReadOnlyList<double> Rates);
