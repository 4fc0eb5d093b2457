using Analytics.QueryApi.Timeseries;

namespace Analytics.QueryApi.Query;

/// <summary>A dimension of time: buckets of a length one after the other, or a part of the clock that comes again.</summary>
/// <param name="Interval">Length of a bucket, or null for <c>time</c>, which takes a fitting one, and for what comes again.</param>
internal sealed record TimeUnit(string Name, string Description, Interval? Interval);

internal static class TimeUnits
{
    public const string Automatic = "time";
    public const string DayOfWeek = "time:day_of_week";
    public const string HourOfDay = "time:hour_of_day";

    public static IReadOnlyList<TimeUnit> All { get; } =
    [
        new(Automatic, "time, in buckets that fit the date range", null),
        new("time:minute", "minute", Interval.Minute),
        new("time:hour", "hour", Interval.Hour),
        new("time:day", "day", Interval.Day),
        new("time:week", "week, from Monday", Interval.Week),
        new("time:month", "month", Interval.Month),
        new("time:quarter", "quarter of a year", Interval.Quarter),
        new("time:year", "year", Interval.Year),
        new(DayOfWeek, "day of the week, 1 (Monday) to 7", null),
        new(HourOfDay, "hour of the day, 00 to 23", null),
    ];

    public static Interval? IntervalOf(string name) => All.FirstOrDefault(unit => unit.Name == name)?.Interval;

    /// <summary>What <c>time</c> stands for.</summary>
    public static string Fitting(TimeSpan length) => length switch
    {
        { TotalHours: <= 2 } => "time:minute",
        { TotalHours: <= 50 } => "time:hour",
        { TotalDays: <= 41 } => "time:day",
        { TotalDays: < 53 * 7 } => "time:week",
        _ => "time:month",
    };
}
