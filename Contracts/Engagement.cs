namespace Analytics.Contracts;

/// <summary>How much visitors do on a site: of the sessions that began in the period.</summary>
/// <param name="NewVisitors">Visitors with no session before the period.</param>
/// <param name="ReturningVisitors">Visitors with one.</param>
/// <param name="MeanScore">Of the visitors' scores, each 0 to 100; the formula stands in the description of the report.</param>
/// <param name="Scores">Visitors by score.</param>
/// <param name="Depth">Sessions by page views.</param>
/// <param name="Frequency">Visitors by sessions.</param>
/// <param name="Recency">Visitors by whole days from the begin of their last session to the end of the period, or to now.</param>
/// <param name="Hours">Sessions by the weekday and hour in which they began, on the site's clock: all 168, Monday's first.</param>
/// <param name="Pages">Those with most dwell.</param>
public sealed record EngagementResponse(
    long Visitors, long NewVisitors, long ReturningVisitors, double MeanScore, double MedianScore, IReadOnlyList<CountBin> Scores,
    IReadOnlyList<CountBin> Depth, IReadOnlyList<CountBin> Frequency, IReadOnlyList<CountBin> Recency, IReadOnlyList<HourCount> Hours,
    IReadOnlyList<EngagementPage> Pages);

/// <param name="Weekday">1 is Monday, 7 Sunday.</param>
/// <param name="Hour">0 to 23.</param>
public sealed record HourCount(int Weekday, int Hour, long Sessions);

/// <param name="DwellMs">Time for which it was visible, of all visitors, in milliseconds.</param>
/// <param name="DwellMsPerView">That ÷ page views.</param>
public sealed record EngagementPage(string Page, long Pageviews, long Visitors, long DwellMs, double DwellMsPerView);
