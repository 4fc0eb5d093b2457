using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.AspNetCore.Delivery;
using Analytics.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore;

/// <summary>
/// Takes events of the site's own. A call puts the event into a queue in memory and returns; nothing waits for the analytics system
/// and nothing is thrown, whatever is handed in. Safe to use from several threads, outside of requests too.
/// </summary>
public sealed partial class ActivityTracker
{
    private const int MaxName = 120;
    private const int MaxItems = 200;
    private const int MaxProps = 64 * 1024;
    private const int MaxSize = 128 * 1024;
    private const int MaxAddress = 4096;

    // The collector keeps four decimals of eighteen digits.
    private const decimal MaxAmount = 100_000_000_000_000m;

    private readonly ActivityTrackerOptions options;
    private readonly ActivityQueue queue;
    private readonly IHttpContextAccessor current;
    private readonly PageAddress addresses;
    private readonly DeliveryMetrics metrics;
    private readonly ILogger<ActivityTracker> logger;
    private int toldInvalid;

    internal ActivityTracker(
        IOptions<ActivityTrackerOptions> options, ActivityQueue queue, IHttpContextAccessor current, DeliveryMetrics metrics, ILogger<ActivityTracker> logger)
    {
        this.options = options.Value;
        this.queue = queue;
        this.current = current;
        this.metrics = metrics;
        this.logger = logger;
        addresses = new(this.options);
    }

    /// <summary>Logs that the visitor of the current request did something.</summary>
    /// <param name="action">
    /// What, 1 to 120 characters. <c>page_visit</c> and <c>button_click</c> are stored as <c>pageview</c> and <c>click</c>.
    /// </param>
    /// <param name="page">Where: a path on the request's host or an absolute address. Default: the request's address.</param>
    /// <param name="elementId">The id of the element it was done to.</param>
    /// <param name="additionalData">
    /// Anything else, stored as the event's props: a dictionary, an object whose properties are taken, or the text of a JSON object (any
    /// other text becomes the prop <c>data</c>). At most 64 KiB as JSON. Never put here what somebody typed.
    /// </param>
    /// <param name="ct">Cancelled before the call, nothing is logged.</param>
    /// <returns>What became of it. Already complete: there is nothing to wait for.</returns>
    public ValueTask<TrackOutcome> LogActivityAsync(
        string action, string? page = null, string? elementId = null, object? additionalData = null, CancellationToken ct = default) =>
        TrackAsync(
            new TrackedEvent(action switch { "page_visit" => "pageview", "button_click" => "click", _ => action })
            {
                Page = page,
                Element = elementId is null ? null : new TrackedElement(elementId),
                Props = additionalData,
            },
            ct);

    /// <summary>
    /// Logs any event: of the current request's visitor, or of one that is named in it, as from a background service or a payment
    /// provider's call.
    /// </summary>
    /// <param name="tracked">The event.</param>
    /// <param name="ct">Cancelled before the call, nothing is logged.</param>
    /// <returns>What became of it. Already complete: there is nothing to wait for.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "An event is never worth a request.")]
    public ValueTask<TrackOutcome> TrackAsync(TrackedEvent tracked, CancellationToken ct = default)
    {
        if (!options.Enabled || ct.IsCancellationRequested)
        {
            return new(TrackOutcome.NotTracked);
        }

        try
        {
            return new(Track(tracked, current.HttpContext));
        }
        catch (Exception e)
        {
            // A getter of the site's that throws, an object that is no JSON, a request that is over while its context is still at hand.
            return new(Invalid(e.Message));
        }
    }

    /// <summary>
    /// The id of a request's visitor, to be kept with an order, say, for events that come later and from elsewhere. Null if there is
    /// none: cookieless, refused, or the request brought no cookie.
    /// </summary>
    /// <param name="context">The request.</param>
    public string? VisitorOf(HttpContext context) =>
        options.Enabled && !Permission.IsRefused(context, options) ? Visitors.Of(context, options) : null;

    /// <summary>The visitor does not want to be tracked: sets the opt-out cookie, deletes the visitor's. Call it before the answer has begun.</summary>
    /// <param name="context">The request.</param>
    public void OptOut(HttpContext context) => Permission.Refuse(context, options);

    /// <summary>The visitor has changed their mind: deletes the opt-out cookie. Call it before the answer has begun.</summary>
    /// <param name="context">The request.</param>
    public void OptIn(HttpContext context) => Permission.Allow(context, options);

    /// <summary>
    /// Says that the form posted with this request was not accepted although the answer's status is a success, as when a page is shown
    /// again with its validation messages: <c>form_submit_error</c> is logged.
    /// </summary>
    /// <param name="context">The request.</param>
    public void FormFailed(HttpContext context)
    {
        if (options.Enabled)
        {
            ActivityTrackingMiddleware.MarkFailed(context);
        }
    }

    /// <summary>What the middleware saw: the request's own address, taken before anything changed it.</summary>
    internal void Add(Visit visit, string name, DateTimeOffset at, object? props = null) =>
        queue.TryAdd(new QueuedEvent(visit, name, at) { Props = Json(props) });

    internal Visit VisitOf(HttpContext context, string url) =>
        VisitOf(new("pageview") { Page = url }, Visitors.Of(context, options), options.UserId?.Invoke(context), context, context.Request);

    internal PageAddress Addresses => addresses;

    private TrackOutcome Track(TrackedEvent e, HttpContext? context)
    {
        if (Fault(e) is { } fault)
        {
            return Invalid(fault);
        }

        // A payment provider's call about a visitor's order is not the visitor's: its browser, address and choices say nothing of them.
        var own = context is not null && (e.Visitor is null || e.Visitor == Visitors.Of(context, options)) ? context : null;
        if (own is not null && Permission.IsRefused(own, options))
        {
            return TrackOutcome.Refused;
        }

        var user = e.User ?? (own is null ? null : options.UserId?.Invoke(own));
        var visitor = e.Visitor ?? (own is null ? null : Visitors.Ensure(own, options));
        if (visitor is null && own is null)
        {
            if (user is null)
            {
                return Invalid("outside a request an event needs a Visitor or a User");
            }

            // Without one, all events from here would be one visitor's: this server's.
            visitor = "user:" + user;
        }

        var queued = new QueuedEvent(VisitOf(e, visitor, user, own, context?.Request), e.Name, e.At ?? DateTimeOffset.UtcNow)
        {
            Element = e.Element,
            Revenue = e.Revenue,
            Currency = e.Currency,
            OrderId = Cut(e.OrderId, 128),
            // The caller's list may change once the call is over.
            Items = [.. e.Items],
            Props = Json(e.Props),
        };
        return queued.Size > MaxSize ? Invalid("the event takes more than 128 KiB")
            : queue.TryAdd(queued) ? TrackOutcome.Queued
            : TrackOutcome.NotTracked;
    }

    private Visit VisitOf(TrackedEvent e, string? visitor, string? user, HttpContext? own, HttpRequest? any)
    {
        var request = own?.Request;
        return new(
            Cut(visitor, 256), Cut(user, 255), Cut(e.Session, 128),
            Cut(e.Page is { } page ? PageAddress.Of(page, any) : request is null ? null : addresses.Of(request), MaxAddress),
            Cut(e.Referrer ?? (request is null ? null : addresses.Referrer(request)), MaxAddress), Cut(e.Title, 500),
            Header(e.UserAgent ?? request?.Headers.UserAgent.ToString(), 1024), Header(e.Language ?? request?.Headers.AcceptLanguage.ToString(), 256),
            Address(e.Address ?? own?.Connection.RemoteIpAddress));
    }

    private static string? Fault(TrackedEvent e) => e switch
    {
        null => "the event is null",
        { Name: null or "" or { Length: > MaxName } } => "the name must have 1 to 120 characters",
        { Items: null or { Count: > MaxItems } } => "there may be at most 200 items",
        { Currency: not (null or { Length: 3 }) } => "a currency has three letters",
        { Revenue: <= -MaxAmount or >= MaxAmount } => "the revenue has more than 14 digits",
        _ when e.Items.Any(item => item is null or { Sku: null } or { Price: <= -MaxAmount or >= MaxAmount }) =>
            "an item has no SKU, or a price of more than 14 digits",
        _ => null,
    };

    private static ReadOnlyMemory<byte> Json(object? props)
    {
        if (props is null)
        {
            return default;
        }

        var given = props as string;
        var isObject = given is not null && IsObject(given);
        var json = isObject ? Encoding.UTF8.GetBytes(given!) : JsonSerializer.SerializeToUtf8Bytes(props, props.GetType());
        if (!isObject && json is not [(byte)'{', ..])
        {
            json = [.. "{\"data\":"u8, .. json, (byte)'}'];
        }

        return json.Length <= MaxProps ? json : throw new ArgumentException("the props take more than 64 KiB");
    }

    private static bool IsObject(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private TrackOutcome Invalid(string why)
    {
        metrics.Dropped(1, DeliveryMetrics.Invalid);
        if (Interlocked.Exchange(ref toldInvalid, 1) == 0)
        {
            Log.Invalid(logger, why);
        }

        return TrackOutcome.Invalid;
    }

    private string? Address(IPAddress? address) =>
        !options.ForwardAddress || address is null ? null : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>As a header's value may be: without control characters.</summary>
    private static string? Header(string? value, int length)
    {
        if (Cut(value, length) is not { Length: > 0 } text)
        {
            return null;
        }

        return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f')
            ? string.Create(text.Length, text, static (span, from) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = char.IsControl(from[i]) ? ' ' : from[i];
                }
            })
            : text;
    }

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text, int length) => text is null || text.Length <= length ? text : text[..length];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "An event could not be taken: {Why}. Further ones are only counted.")]
        public static partial void Invalid(ILogger logger, string why);
    }
}
