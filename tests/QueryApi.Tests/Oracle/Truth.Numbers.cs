using System.Globalization;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

internal sealed partial class Truth
{
    /// <summary>Revenue is that in euros: most sales are, and there is no rate for others.</summary>
    public OverviewResponse Overview(Question question)
    {
        var (events, counted) = (Events(question), Sessions(question));
        var pageviews = events.Count(IsPageview);
        return new OverviewResponse(
            Visitors(events), counted.Count, pageviews, events.Count, Share(pageviews, counted.Count), BounceRate(counted),
            counted.Count == 0 ? 0 : counted.Sum(session => (session[^1].Timestamp - session[0].Timestamp).TotalMilliseconds) / counted.Count / 1000,
            Plain(events.Where(e => e.Currency == "EUR").Sum(e => e.Revenue)));
    }

    public List<TimeseriesPoint> Timeseries(Question question, string interval)
    {
        var (from, to) = Span(question);
        var (events, counted) = (Events(question).ToLookup(e => Bucket(e.Timestamp, interval)), Sessions(question).ToLookup(s => Bucket(s[0].Timestamp, interval)));
        return [.. Buckets(from, to, interval).Select(bucket => new TimeseriesPoint(
            bucket, Visitors(events[bucket]), counted[bucket].Count(), events[bucket].Count(IsPageview)))];
    }

    public BreakdownResponse Breakdown(Question question, string dimension)
    {
        var rows = SessionDimensions.TryGetValue(dimension, out var ofSession)
            ? Sessions(question).GroupBy(session => ofSession(session)).Select(value => Row(value.Key, [.. value], [.. value.SelectMany(session => session)]))
            : Events(question).Where(e => dimension == "event" || IsPageview(e)).GroupBy(EventDimensions[dimension]).Select(value =>
                Row(value.Key, [.. value.Select(e => sessions[e.SessionId]).Distinct()], [.. value]));
        var sorted = rows.OrderByDescending(row => row.Visitors).ThenByDescending(row => row.Pageviews).ThenBy(row => row.Value, StringComparer.Ordinal).ToList();
        return new BreakdownResponse(dimension, [.. sorted.Take(100)], sorted.Count);

        static BreakdownRow Row(string value, List<List<EventRow>> sessions, List<EventRow> events) =>
            new(value, Visitors(events), sessions.Count, events.Count(IsPageview), BounceRate(sessions), events.Count);
    }

    /// <summary>Points by place, of UTC days.</summary>
    public Dictionary<(int X, int Y), long> Clicks(string path, string device, DateTimeOffset from, DateTimeOffset to) => all
        .Where(e => e.Name == "click" && e.Path == path && (device.Length == 0 || e.Device == device) && e.Timestamp >= from && e.Timestamp < to)
        .GroupBy(e => (Math.Min(1000, e.X * 1000 / e.DocumentWidth), (int)e.Y / 8 * 8)).ToDictionary(cell => cell.Key, cell => (long)cell.Count());

    /// <summary>For each depth 0 to 100, page visits that got at least that far.</summary>
    public List<long> Depths(string path, DateTimeOffset from, DateTimeOffset to)
    {
        var leaves = all.Where(e => e.Name == "pageleave" && e.Path == path && e.Timestamp >= from && e.Timestamp < to).ToList();
        return [.. Enumerable.Range(0, 101).Select(depth => (long)leaves.Count(e => e.ScrollDepth >= depth))];
    }

    private static long Visitors(IEnumerable<EventRow> events) => events.Select(e => e.VisitorId).Distinct().Count();

    private static double BounceRate(List<List<EventRow>> counted) => Share(counted.Count(session => session.Count(IsPageview) == 1), counted.Count);

    /// <summary>The first moment of the hour, day, week or month on the site's clock, with its offset.</summary>
    private DateTimeOffset Bucket(DateTimeOffset time, string interval)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        var day = local.Date;
        return interval switch
        {
            "hour" => new DateTimeOffset(day.AddHours(local.Hour), local.Offset),
            "day" => Midnight(Text(day)),
            "week" => Midnight(Text(day), -(((int)day.DayOfWeek + 6) % 7)),
            _ => Midnight(Text(new DateTime(day.Year, day.Month, 1))),
        };
    }

    private List<DateTimeOffset> Buckets(DateTimeOffset from, DateTimeOffset to, string interval)
    {
        var buckets = new List<DateTimeOffset>();
        for (var time = from; time < to; time = time.AddMinutes(30))
        {
            var bucket = Bucket(time, interval);
            if (buckets.Count == 0 || bucket != buckets[^1])
            {
                buckets.Add(bucket);
            }
        }

        return buckets;
    }

    private static string Text(DateTime day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
