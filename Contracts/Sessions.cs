namespace Analytics.Contracts;

/// <summary>Sessions of a site, newest first.</summary>
public sealed record SessionsResponse(IReadOnlyList<SessionSummary> Sessions, long Total);

/// <param name="Id">The session's id as the tracker sent it.</param>
/// <param name="VisitorId">16 hex digits.</param>
/// <param name="DurationMs">From the first event to the last.</param>
/// <param name="Country">ISO 3166-1 alpha-2, or empty.</param>
/// <param name="Revenue">In the site's base currency; an order counts in the session that told it first.</param>
public sealed record SessionSummary(
    string Id, string VisitorId, string UserId, DateTimeOffset Start, DateTimeOffset End, long DurationMs, long Pageviews, long Events,
    string EntryPage, string ExitPage, string Source, string Channel, string Device, string Browser, string Os, string Country,
    decimal Revenue, bool HasReplay);

/// <summary>One session and its events in the order in which they happened.</summary>
public sealed record JourneyResponse(SessionSummary Session, IReadOnlyList<JourneyEvent> Events);

/// <param name="Title">Of the page.</param>
/// <param name="Element">CSS selector of what was clicked, or empty.</param>
/// <param name="ElementText">Visible text of it, or empty.</param>
/// <param name="Href">Where a link led, or empty.</param>
/// <param name="X">CSS pixels from the document's left.</param>
/// <param name="Y">CSS pixels from the document's top.</param>
/// <param name="ScrollDepth">0 to 100; on pageleave and scroll events.</param>
/// <param name="DwellMs">Visible time on the page; on pageleave events.</param>
public sealed record JourneyEvent(
    DateTimeOffset Time, string Name, string Hostname, string Path, string Title, string Element, string ElementText, string Href, int X, int Y,
    int ScrollDepth, long DwellMs, decimal Revenue, string Currency, IReadOnlyDictionary<string, string> Props);
