using System.Globalization;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>
/// The general query. Its numbers are those of the reports; split by dimensions of sessions, all of them are those of the sessions that began on the
/// days, unless a filter picks single events. Rows are texts: the metrics as JSON, by the dimension's value.
/// </summary>
internal sealed partial class Truth
{
    private static readonly string[] OfEventsAlone = ["page", "hostname", "title", "event"];

    public const string TotalMetrics = """
        "visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration", "dwell", "engagement_rate", "clicks", "orders",
        "revenue", "average_order_value"
        """;

    public string QueryTotals(Question question)
    {
        var (events, counted) = (Events(question), Sessions(question));
        var views = PicksEvents(question) ? counted.Sum(session => session.Count(IsPageview)) : events.Count(IsPageview);
        var orders = events.Where(e => e.Name == "purchase").ToList();
        var euros = orders.Where(e => e.Currency == "EUR").ToList();
        return Json(
            Visitors(events), counted.Count, events.Count(IsPageview), events.Count, Mean(views, counted.Count, 2), Bounces(counted), Seconds(counted),
            Mean(counted.Sum(session => session.Sum(e => (double)e.DwellMs)), counted.Count, 0), Mean(100d * counted.Count(IsEngaged), counted.Count, 1),
            events.Count(e => e.Name == "click"), orders.Count, Plain(euros.Sum(e => e.Revenue)),
            euros.Count == 0 ? 0 : Plain(decimal.Round(euros.Sum(e => e.Revenue) / euros.Count, 4, MidpointRounding.AwayFromZero)));
    }

    public const string RowMetrics = """
        "visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"
        """;

    /// <param name="channelOfNone">What channel a session has that has none.</param>
    public Dictionary<string, string> QueryRows(Question question, string dimension, string channelOfNone)
    {
        if (OfEventsAlone.Contains(dimension))
        {
            var meant = Events(question).Where(e => dimension == "event" || question.Filters.Any(filter => filter.Dimension == "event") || IsPageview(e));
            return meant.GroupBy(EventDimensions[dimension]).ToDictionary(
                value => value.Key, value => Row([.. value], [.. value.Select(e => sessions[e.SessionId]).Distinct()]));
        }

        var counted = Sessions(question);
        var events = PicksEvents(question) ? Events(question) : counted.SelectMany(session => session);
        return Rows(events.ToLookup(e => ValueOf(sessions[e.SessionId])), counted.ToLookup(session => ValueOf(session)), value => value);

        string ValueOf(List<EventRow> session) =>
            SessionDimensions[dimension](session) is { Length: > 0 } value ? value : dimension == "channel" ? channelOfNone : "";
    }

    /// <param name="interval">hour, day, week or month.</param>
    public Dictionary<string, string> QueryRowsOverTime(Question question, string interval)
    {
        var (from, _) = Span(question);
        return Rows(
            Events(question).ToLookup(e => Bucket(e.Timestamp, interval)), Sessions(question).ToLookup(session => Bucket(session[0].Timestamp, interval)), Label);

        string Label(DateTimeOffset bucket)
        {
            var isSecond = zone.IsAmbiguousTime(bucket) && bucket.Offset == zone.BaseUtcOffset;
            return interval == "hour"
                ? bucket.ToString(isSecond ? "yyyy-MM-dd HH:mm:sszzz" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
                : (interval == "week" && bucket < from ? from : bucket).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Of each page that was seen or left: visitors, mean of the sessions' greatest scroll depths and of their seconds on it.</summary>
    public Dictionary<string, string> QueryReading(Question question) => Events(question).GroupBy(e => e.Path)
        .Select(page => (page.Key, Seen: page.Where(IsPageview).ToList(), Left: page.Where(e => e.Name == "pageleave").ToLookup(e => e.SessionId)))
        .Where(page => page.Seen.Count > 0 || page.Left.Count > 0)
        .ToDictionary(page => page.Key, page => Json(
            Visitors(page.Seen),
            page.Left.Count == 0 ? null : Mean(page.Left.Sum(session => session.Max(e => (double)e.ScrollDepth)), page.Left.Count, 0),
            page.Left.Count == 0 ? null : Mean(page.Left.Sum(session => session.Sum(e => (double)e.DwellMs)) / 1000, page.Left.Count, 0)));

    /// <summary>Visitors, events and rate of a goal.</summary>
    public string QueryGoal(Question question, EventMatch goal)
    {
        var events = Events(question);
        var met = events.Where(e => Matches(goal, e)).ToList();
        return Json(Visitors(met), met.Count, Mean(100d * Visitors(met), Visitors(events), 2));
    }

    private static Dictionary<string, string> Rows<T>(ILookup<T, EventRow> events, ILookup<T, List<EventRow>> counted, Func<T, string> label) => events
        .Select(value => value.Key).Concat(counted.Select(value => value.Key)).Distinct()
        .ToDictionary(label, value => Row([.. events[value]], [.. counted[value]]));

    private static string Row(List<EventRow> events, List<List<EventRow>> counted) =>
        Json(Visitors(events), counted.Count, events.Count(IsPageview), events.Count, Bounces(counted), Seconds(counted));

    private static bool PicksEvents(Question question) => question.Filters.Any(filter => OfEventsAlone.Contains(filter.Dimension));

    private static bool IsEngaged(List<EventRow> session) =>
        session.Count(IsPageview) >= 2 || session.Sum(e => (double)e.DwellMs) >= 10_000 || session.Any(e => e.Revenue > 0);

    private static double Bounces(List<List<EventRow>> counted) => Mean(100d * counted.Count(session => session.Count(IsPageview) == 1), counted.Count, 0);

    private static double Seconds(List<List<EventRow>> counted) =>
        Mean(counted.Sum(session => (session[^1].Timestamp - session[0].Timestamp).TotalMilliseconds) / 1000, counted.Count, 0);

    private static double Mean(double sum, double count, int digits) => count == 0 ? 0 : Math.Round(sum / count, digits);

    private static string Json(params object?[] values) =>
        string.Join(' ', values.Select(value => value is null ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture)));
}
