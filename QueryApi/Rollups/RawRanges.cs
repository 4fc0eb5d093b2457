using System.Globalization;

namespace Analytics.QueryApi.Rollups;

/// <summary>The parts of a period that no rollup covers, as conditions on what is read raw.</summary>
internal sealed class RawRanges(IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> ranges)
{
    /// <summary>More would make a long statement of little use: neighbours are joined, and what lies between them is read raw too.</summary>
    public const int Max = 12;

    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> All => ranges;

    /// <summary>Over <c>events AS event</c>.</summary>
    public string OnEvents => Any(i =>
        $"toDate(event.timestamp) >= toDate({From(i)}) AND toDate(event.timestamp) <= toDate({To(i)})"
        + $" AND event.timestamp >= {From(i)} AND event.timestamp < {To(i)}");

    /// <summary>Over <c>sessions AS s</c>: the days that tell of the sessions that began in a range.</summary>
    public string OnSessionDays => Any(i => $"s.day >= toDate({From(i)}) - 1 AND s.day <= toDate({To(i)}) + 1");

    /// <summary>Over sessions with their <c>start</c>.</summary>
    public string OnStarts => Any(i => $"start >= {From(i)} AND start < {To(i)}");

    public void AddTo(Dictionary<string, object?> values)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            values[Name("raw_from", i)] = ranges[i].From;
            values[Name("raw_to", i)] = ranges[i].To;
        }
    }

    private string Any(Func<int, string> condition) =>
        ranges.Count == 0 ? " AND 0" : $" AND ({string.Join(" OR ", Enumerable.Range(0, ranges.Count).Select(i => $"({condition(i)})"))})";

    private static string From(int i) => $"{{{Name("raw_from", i)}:DateTime64(3, 'UTC')}}";

    private static string To(int i) => $"{{{Name("raw_to", i)}:DateTime64(3, 'UTC')}}";

    private static string Name(string name, int i) => string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
}
