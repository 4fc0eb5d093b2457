using System.Net;

namespace Analytics.AspNetCore;

/// <summary>
/// An event of the site's own for <see cref="ActivityTracker.TrackAsync"/>. What is left out is taken from the request that is being
/// handled, if there is one.
/// </summary>
/// <param name="Name">
/// What happened, 1 to 120 characters: <c>pageview</c>, <c>click</c>, <c>purchase</c>, <c>identify</c> (with <see cref="User"/> and the
/// traits as <see cref="Props"/>), or any other.
/// </param>
public sealed record TrackedEvent(string Name)
{
    /// <summary>Where: an absolute address, or a path on the request's host. Default: the request's address.</summary>
    public string? Page { get; init; }

    /// <summary>The page's title.</summary>
    public string? Title { get; init; }

    /// <summary>The address of the page before. Default: the request's <c>Referer</c>, without its query.</summary>
    public string? Referrer { get; init; }

    /// <summary>
    /// The visitor's id, as <see cref="ActivityTracker.VisitorOf"/> gave it. Default: the request's visitor. Of another visitor than the
    /// request's, nothing is taken from the request. Outside a request, one of this and <see cref="User"/> is needed.
    /// </summary>
    public string? Visitor { get; init; }

    /// <summary>The site's own id of a signed-in user. Default: what <see cref="ActivityTrackerOptions.UserId"/> says.</summary>
    public string? User { get; init; }

    /// <summary>A session's id. Default: the analytics system decides, a session ends after 30 minutes of inactivity.</summary>
    public string? Session { get; init; }

    /// <summary>When; believed up to 48 hours back. Default: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What on the page it happened to.</summary>
    public TrackedElement? Element { get; init; }

    /// <summary>Money earned, in units of <see cref="Currency"/>, four decimals; negative for a refund. A cart has <see cref="Items"/> only.</summary>
    public decimal? Revenue { get; init; }

    /// <summary>The currency's code by ISO 4217, three letters.</summary>
    public string? Currency { get; init; }

    /// <summary>The order's id.</summary>
    public string? OrderId { get; init; }

    /// <summary>What was bought, looked at or put into the cart, at most 200.</summary>
    public IReadOnlyList<TrackedItem> Items { get; init; } = [];

    /// <summary>
    /// Anything else: a dictionary, an object whose properties are taken, or the text of a JSON object. Of it 50 values of 2,000
    /// characters are stored; as JSON it may take 64 KiB. Never put here what somebody typed.
    /// </summary>
    public object? Props { get; init; }

    /// <summary>The visitor's browser, where the event is not the request's own. Default: the request's <c>User-Agent</c>.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The visitor's languages, as in <c>Accept-Language</c>. Default: the request's.</summary>
    public string? Language { get; init; }

    /// <summary>The visitor's IP address, never stored in full. Default: the request's.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>An order that was paid.</summary>
    /// <param name="orderId">The order's id.</param>
    /// <param name="revenue">What it earned, in units of the currency.</param>
    /// <param name="currency">Three letters by ISO 4217.</param>
    /// <param name="items">What was bought.</param>
    public static TrackedEvent Purchase(string orderId, decimal revenue, string currency, params IReadOnlyList<TrackedItem> items) =>
        new("purchase") { OrderId = orderId, Revenue = revenue, Currency = currency, Items = items };
}

/// <summary>An element of a page. Never carries what was typed into it.</summary>
/// <param name="Id">Its id attribute.</param>
/// <param name="Tag">Its tag, such as <c>BUTTON</c>.</param>
/// <param name="Class">Its classes.</param>
/// <param name="Selector">A CSS selector that finds it.</param>
/// <param name="Text">The text it shows, 200 characters are stored.</param>
/// <param name="Href">Where it leads.</param>
public sealed record TrackedElement(
    string? Id = null, string? Tag = null, string? Class = null, string? Selector = null, string? Text = null, string? Href = null);

/// <summary>A product of an order or a cart.</summary>
/// <param name="Sku">Its article number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Price">The price of one, in units of the event's currency.</param>
/// <param name="Quantity">How many.</param>
/// <param name="Category">Its category.</param>
public sealed record TrackedItem(string Sku, string? Name = null, decimal Price = 0, int Quantity = 1, string? Category = null);

/// <summary>What became of an event that was handed to <see cref="ActivityTracker"/>.</summary>
public enum TrackOutcome
{
    /// <summary>It is in the queue and will be sent.</summary>
    Queued,

    /// <summary>The visitor does not want to be tracked: Do Not Track, Global Privacy Control, an opt-out, or no consent.</summary>
    Refused,

    /// <summary>Something in it cannot be sent; the first time, the log says what. Nothing was queued.</summary>
    Invalid,

    /// <summary>Tracking is switched off, the site is stopping, or the call was cancelled. Nothing was queued.</summary>
    NotTracked,
}
