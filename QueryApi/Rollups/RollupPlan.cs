using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Rollups;

/// <summary>How a period is answered: whole days and months that are rolled up, and the ranges between them that are read raw.</summary>
internal sealed class RollupPlan
{
    private readonly IReadOnlyList<RolledSpan> days;
    private readonly IReadOnlyList<RolledSpan> parts;

    private RollupPlan(IReadOnlyList<RolledSpan> days, IReadOnlyList<RolledSpan> parts, RawRanges raw)
    {
        this.days = days;
        this.parts = parts;
        Raw = raw;
    }

    /// <summary>Nothing is rolled up, or too little to be worth it.</summary>
    public static RollupPlan None { get; } = new([], [], new RawRanges([]));

    public bool IsNone => days.Count == 0;

    public RawRanges Raw { get; }

    /// <summary>Condition on rows of a table of rollups, <c>AS part</c>: whole months where there are, else days.</summary>
    public const string OfParts =
        "part.site_id = {site:UInt32} AND part.grain IN ('day', 'month') AND part.day >= {rolled_first:Date} AND part.day <= {rolled_last:Date}"
        + " AND part.version IN {rolled_parts:Array(UInt64)}";

    /// <summary>The same, days alone.</summary>
    public const string OfDays =
        "part.site_id = {site:UInt32} AND part.grain = 'day' AND part.day >= {rolled_first:Date} AND part.day <= {rolled_last:Date}"
        + " AND part.version IN {rolled_days:Array(UInt64)}";

    /// <summary>The same, hours of those days.</summary>
    public const string OfHours =
        "part.site_id = {site:UInt32} AND part.grain = 'hour' AND part.day >= {rolled_first:Date} AND part.day <= {rolled_last:Date}"
        + " AND part.version IN {rolled_days:Array(UInt64)}";

    public static RollupPlan Of(RollupLedger ledger, Period period, long minEvents)
    {
        // (1) The days that lie in the period as a whole and need not be read raw.
        var usable = new List<(int Index, ulong Version)>();
        ulong events = 0;
        for (var i = 1; i < ledger.Days.Count - 1; i++)
        {
            if (ledger.Days[i].Start >= period.From && ledger.Days[i].End <= period.To && ledger.Version(i) is { } version)
            {
                usable.Add((i, version));
                events += ledger.Changes(i);
            }
        }

        if (events == 0 || events < (ulong)minEvents)
        {
            return None;
        }

        // (2) What is left over; days between ranges that are too many are given up, the shortest stretch first.
        var ranges = Ranges(ledger, usable, period);
        while (ranges.Count > RawRanges.Max)
        {
            var narrow = Enumerable.Range(0, ranges.Count - 1).MinBy(i => ranges[i + 1].From - ranges[i].To);
            ranges[narrow] = (ranges[narrow].From, ranges[narrow + 1].To);
            ranges.RemoveAt(narrow + 1);
            usable.RemoveAll(day => ledger.Days[day.Index].Start >= ranges[narrow].From && ledger.Days[day.Index].End <= ranges[narrow].To);
        }

        // (3) Months take the place of their days.
        var days = usable.Where(day => day.Version > 0).Select(day => new RolledSpan(ledger.Days[day.Index].Date, day.Version)).ToList();
        var covered = usable.Select(day => ledger.Days[day.Index].Date).ToHashSet();
        var parts = new List<RolledSpan>();
        foreach (var month in days.GroupBy(day => new DateOnly(day.Day.Year, day.Day.Month, 1)))
        {
            var isWhole = Enumerable.Range(0, DateTime.DaysInMonth(month.Key.Year, month.Key.Month)).All(i => covered.Contains(month.Key.AddDays(i)));
            if (isWhole && ledger.MonthVersion(month.Key, month.Select(day => day.Version)) is { } version)
            {
                parts.Add(new RolledSpan(month.Key, version));
            }
            else
            {
                parts.AddRange(month);
            }
        }

        return days.Count == 0 ? None : new RollupPlan(days, parts, new RawRanges(ranges));
    }

    /// <summary>The values that these conditions and those of <see cref="Raw"/> name.</summary>
    public void AddTo(Dictionary<string, object?> values)
    {
        if (IsNone)
        {
            return;
        }

        values["rolled_first"] = parts[0].Day < days[0].Day ? parts[0].Day : days[0].Day;
        values["rolled_last"] = days[^1].Day;
        values["rolled_days"] = days.Select(day => day.Version).ToArray();
        values["rolled_parts"] = parts.Select(part => part.Version).ToArray();
        Raw.AddTo(values);
    }

    private static List<(DateTimeOffset From, DateTimeOffset To)> Ranges(
        RollupLedger ledger, List<(int Index, ulong Version)> usable, Period period)
    {
        var ranges = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var from = period.From;
        foreach (var (index, _) in usable)
        {
            var day = ledger.Days[index];
            if (day.Start > from)
            {
                ranges.Add((from, day.Start));
            }

            from = day.End;
        }

        if (from < period.To)
        {
            ranges.Add((from, period.To));
        }

        return ranges;
    }

    private sealed record RolledSpan(DateOnly Day, ulong Version);
}
