using System.Globalization;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;

namespace Analytics.QueryApi.Query;

/// <summary>The buckets of a query's time dimension: what ClickHouse puts a time into, and what answers call it.</summary>
internal sealed class TimeBuckets
{
    private readonly DateRange range;
    private readonly string unit;
    private readonly Dictionary<long, int> indexOf = [];

    public TimeBuckets(string unit, DateRange range)
    {
        (this.unit, this.range) = (unit, range);
        if (TimeUnits.IntervalOf(unit) is { } interval)
        {
            Keys = [.. Buckets.Starts(interval, range.From, range.To, range.Zone).Select(start => start.ToUnixTimeSeconds())];
            Labels = [.. Keys.Select(key => Label(interval, key))];
        }
        else
        {
            Keys = unit == TimeUnits.DayOfWeek ? [1, 2, 3, 4, 5, 6, 7] : [.. Enumerable.Range(0, 24)];
            Labels = [.. Keys.Select(key => key.ToString(unit == TimeUnits.DayOfWeek ? "0" : "00", CultureInfo.InvariantCulture))];
        }

        for (var i = 0; i < Keys.Count; i++)
        {
            indexOf[Keys[i]] = i;
        }
    }

    /// <summary>What ClickHouse calls them: the second of their begin, or the number on the clock.</summary>
    public IReadOnlyList<long> Keys { get; }

    public IReadOnlyList<string> Labels { get; }

    public int IndexOf(long key) => indexOf[key];

    /// <summary>Whether the range has more buckets than an answer may have.</summary>
    public static bool AreTooMany(string unit, DateRange range) => TimeUnits.IntervalOf(unit) is { } interval && Buckets.AreTooMany(interval, range.Length);

    /// <param name="time">Expression of a time.</param>
    public string Sql(string time, SqlValues values)
    {
        if (TimeUnits.IntervalOf(unit) is not null)
        {
            return $"roundDown(toInt64(toUnixTimestamp({time})), {values.Add("Array(Int64)", Keys)})";
        }

        // The site's clock: the instant moved by what the clock was ahead of UTC then. Only our time zone database has to be right.
        var offsets = ClockOffsets.Of(range.Zone, range.From, range.To);
        var (begins, seconds) = (values.Add("Array(Int64)", offsets.Starts), $"toInt64(toUnixTimestamp({time}))");
        var ahead = $"transform(roundDown({seconds}, {begins}), {begins}, {values.Add("Array(Int64)", offsets.Offsets)}, toInt64(0))";
        var clock = $"toDateTime({seconds} + {ahead}, 'UTC')";
        return unit == TimeUnits.DayOfWeek ? $"toDayOfWeek({clock})" : $"toHour({clock})";
    }

    // As Plausible writes them. A week that begins before the range is called by the range's first day. Where the clock shows an hour
    // twice, the second one carries its offset, or two rows would have one name.
    private string Label(Interval interval, long key)
    {
        var zone = range.Zone;
        var instant = DateTimeOffset.FromUnixTimeSeconds(key);
        var local = zone.ToLocal(instant);
        if (interval is not (Interval.Minute or Interval.Hour))
        {
            var shown = interval == Interval.Week && instant < range.From ? zone.ToLocal(range.From) : local;
            return shown.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        var text = local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return zone.ToInstant(local) == instant ? text : text + instant.In(zone).ToString("zzz", CultureInfo.InvariantCulture);
    }
}
