namespace Analytics.Contracts;

/// <summary>What happens on a site right now: the last 5 minutes.</summary>
/// <param name="Visitors">Different visitors with at least one event.</param>
/// <param name="Pages">Where they are: for each page the visitors whose latest page view it was, most first.</param>
public sealed record RealtimeResponse(long Visitors, long Pageviews, IReadOnlyList<RealtimePage> Pages);

public sealed record RealtimePage(string Hostname, string Path, long Visitors);
