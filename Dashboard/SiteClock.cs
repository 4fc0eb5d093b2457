using System.Globalization;

namespace Analytics.Dashboard;

/// <summary>Times of a site as its owner's clock showed them.</summary>
public sealed class SiteClock
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private readonly TimeZoneInfo zone;

    public SiteClock(string timezone) =>
        zone = TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out var found) ? found : TimeZoneInfo.Utc;

    public string Zone => zone.Id;

    public DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone);

    public string Clock(DateTimeOffset time) => Local(time).ToString("HH:mm", Culture);

    public string ClockSeconds(DateTimeOffset time) => Local(time).ToString("HH:mm:ss", Culture);

    public string Day(DateTimeOffset time) => Local(time).ToString("d MMM yyyy", Culture);

    /// <summary>In full, for titles and people who compare with their server's log.</summary>
    public string Exact(DateTimeOffset time) => $"{Local(time).ToString("ddd d MMM yyyy, HH:mm:ss", Culture)} {zone.Id}";

    /// <summary>The words under a point of a chart and those in its tooltip.</summary>
    public (string Label, string Title) Bucket(DateTimeOffset time, string interval)
    {
        var local = Local(time);
        return interval switch
        {
            "minute" or "hour" => (local.ToString("HH:mm", Culture), local.ToString("ddd d MMM, HH:mm", Culture)),
            "week" => (local.ToString("d MMM", Culture), local.ToString("'Week of' d MMM yyyy", Culture)),
            "month" => (local.ToString("MMM yyyy", Culture), local.ToString("MMMM yyyy", Culture)),
            _ => (local.ToString("d MMM", Culture), local.ToString("ddd d MMM yyyy", Culture)),
        };
    }

    /// <summary>When the bucket that starts then is over.</summary>
    public DateTimeOffset BucketEnd(DateTimeOffset start, string interval)
    {
        if (interval is "minute" or "hour")
        {
            return start + (interval == "minute" ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1));
        }

        // Days are 23 or 25 hours long twice a year, so ends are found on the local calendar.
        var local = Local(start).DateTime;
        var end = interval switch
        {
            "week" => local.AddDays(7),
            "month" => local.AddMonths(1),
            _ => local.AddDays(1),
        };
        return new DateTimeOffset(end, zone.GetUtcOffset(end));
    }
}
