namespace Analytics.QueryApi.Stats;

/// <summary>The one place that goes from a site's clock to instants, right on the days when the clock is changed.</summary>
internal static class LocalTime
{
    /// <summary>
    /// The instant at which the zone's clock shows <paramref name="local"/>: the first one, where it shows it twice; the moment of the
    /// change plus what is missing, where it never does.
    /// </summary>
    public static DateTimeOffset ToInstant(this TimeZoneInfo zone, DateTime local)
    {
        var utc = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero);
        var before = zone.GetUtcOffset(utc.AddDays(-1));
        var after = zone.GetUtcOffset(utc.AddDays(1));
        var early = before > after ? before : after; // the greater offset is the earlier instant
        var late = before > after ? after : before;
        foreach (var offset in (ReadOnlySpan<TimeSpan>)[early, late])
        {
            if (zone.GetUtcOffset(utc - offset) == offset)
            {
                return utc - offset;
            }
        }

        return utc - before;
    }

    /// <summary>Midnight of a day; where the clock is put forward at midnight, the day's first moment.</summary>
    public static DateTimeOffset ToInstant(this TimeZoneInfo zone, DateOnly day) => zone.ToInstant(day.ToDateTime(TimeOnly.MinValue));

    public static DateTime ToLocal(this TimeZoneInfo zone, DateTimeOffset instant) =>
        (instant.ToUniversalTime() + zone.GetUtcOffset(instant)).DateTime;

    public static DateOnly ToDay(this TimeZoneInfo zone, DateTimeOffset instant) => DateOnly.FromDateTime(zone.ToLocal(instant));

    /// <summary>The same instant, written with the zone's offset.</summary>
    public static DateTimeOffset In(this DateTimeOffset instant, TimeZoneInfo zone) => instant.ToOffset(zone.GetUtcOffset(instant));
}
