namespace Analytics.QueryApi.Stats;

/// <summary>
/// Each metric, written once. Those over events expect rows of <c>events AS event</c>; those over sessions expect one row a session,
/// named <c>session</c>, with the columns that they use.
/// </summary>
internal static class Metric
{
    public const string Visitors = "uniqExact(event.visitor_id)";
    public const string Pageviews = "countIf(event.name = 'pageview')";
    public const string Clicks = "countIf(event.name = 'click')";
    public const string Events = "count()";

    /// <summary>In the currency of the answer. Over <c>sales AS event FINAL</c> an order counts once; over events, as often as it is told.</summary>
    public const string Revenue = "round(sum(" + Money.Revenue + "), 4)";

    public const string Sessions = "count()";
    public const string BounceRate = "if(count() = 0, 0, countIf(session.pageviews = 1) / count())";
    public const string SessionSeconds = "if(count() = 0, 0, sum(dateDiff('millisecond', session.start, session.end)) / count() / 1000)";
}
