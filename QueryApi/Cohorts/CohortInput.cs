using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Cohorts;

/// <summary>Reads a cohort from a request's body, in normal form.</summary>
internal static class CohortInput
{
    private const int MaxConditions = 10;
    private const int MaxDays = 366;
    private const int MaxTimes = 1_000_000;
    private const int MaxValues = 100;

    public static Cohort Read(NewCohort input, string id, DateTimeOffset created, InputErrors errors)
    {
        var conditions = input.Conditions ?? [];
        var filters = input.Filters ?? new Dictionary<string, IReadOnlyList<string>>();
        if (conditions.Count + filters.Count == 0)
        {
            errors.Add("conditions", "Give at least one condition or filter.");
        }

        if (conditions.Count > MaxConditions)
        {
            errors.Add("conditions", $"At most {MaxConditions} conditions.");
            conditions = [];
        }

        return new Cohort(
            id, errors.Name("name", input.Name), [.. conditions.Select((condition, i) => Condition(condition, $"conditions[{i}].", errors))],
            filters.ToDictionary(filter => filter.Key, IReadOnlyList<string> (filter) => Values(filter.Key, filter.Value, errors)), Days("days", input.Days, errors), created);
    }

    private static CohortCondition Condition(CohortCondition? condition, string at, InputErrors errors)
    {
        var match = EventMatchInput.Read(condition, at, errors);
        var (done, days, times) = condition is null ? (true, 1, 1) : (condition.Done, condition.Days, condition.Times);
        if (times is < 1 or > MaxTimes || (!done && times != 1))
        {
            errors.Add($"{at}times", $"A number from 1 to {MaxTimes}; 1 where it must not have been done.");
        }

        return new CohortCondition(match.Event, match.Page, match.Props, done, Days($"{at}days", days, errors), times);
    }

    private static int Days(string field, int days, InputErrors errors)
    {
        if (days is < 1 or > MaxDays)
        {
            errors.Add(field, $"A number of days from 1 to {MaxDays}.");
        }

        return days;
    }

    private static List<string> Values(string dimension, IReadOnlyList<string>? values, InputErrors errors)
    {
        if (Dimension.Find(dimension) is null)
        {
            errors.Add("filters", NearestName.NotOneOf(dimension, [.. Dimension.All.Select(known => known.Name)]));
        }

        // Null is possible here: the element of a JSON array is not checked against the record's annotations.
        var texts = (values ?? []).Select(value => value ?? "").Distinct().ToList();
        if (texts.Count is 0 or > MaxValues)
        {
            errors.Add($"filters.{dimension}", $"Give 1 to {MaxValues} values.");
        }

        return texts;
    }
}
