namespace Analytics.Contracts;

/// <summary>A site's numbers split by one dimension (page, source, country, browser, ...), largest first.</summary>
/// <param name="Total">How many values there are in all.</param>
public sealed record BreakdownResponse(string Dimension, IReadOnlyList<BreakdownRow> Rows, long Total);

/// <param name="Value">The page's path, the source's name, ...; empty where unknown.</param>
/// <param name="BounceRate">Of these sessions, the share with exactly one page view, 0 to 1.</param>
/// <param name="Events">Events with this value, page views among them.</param>
public sealed record BreakdownRow(string Value, long Visitors, long Sessions, long Pageviews, double BounceRate, long Events);
