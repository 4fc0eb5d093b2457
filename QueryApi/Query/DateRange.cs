using System.Globalization;
using System.Text.RegularExpressions;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;

namespace Analytics.QueryApi.Query;

/// <summary>The time of a query as the half-open instants [<see cref="From"/>, <see cref="To"/>), on a site's clock.</summary>
/// <param name="Days">The first and the last day, where it is whole days.</param>
internal sealed partial record DateRange(DateTimeOffset From, DateTimeOffset To, TimeZoneInfo Zone, (DateOnly First, DateOnly Last)? Days)
{
    public const string All = "all";

    private static readonly DateOnly Earliest = new(2000, 1, 1);

    /// <summary>Names of ranges. Any other number of days (90d) or months (3mo) does as well.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", All, "realtime", "realtime_30m"];

    public TimeSpan Length => To - From;

    public static DateRange OfDays(DateOnly first, DateOnly last, TimeZoneInfo zone) =>
        new(zone.ToInstant(first), zone.ToInstant(last.AddDays(1)), zone, (first, last));

    /// <summary>
    /// The range of a name, or null where there is none. Days and months in a number are whole ones before the running one, as with
    /// Plausible; day, month and year are the running ones, to their end.
    /// </summary>
    public static DateRange? Named(string name, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = zone.ToDay(now);
        var month = new DateOnly(today.Year, today.Month, 1);
        var end = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero).AddSeconds(1);
        switch (name)
        {
            case "day":
                return OfDays(today, today, zone);
            case "24h":
                return new(end.AddHours(-24), end, zone, null);
            case "realtime":
                return new(end.AddMinutes(-5), end, zone, null);
            case "realtime_30m" or "30m":
                return new(end.AddMinutes(-30), end, zone, null);
            case "month":
                return OfDays(month, month.AddMonths(1).AddDays(-1), zone);
            case "year":
                return OfDays(new DateOnly(today.Year, 1, 1), new DateOnly(today.Year, 12, 31), zone);
        }

        if (NumberOf.Match(name) is not { Success: true } match)
        {
            return null;
        }

        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var (first, last) = match.Groups[2].ValueSpan is "d"
            ? (today.AddDays(-number), today.AddDays(-1))
            : (month.AddMonths(-number), month.AddDays(-1));
        return OfDays(first < Earliest ? Earliest : first, last, zone);
    }

    /// <summary>The range of two texts: dates, the last of which is included, or times, the last second of which is.</summary>
    public static DateRange? Read(string firstText, string lastText, TimeZoneInfo zone, Action<int, string> refuse)
    {
        var first = Period.TryParse(firstText, zone);
        var last = Period.TryParse(lastText, zone);
        if (first is null)
        {
            refuse(0, $"'{firstText}' {Period.NoMoment}");
        }

        if (last is null)
        {
            refuse(1, $"'{lastText}' {Period.NoMoment}");
        }

        if (first is not { } begin || last is not { } end)
        {
            return null;
        }

        if ((begin.Day is null) != (end.Day is null))
        {
            refuse(1, "Two dates or two times.");
            return null;
        }

        if (end.Instant < begin.Instant)
        {
            refuse(1, "The end lies before the begin.");
            return null;
        }

        return begin.Day is { } firstDay && end.Day is { } lastDay
            ? OfDays(firstDay, lastDay, zone)
            : new(begin.Instant, end.Instant.AddSeconds(1), zone, null);
    }

    /// <summary>Of days that still run what has begun of them: days up to today, and of today alone the hours up to the running one.</summary>
    public DateRange Trimmed(DateTimeOffset now)
    {
        var today = Zone.ToDay(now);
        if (Days is not var (first, last) || today < first || today > last)
        {
            return this;
        }

        if (first < last)
        {
            return OfDays(first, today, Zone);
        }

        var hour = Buckets.Starts(Interval.Hour, From, To, Zone).TakeWhile(start => start <= now).Last();
        return new(From, hour.AddHours(1), Zone, null);
    }

    /// <summary>As many days just before; of days that still run, as many as there were. Of times: as long.</summary>
    public DateRange Previous(DateTimeOffset now, bool matchDayOfWeek)
    {
        if (Days is not var (first, last))
        {
            return new(From - Length, From, Zone, null);
        }

        var until = Earlier(last, Zone.ToDay(now), first);
        var days = until.DayNumber - first.DayNumber + 1;
        return Shifted(first.AddDays(-days), until.AddDays(-days), first, matchDayOfWeek);
    }

    /// <summary>The same dates a year before.</summary>
    public DateRange YearBefore(DateTimeOffset now, bool matchDayOfWeek)
    {
        if (Days is not var (first, last))
        {
            return new(Zone.ToInstant(Zone.ToLocal(From).AddYears(-1)), Zone.ToInstant(Zone.ToLocal(To).AddYears(-1)), Zone, null);
        }

        return Shifted(first.AddYears(-1), Earlier(last, Zone.ToDay(now), first).AddYears(-1), first, matchDayOfWeek);
    }

    /// <summary>The first and the last second, as they are written on the site's clock.</summary>
    public IReadOnlyList<string> ToTexts() => [Text(From), Text(To.AddSeconds(-1))];

    private string Text(DateTimeOffset instant) => instant.In(Zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static DateOnly Earlier(DateOnly last, DateOnly today, DateOnly first) => last <= today || today < first ? last : today;

    // To the nearest day that is the same day of the week as the one compared with, but never to that day itself.
    private DateRange Shifted(DateOnly first, DateOnly last, DateOnly original, bool matchDayOfWeek)
    {
        var later = matchDayOfWeek ? ((int)original.DayOfWeek - (int)first.DayOfWeek + 7) % 7 : 0;
        var days = later > 3 || first.AddDays(later) == original ? later - 7 : later;
        return OfDays(first.AddDays(days), last.AddDays(days), Zone);
    }

    [GeneratedRegex("^([1-9][0-9]{0,3})(d|mo)\\z")]
    private static partial Regex NumberOf { get; }
}
