using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Timeseries;

internal enum Interval
{
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// <summary>
/// Where buckets of time begin on a site's clock. They are worked out here and handed to ClickHouse as a list, so that the answer has no
/// gaps, days have 23 or 25 hours where the clock was changed, and only one time zone database has to be right.
/// </summary>
internal static class Buckets
{
    /// <summary>How many buckets an answer may have.</summary>
    public const int Max = 10_000;

    public static Interval Automatic(TimeSpan length) => length.TotalHours switch
    {
        <= 2 => Interval.Minute,
        <= 50 => Interval.Hour,
        <= 24 * 93 => Interval.Day,
        <= 24 * 200 => Interval.Week,
        _ => Interval.Month,
    };

    public static bool AreTooMany(Interval interval, TimeSpan length) => length / Shortest(interval) > Max;

    /// <summary>The beginnings of all buckets that touch [from, to), in order. The first may lie before <paramref name="from"/>.</summary>
    public static IEnumerable<DateTimeOffset> Starts(Interval interval, DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var start = Floor(interval, from, zone);
        while (start < to)
        {
            yield return start;
            start = Next(interval, start, zone);
        }
    }

    private static DateTimeOffset Floor(Interval interval, DateTimeOffset instant, TimeZoneInfo zone)
    {
        var local = zone.ToLocal(instant);
        var day = DateOnly.FromDateTime(local);
        return interval switch
        {
            Interval.Minute => instant.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute)),
            Interval.Hour => instant.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour)),
            Interval.Day => zone.ToInstant(day),
            Interval.Week => zone.ToInstant(day.AddDays(-(((int)day.DayOfWeek + 6) % 7))), // weeks begin on Monday
            Interval.Month => zone.ToInstant(new DateOnly(day.Year, day.Month, 1)),
            Interval.Quarter => zone.ToInstant(new DateOnly(day.Year, day.Month - ((day.Month - 1) % 3), 1)),
            _ => zone.ToInstant(new DateOnly(day.Year, 1, 1)),
        };
    }

    private static DateTimeOffset Next(Interval interval, DateTimeOffset start, TimeZoneInfo zone)
    {
        var local = zone.ToLocal(start);
        switch (interval)
        {
            case Interval.Minute:
                return start.AddMinutes(1);
            case Interval.Hour:
                // To the next full hour of the clock: a zone that shifts by half an hour (Lord Howe) has one short bucket and not months of
                // crooked ones.
                return start.AddTicks(TimeSpan.TicksPerHour - (local.Ticks % TimeSpan.TicksPerHour));
        }

        // A calendar day can be missing as a whole (Samoa, 30 December 2011): on to the next that begins later.
        var day = DateOnly.FromDateTime(local);
        while (true)
        {
            day = interval switch
            {
                Interval.Day => day.AddDays(1),
                Interval.Week => day.AddDays(7 - (((int)day.DayOfWeek + 6) % 7)),
                Interval.Month => new DateOnly(day.Year, day.Month, 1).AddMonths(1),
                Interval.Quarter => new DateOnly(day.Year, day.Month - ((day.Month - 1) % 3), 1).AddMonths(3),
                _ => new DateOnly(day.Year, 1, 1).AddYears(1),
            };
            var next = zone.ToInstant(day);
            if (next > start)
            {
                return next;
            }
        }
    }

    private static TimeSpan Shortest(Interval interval) => interval switch
    {
        Interval.Minute => TimeSpan.FromMinutes(1),
        Interval.Hour => TimeSpan.FromHours(1),
        Interval.Day => TimeSpan.FromDays(1),
        Interval.Week => TimeSpan.FromDays(7),
        Interval.Month => TimeSpan.FromDays(28),
        Interval.Quarter => TimeSpan.FromDays(90),
        _ => TimeSpan.FromDays(365),
    };
}
