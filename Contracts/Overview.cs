namespace Analytics.Contracts;

/// <summary>Headline numbers of a site over a period.</summary>
/// <param name="Visitors">Different visitors with at least one event.</param>
/// <param name="Sessions">Sessions that began in the period.</param>
/// <param name="Pageviews">Events named <c>pageview</c>.</param>
/// <param name="Events">All events.</param>
/// <param name="ViewsPerSession">Page views ÷ sessions; 0 without sessions.</param>
/// <param name="BounceRate">Sessions with exactly one page view ÷ sessions, 0 to 1.</param>
/// <param name="SessionSeconds">Mean time between a session's first and last event, in seconds.</param>
/// <param name="Revenue">Sum of revenue in the site's base currency; an order counts once.</param>
public sealed record OverviewResponse(
    long Visitors, long Sessions, long Pageviews, long Events, double ViewsPerSession, double BounceRate, double SessionSeconds, decimal Revenue);

/// <summary>The overview of a period and of the one before it, of the same length.</summary>
/// <param name="Currency">ISO 4217 code of the revenue: the site's base currency; empty where no sale names one.</param>
/// <param name="WithoutRate">Amounts of the period that could not be converted and are not in its revenue.</param>
/// <param name="Sparkline">The period's line, where it was asked for.</param>
public sealed record OverviewComparison(
    OverviewResponse Current, OverviewResponse Previous, string Currency, IReadOnlyList<UnconvertedAmount> WithoutRate,
    OverviewSparkline? Sparkline = null);

/// <summary>A small chart beside headline numbers: the points of /timeseries in the interval that gives a readable one.</summary>
/// <param name="Interval">minute, hour, day, week or month.</param>
[Remark]
public sealed record OverviewSparkline(string Interval, IReadOnlyList<TimeseriesPoint> Points);
