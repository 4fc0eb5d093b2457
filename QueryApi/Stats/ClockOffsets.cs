namespace Analytics.QueryApi.Stats;

/// <summary>
/// How far a site's clock is from UTC, as the moments from which each offset holds: handed to ClickHouse as two lists, so that only one
/// time zone database has to be right.
/// </summary>
internal sealed record ClockOffsets(IReadOnlyList<long> Starts, IReadOnlyList<int> Offsets)
{
    /// <summary>0 for Monday's first hour to 167 for Sunday's last, on the site's clock. Names the values clock_starts and clock_offsets.</summary>
    /// <param name="time">A DateTime64 in UTC.</param>
    public static string HourOfWeek(string time)
    {
        var local = $"(toInt64(toUnixTimestamp({time})) + transform(roundDown(toUnixTimestamp({time}), {{clock_starts:Array(UInt32)}}), "
            + "{clock_starts:Array(UInt32)}, {clock_offsets:Array(Int32)}, toInt32(0)))";
        return $"((intDiv({local}, 86400) + 3) % 7 * 24 + intDiv({local} % 86400, 3600))"; // 1 January 1970 was a Thursday
    }

    public static ClockOffsets Of(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var (starts, offsets) = (new List<long> { from.ToUnixTimeSeconds() }, new List<int> { Seconds(zone, from) });
        for (var day = from; day < to; day = day.AddDays(1))
        {
            var next = day.AddDays(1);
            if (zone.GetUtcOffset(next) != zone.GetUtcOffset(day))
            {
                starts.Add(Change(zone, day.ToUnixTimeSeconds(), next.ToUnixTimeSeconds()));
                offsets.Add(Seconds(zone, next));
            }
        }

        return new ClockOffsets(starts, offsets);
    }

    /// <summary>The first second of the offset that holds at <paramref name="after"/> and not at <paramref name="before"/>.</summary>
    private static long Change(TimeZoneInfo zone, long before, long after)
    {
        var offset = Seconds(zone, DateTimeOffset.FromUnixTimeSeconds(after));
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            if (Seconds(zone, DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
            {
                after = middle;
            }
            else
            {
                before = middle;
            }
        }

        return after;
    }

    private static int Seconds(TimeZoneInfo zone, DateTimeOffset instant) => (int)zone.GetUtcOffset(instant).TotalSeconds;
}
