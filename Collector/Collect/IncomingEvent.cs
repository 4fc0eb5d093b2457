using System.Net;
using Analytics.Collector.Enrichment;
using Analytics.Storage;

namespace Analytics.Collector.Collect;

/// <summary>
/// What arrived, whatever contract it came by: a visit, the page it was on, and what happened there. Adapters fill these and decide
/// nothing; every decision is <see cref="EventPipeline"/>'s.
/// </summary>
internal sealed class IncomingVisit
{
    /// <summary>The site as the tracker names it: a website id, or a domain.</summary>
    public string? Site { get; set; }

    /// <summary>A domain that belongs to the site, where the contract carries one beside the id.</summary>
    public string? Domain { get; set; }

    public string? Visitor { get; set; }

    /// <summary>Other requests of this session will name only the session.</summary>
    public bool RememberVisitor { get; set; }

    public string? Session { get; set; }

    /// <summary>Begins a session anew, whatever may still run.</summary>
    public bool BeginsSession { get; set; }

    /// <summary>Ends a session that was begun by a request before; it says whose it is and on which site.</summary>
    public bool EndsSession { get; set; }

    public string? User { get; set; }

    /// <summary>The page's owner allows browsers that a program steers.</summary>
    public bool AllowsAutomation { get; set; }

    /// <summary>
    /// When the page was opened, by a contract that says this in each of its requests and tells of no page view: the first request of
    /// that page stands for one.
    /// </summary>
    public DateTimeOffset? Opened { get; set; }

    /// <summary>What is known of the browser that opened the page: the props of that page view.</summary>
    public List<KeyValuePair<string, string>>? OpenedBy { get; set; }

    /// <summary>Tells the requests of such a page apart; the same when one is sent again.</summary>
    public string? Request { get; set; }

    /// <summary>The client's clock when the request left it; corrects the times below.</summary>
    public DateTimeOffset? SentAt { get; set; }

    public IncomingPage Page { get; set; } = new();

    public List<IncomingEvent> Events { get; } = [];

    public List<IncomingPoints> Points { get; } = [];

    public List<IncomingReplay> Replay { get; } = [];
}

internal sealed class IncomingPage
{
    public string? Url { get; set; }
    public string? Referrer { get; set; }
    public string? Title { get; set; }
    public Size Viewport { get; set; }
    public Size Document { get; set; }
    public Size Screen { get; set; }
    public string? Language { get; set; }
    public string? Timezone { get; set; }
}

/// <summary>CSS pixels; zero where unknown.</summary>
internal readonly record struct Size(double Width, double Height);

internal sealed class IncomingEvent
{
    public const string Pageview = "pageview";
    public const string Identify = "identify";
    public const string Click = "click";
    public const string Outbound = "outbound";

    public string Name { get; set; } = "";

    /// <summary>Where it stood in the request's list; answers name refused events by it.</summary>
    public int Index { get; init; }

    /// <summary>By the client's clock.</summary>
    public DateTimeOffset? At { get; set; }

    public double? X { get; set; }
    public double? Y { get; set; }
    public IncomingElement? Element { get; set; }
    public double? Scroll { get; set; }
    public double? Dwell { get; set; }
    public decimal? Revenue { get; set; }
    public string? Currency { get; set; }
    public string? Order { get; set; }
    public List<EventRow.Item>? Items { get; set; }
    public List<KeyValuePair<string, string>>? Props { get; set; }
}

internal sealed class IncomingElement
{
    public string? Selector { get; set; }
    public string? Id { get; set; }
    public string? Tag { get; set; }
    public string? Class { get; set; }
    public string? Text { get; set; }
    public string? Href { get; set; }

    /// <summary>Position inside the element, 0 to 1.</summary>
    public double? X { get; set; }
    public double? Y { get; set; }

    /// <summary>Its selector; where the contract knows none, the best that it tells: the id, or else the tag.</summary>
    public string? SelectorOrName => Selector is { Length: > 0 } ? Selector : Id is { Length: > 0 } ? "#" + Id : Tag?.ToLowerInvariant();
}

/// <summary>Sampled pointer positions of one kind: move, scroll or touch.</summary>
internal sealed record IncomingPoints(string Kind, DateTimeOffset? At, List<PointerRow.Point> Points);

/// <summary>A chunk of a recording: a JSON array of rrweb events.</summary>
internal sealed record IncomingReplay(uint Seq, DateTimeOffset? At, uint Events, ReadOnlyMemory<byte> Chunk);

/// <summary>What only the connection knows.</summary>
internal sealed record IncomingRequest
{
    /// <summary>Which adapter reads the request; stored with each event.</summary>
    public required string Contract { get; init; }

    /// <summary>The server's clock.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The client's, never stored in full.</summary>
    public required IPAddress Address { get; init; }

    public required string UserAgent { get; init; }

    public ClientHints Hints { get; init; }

    /// <summary>The page's origin as the browser says it.</summary>
    public string? Origin { get; init; }

    public string? Referer { get; init; }

    /// <summary>The host that was asked, which is the site's own where the collector stands behind its domain.</summary>
    public string? Host { get; init; }

    public string? Language { get; init; }

    /// <summary>The visitor by cookie <c>uid</c> or header <c>X-Visitor-Id</c>, for contracts that name none in the body.</summary>
    public string? Visitor { get; init; }

    /// <summary>The session by our own cookie, for contracts that keep it there.</summary>
    public string? Session { get; init; }

    /// <summary>Global Privacy Control is on.</summary>
    public bool Gpc { get; init; }

    /// <summary>Do Not Track is on.</summary>
    public bool Dnt { get; init; }

    /// <summary>The key of a request that carried X-Backfill; it may write to the sites that the key sees.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Times are taken as they are, however old.</summary>
    public bool Backfill => Key is not null;

    /// <summary>Names the request; a second one of the same name within a day is not stored.</summary>
    public string? RequestKey { get; init; }
}
