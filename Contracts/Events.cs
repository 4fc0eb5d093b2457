namespace Analytics.Contracts;

/// <summary>What kinds of events a site has.</summary>
/// <param name="Total">How many names there are in all.</param>
public sealed record EventNamesResponse(IReadOnlyList<EventNameRow> Events, long Total);

/// <param name="Name">Name of the event.</param>
/// <param name="Custom">Whether the site's own code sends it: trackers do not collect it by themselves.</param>
/// <param name="Visitors">Different visitors with such an event.</param>
/// <param name="Sessions">Different sessions with such an event.</param>
/// <param name="Revenue">In the site's base currency, as often as it was told.</param>
/// <param name="LastSeen">The newest of the period.</param>
public sealed record EventNameRow(
    string Name, bool Custom, long Count, long Visitors, long Sessions, decimal Revenue, DateTimeOffset LastSeen);

/// <summary>One kind of event and the properties that come with it.</summary>
/// <param name="Count">Events of this name.</param>
/// <param name="Visitors">Different visitors with such an event.</param>
/// <param name="FirstSeen">The oldest of the period; null where there is none.</param>
/// <param name="LastSeen">The newest of the period; null where there is none.</param>
/// <param name="Properties">Most frequent first.</param>
/// <param name="Total">How many properties there are in all.</param>
public sealed record EventPropertiesResponse(
    string Name, long Count, long Visitors, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen, IReadOnlyList<EventProperty> Properties, long Total);

/// <param name="Count">Events that carry it.</param>
/// <param name="Values">Different values of it.</param>
/// <param name="Example">Its newest value.</param>
public sealed record EventProperty(string Name, long Count, long Values, string Example);

/// <summary>The values of one property of one kind of event.</summary>
/// <param name="Rows">Most frequent first.</param>
/// <param name="Total">How many values there are in all.</param>
public sealed record PropertyValuesResponse(string Event, string Property, IReadOnlyList<PropertyValue> Rows, long Total);

/// <param name="Count">Events with this value.</param>
/// <param name="Visitors">Different visitors with such an event.</param>
/// <param name="Revenue">In the site's base currency, as often as it was told.</param>
public sealed record PropertyValue(string Value, long Count, long Visitors, decimal Revenue);

/// <summary>Events as they are stored, newest first.</summary>
/// <param name="Next">What to ask with as <c>cursor</c> for the events before these; null where there are none.</param>
public sealed record EventLogResponse(IReadOnlyList<LoggedEvent> Events, string? Next);

/// <summary>One event.</summary>
/// <param name="Id">A number made of the event itself, the same in every answer; two events that do not differ in anything share it.</param>
/// <param name="VisitorId">16 hex digits.</param>
/// <param name="SessionId">The id as the tracker sent it, else 16 hex digits.</param>
/// <param name="UserId">Whom identify named, or empty.</param>
/// <param name="Title">Of the page.</param>
/// <param name="Country">ISO 3166-1 alpha-2, or empty.</param>
/// <param name="Element">CSS selector of what was clicked, or empty.</param>
/// <param name="ElementText">Visible text of it, or empty.</param>
/// <param name="Href">Where a link led, or empty.</param>
public sealed record LoggedEvent(
    long Id, DateTimeOffset Time, string Name, string VisitorId, string SessionId, string UserId, string Hostname, string Path, string Title,
    string Source, string Country, string Device, string Browser, string Os, string Element, string ElementText, string Href, decimal Revenue,
    string Currency, IReadOnlyDictionary<string, string> Props);
