namespace Analytics.Contracts;

/// <summary>How fast and steady a site's pages were for its visitors.</summary>
/// <param name="Interval">minute, hour, day, week or month: the length of a point.</param>
/// <param name="Metrics">LCP, INP, CLS, FCP, TTFB, always all five.</param>
public sealed record VitalsResponse(string Interval, IReadOnlyList<Vital> Metrics);

/// <param name="Metric">LCP, INP, CLS, FCP or TTFB.</param>
/// <param name="Unit">ms, or empty: CLS is a plain number.</param>
/// <param name="GoodUpTo">The greatest value that is good.</param>
/// <param name="PoorAbove">Above it, a value is poor.</param>
/// <param name="Points">The 75th percentile over the period; none is left out.</param>
public sealed record Vital(
    string Metric, string Unit, double GoodUpTo, double PoorAbove, VitalNumbers Numbers, IReadOnlyList<VitalPoint> Points);

/// <summary>How a vital was distributed: a value a page load, the last that the load told.</summary>
/// <param name="Count">Page loads that told the vital.</param>
/// <param name="P50">Half of the loads had at most this; null without loads. Exact, between two values in proportion.</param>
/// <param name="P75">Three quarters had at most this.</param>
/// <param name="P95">19 of 20 had at most this.</param>
/// <param name="Good">Share of the loads, 0 to 1.</param>
/// <param name="NeedsImprovement">Share of the loads, 0 to 1.</param>
/// <param name="Poor">Share of the loads, 0 to 1.</param>
public sealed record VitalNumbers(long Count, double? P50, double? P75, double? P95, double Good, double NeedsImprovement, double Poor);

/// <param name="Time">Begin of the bucket, with the site's offset from UTC at that moment.</param>
/// <param name="P75">Null without loads.</param>
public sealed record VitalPoint(DateTimeOffset Time, long Count, double? P75);

/// <summary>One vital split by a dimension, most page loads first.</summary>
/// <param name="Total">How many values there are in all.</param>
public sealed record VitalBreakdownResponse(string Metric, string Dimension, IReadOnlyList<VitalBreakdownRow> Rows, long Total);

/// <param name="Value">The page's path, the country, ...; empty where unknown.</param>
public sealed record VitalBreakdownRow(string Value, VitalNumbers Numbers);
