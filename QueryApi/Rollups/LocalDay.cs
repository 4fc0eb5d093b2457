using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Rollups;

/// <summary>A day on a site's clock: 23 to 25 hours as a rule.</summary>
internal sealed record LocalDay(DateOnly Date, DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>In order. A day that the clock leaves out (Samoa, 30 December 2011) is none.</summary>
    public static List<LocalDay> Between(DateOnly first, DateOnly last, TimeZoneInfo zone)
    {
        var days = new List<LocalDay>();
        var start = zone.ToInstant(first);
        for (var date = first; date <= last; date = date.AddDays(1))
        {
            var end = zone.ToInstant(date.AddDays(1));
            if (end > start)
            {
                days.Add(new LocalDay(date, start, end));
            }

            start = end;
        }

        return days;
    }
}
