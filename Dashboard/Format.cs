using System.Globalization;

namespace Analytics.Dashboard;

/// <summary>Numbers and times as people read them. One language, so that a picture shared between two readers says the same.</summary>
internal static class Format
{
    // Narrow and unbreakable: no line ends between a number and its unit.
    private const string Gap = "\u202f";

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>1,234 then 12.3k, 123k, 1.2M: never more than five characters below a trillion.</summary>
    public static string Count(long n) => Math.Abs((decimal)n) switch
    {
        < 10_000 => Whole(n),
        < 99_950 => Scaled(n, 1_000, "0.0", "k"),
        < 999_500 => Scaled(n, 1_000, "0", "k"),
        < 99_950_000 => Scaled(n, 1_000_000, "0.0", "M"),
        < 999_500_000 => Scaled(n, 1_000_000, "0", "M"),
        < 99_950_000_000 => Scaled(n, 1_000_000_000, "0.0", "B"),
        _ => Scaled(n, 1_000_000_000, "#,0", "B"),
    };

    public static string Whole(long n) => n.ToString("#,0", Culture);

    public static string Ratio(double n) => double.IsFinite(n) ? n.ToString(n < 100 ? "0.0" : "#,0", Culture) : "–";

    public static string Percent(double share) => double.IsFinite(share) ? (share * 100).ToString("0.0", Culture) + Gap + "%" : "–";

    public static string Money(decimal amount) => Math.Abs(amount) switch
    {
        < 10_000 => amount.ToString("#,0.00", Culture),
        < 999_500 => amount.ToString("#,0", Culture),
        < 999_500_000 => Scaled(amount, 1_000_000, "0.00", "M"),
        _ => Scaled(amount, 1_000_000_000, "#,0.00", "B"),
    };

    /// <summary>45s, 1m 24s, 2h 05m, 3d 4h.</summary>
    public static string Duration(TimeSpan time)
    {
        time = TimeSpan.FromSeconds(Math.Round(Math.Max(0, time.TotalSeconds)));
        return time switch
        {
            { TotalMinutes: < 1 } => $"{time.Seconds}s",
            { TotalHours: < 1 } => $"{time.Minutes}m {time.Seconds:00}s",
            { TotalDays: < 1 } => $"{time.Hours}h {time.Minutes:00}m",
            _ => $"{(int)time.TotalDays}d {time.Hours}h",
        };
    }

    public static string Duration(double seconds) =>
        double.IsFinite(seconds) ? Duration(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e9))) : "–";

    /// <summary>just now, 24s ago, 5m ago, 3h ago, 2d ago; past a month the date.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now) => (now - time) switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalMinutes: < 1 } age => $"{(int)age.TotalSeconds}s ago",
        { TotalHours: < 1 } age => $"{(int)age.TotalMinutes}m ago",
        { TotalDays: < 1 } age => $"{(int)age.TotalHours}h ago",
        { TotalDays: < 31 } age => $"{(int)age.TotalDays}d ago",
        _ => time.ToString("d MMM yyyy", Culture),
    };

    /// <summary>How a number moved against the period before: +12.3 %, −4.0 %; null where there is nothing to compare with.</summary>
    public static string? Change(double current, double previous)
    {
        if (previous <= 0 || !double.IsFinite(current) || !double.IsFinite(previous))
        {
            return null;
        }

        var change = (current / previous) - 1;
        var text = Math.Abs(change) >= 10 ? Whole((long)Math.Min(Math.Abs(change) * 100, 999_999)) : Math.Abs(change * 100).ToString("0.0", Culture);
        return text == "0.0" ? $"0{Gap}%" : $"{(change < 0 ? '−' : '+')}{text}{Gap}%";
    }

    private static string Scaled(decimal n, decimal unit, string format, string suffix) => (n / unit).ToString(format, Culture) + suffix;
}
