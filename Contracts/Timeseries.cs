namespace Analytics.Contracts;

/// <summary>Counts by time bucket. Buckets follow the site's time zone and leave none out.</summary>
/// <param name="Interval">minute, hour, day, week or month.</param>
public sealed record TimeseriesResponse(string Interval, IReadOnlyList<TimeseriesPoint> Points);

/// <param name="Time">Start of the bucket, with the site's offset from UTC at that moment.</param>
/// <param name="Sessions">Sessions that began in it.</param>
public sealed record TimeseriesPoint(DateTimeOffset Time, long Visitors, long Sessions, long Pageviews);
