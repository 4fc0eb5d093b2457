using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Timeseries;

/// <summary>The buckets in which a report shows its period: of a length that gives a readable chart.</summary>
internal sealed class PeriodBuckets
{
    private readonly TimeZoneInfo zone;
    private readonly IReadOnlyList<DateTimeOffset> starts;

    private PeriodBuckets(string interval, TimeZoneInfo zone, IReadOnlyList<DateTimeOffset> starts)
    {
        Interval = interval;
        this.zone = zone;
        this.starts = starts;
    }

    public string Interval { get; }

    /// <param name="first">The first thing that the report shows: where a period of everything begins. Null: there is nothing.</param>
    /// <param name="shortest">Of what is kept in coarser steps, that step.</param>
    public static PeriodBuckets Of(Period period, DateTimeOffset? first, Interval shortest = Timeseries.Interval.Minute)
    {
        var from = period.IsAll ? first ?? period.To.AddDays(-1) : period.From;
        var automatic = Buckets.Automatic(period.To - from);
        var interval = automatic < shortest ? shortest : automatic;
        return new(IntervalQuery.Text(interval), period.Zone, [.. Buckets.Starts(interval, from, period.To, period.Zone)]);
    }

    /// <summary>The bucket of a time column, as SQL over the parameter that <see cref="AddTo"/> gives.</summary>
    public static string Sql(string column) => $"roundDown(toUnixTimestamp({column}), {{buckets:Array(UInt32)}})";

    public void AddTo(Dictionary<string, object?> values) =>
        values["buckets"] = starts.Select(start => start.ToUnixTimeSeconds()).ToArray();

    /// <summary>One point a bucket, whether or not there are rows for it.</summary>
    public IReadOnlyList<TPoint> Points<TRow, TPoint>(
        IEnumerable<TRow> rows, Func<TRow, long> bucket, Func<DateTimeOffset, IEnumerable<TRow>, TPoint> point)
    {
        var known = rows.ToLookup(bucket);
        return [.. starts.Select(start => point(start.In(zone), known[start.ToUnixTimeSeconds()]))];
    }
}
