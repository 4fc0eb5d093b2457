namespace Analytics.Contracts;

/// <summary>What happens on a site right now: the last 5 minutes, and the last 30 by minute.</summary>
/// <param name="Visitors">Different visitors with at least one event in the last 5 minutes.</param>
/// <param name="Pageviews">Page views of the last 5 minutes.</param>
/// <param name="Pages">Where they are: for each page the visitors whose latest page view it was, most first.</param>
/// <param name="Minutes">The last 30 minutes, oldest first, the running one last; none is left out.</param>
/// <param name="Sources">Where the visitors' sessions came from, most visitors first; empty for those that came on their own.</param>
/// <param name="Countries">ISO 3166-1 alpha-2, most visitors first.</param>
/// <param name="Devices">Device classes, most visitors first.</param>
public sealed record RealtimeResponse(
    long Visitors, long Pageviews, IReadOnlyList<RealtimePage> Pages, IReadOnlyList<RealtimeMinute> Minutes,
    IReadOnlyList<RealtimeShare> Sources, IReadOnlyList<RealtimeShare> Countries, IReadOnlyList<RealtimeShare> Devices);

public sealed record RealtimePage(string Hostname, string Path, long Visitors);

/// <param name="Time">Begin of the minute.</param>
/// <param name="Visitors">Different visitors with an event in it.</param>
public sealed record RealtimeMinute(DateTimeOffset Time, long Visitors, long Pageviews);

/// <param name="Visitors">Visitors of the last 5 minutes.</param>
public sealed record RealtimeShare(string Value, long Visitors);

/// <summary>An event as the live feed tells it.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, or empty.</param>
/// <param name="Visitor">16 hex digits that tell visitors apart.</param>
public sealed record LiveEvent(
    DateTimeOffset Time, string Name, string Hostname, string Path, string Title, string Country, string Device, string Visitor);
