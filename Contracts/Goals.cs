namespace Analytics.Contracts;

/// <summary>Something that visitors of a site should do: an event, or the view of a page.</summary>
/// <param name="Id">Names it in addresses; given when it is made.</param>
/// <param name="Name">For people; no two goals of a site share it.</param>
/// <param name="Event">Name of the event; null where only the page tells.</param>
/// <param name="Page">Path of the page, <c>*</c> stands for any text; null where any page will do.</param>
/// <param name="Props">What must hold for the event's properties: all of it.</param>
/// <param name="Currency">ISO 4217 code: only amounts in this currency count as its revenue. Null: all do, converted into the site's base currency.</param>
public sealed record Goal(
    string Id, string Name, string? Event, string? Page, IReadOnlyList<PropCondition>? Props, string? Currency, DateTimeOffset Created)
    : EventMatch(Event, Page, Props), ISaved;

/// <summary>A goal to be made, or the new state of one: an event, a page, or both.</summary>
/// <param name="Name">For people; where absent it follows from the event or the page.</param>
/// <param name="Currency">ISO 4217 code, where only amounts in that currency count.</param>
public sealed record NewGoal(
    string? Event = null, string? Page = null, IReadOnlyList<PropCondition>? Props = null, string? Name = null, string? Currency = null)
    : EventMatch(Event, Page, Props);
