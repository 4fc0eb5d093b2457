using Analytics.Collector.Buffer;
using Analytics.Collector.Contracts;
using Analytics.Collector.Enrichment;
using Analytics.Storage;

namespace Analytics.Collector.Collect;

/// <summary>
/// Turns a visit into rows, or names the reason it is dropped: (1) read the page's address, find the site, (2) ask the site's rules,
/// (3) drop robots: those that say so, those that a program steers, those that come from a spammer, (4) find the visitor and the
/// session, drop what no person can do, (5) find the country and forget the address but for its network, (6) write a row an event, a
/// row a kind of pointer positions, a row a chunk of recording.
/// </summary>
internal sealed class EventPipeline(
    UserAgents agents, ReferrerSource referrers, ReferrerSpam spam, VisitorRates rates, Geo geo, SiteDirectory sites, Visitors visitors,
    IHostEnvironment environment)
{
    // Younger than this, or up to a minute ahead, a client's time is believed; trackers keep what they could not send for 23 hours.
    private static readonly TimeSpan OldestClientTime = TimeSpan.FromHours(48);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset OldestBackfill = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // While a page is built it is tested with steered browsers; what is measured is people.
    private readonly bool takesAutomation = environment.IsDevelopment();

    /// <param name="Session">As text; null where nothing is stored.</param>
    public readonly record struct Result(DropReason Dropped, uint SiteId, string? Session = null);

    private readonly record struct Who(uint Site, ulong Visitor, ulong Session, string SessionKey, string User);

    public async ValueTask<Result> BuildAsync(IncomingRequest request, IncomingVisit visit, RequestPart part)
    {
        // (1)
        var agent = request.Hints.Refine(agents.Read(request.UserAgent));
        var page = PageAddress.Parse(visit.Page.Url ?? request.Referer);
        var owner = visit is { EndsSession: true, Session: { } ended } ? await visitors.OwnerAsync(ended) : null;
        if (visit.EndsSession && owner is null)
        {
            return new(DropReason.UnknownSession, 0);
        }

        var canMake = !agent.IsBot && request.Key?.SeesAll != false;
        var resolved = owner?.Site ?? sites.Resolve(visit.Site, visit.Domain, page.Host, request.Origin, request.Host, canMake);
        if (resolved is not { } site)
        {
            return new(agent.IsBot ? DropReason.Bot : DropReason.UnknownSite, 0);
        }

        // A site that the key does not see is like one that does not exist.
        if (request.Key is { SeesAll: false } key && !key.Sees(sites.KeyOf(site) ?? ""))
        {
            return new(DropReason.UnknownSite, 0);
        }

        // (2)
        var rules = sites.RulesOf(site);
        if (rules.Refuse(request, page) is not DropReason.None and var refusal)
        {
            return new(refusal, site);
        }

        // (3)
        var origin = referrers.Of(visit.Page.Referrer, page);
        if (agent.IsBot)
        {
            return new(DropReason.Bot, site);
        }

        if (agent.IsAutomation && !takesAutomation && !visit.AllowsAutomation)
        {
            return new(DropReason.Automation, site);
        }

        if (spam.IsSpam(origin.Host))
        {
            return new(DropReason.ReferrerSpam, site);
        }

        // (4)
        var network = ClientAddress.Truncate(request.Address);
        var who = owner is { } known
            ? new Who(site, known.Visitor, Identifier.Of(visit.Session!), visit.Session!, known.User)
            : await IdentifyAsync(site, network, request, visit);
        if (!request.Backfill && !rates.IsPossible(site, who.Visitor, visit.Events.Count))
        {
            return new(DropReason.Rate, site);
        }

        if (visit.EndsSession)
        {
            await visitors.EndAsync(site, who.Visitor, who.SessionKey);
        }

        if (visit is { Opened: { } opened, Request: { } name } && await visitors.IsFirstAsync(site, who.Session, opened, name) && !visit.Events.Exists(IsPageview))
        {
            visit.Events.Insert(0, new() { Name = IncomingEvent.Pageview, At = opened, Props = visit.OpenedBy });
        }

        // (5)
        var place = geo.Find(request.Address);
        if (!rules.KeepsNetwork)
        {
            network = "";
        }

        // (6)
        var row = new EventRow
        {
            SiteId = site,
            VisitorId = who.Visitor,
            SessionId = who.Session,
            SessionKey = Cut(who.SessionKey, 128),
            UserId = Cut(who.User, 255),
            Contract = request.Contract,
            Hostname = page.Host,
            Path = page.Path,
            Query = page.Query,
            Title = Secrets.Mask(Cut(visit.Page.Title, 500)),
            Referrer = origin.Referrer,
            Source = origin.Source,
            Channel = origin.Channel,
            UtmSource = page.UtmSource,
            UtmMedium = page.UtmMedium,
            UtmCampaign = page.UtmCampaign,
            UtmTerm = page.UtmTerm,
            UtmContent = page.UtmContent,
            ClickId = page.ClickId,
            Device = agent.Device,
            Browser = agent.Browser,
            BrowserVersion = agent.BrowserVersion,
            Os = agent.Os,
            OsVersion = agent.OsVersion,
            ScreenWidth = Pixels16(visit.Page.Screen.Width),
            ScreenHeight = Pixels16(visit.Page.Screen.Height),
            ViewportWidth = Pixels16(visit.Page.Viewport.Width),
            ViewportHeight = Pixels16(visit.Page.Viewport.Height),
            DocumentWidth = Pixels16(visit.Page.Document.Width),
            DocumentHeight = Pixels32(visit.Page.Document.Height),
            Language = Cut(visit.Page.Language ?? FirstLanguage(request.Language), 35),
            Timezone = Cut(visit.Page.Timezone, 64),
            Country = place.Country,
            Region = place.Region,
            City = place.City,
            Ip = network,
        };
        if (visit.Events.Count > 1)
        {
            row.ShareVisit();
        }

        part.Begin(BufferTable.Events);
        foreach (var e in visit.Events)
        {
            Fill(row, e, Time(e.At, visit.SentAt, request));
            part.Add(row);
        }

        part.Begin(BufferTable.Pointers);
        foreach (var points in visit.Points)
        {
            part.Add(Pointer(row, points, Time(points.At, visit.SentAt, request)));
        }

        part.Begin(BufferTable.Replay);
        foreach (var chunk in visit.Replay)
        {
            part.Add(new ReplayRow
            {
                SiteId = site,
                SessionId = who.Session,
                VisitorId = who.Visitor,
                Seq = chunk.Seq,
                Timestamp = Time(chunk.At, visit.SentAt, request),
                Events = chunk.Events,
                Chunk = chunk.Chunk,
            });
        }

        return new(DropReason.None, site, who.SessionKey);
    }

    private async ValueTask<Who> IdentifyAsync(uint site, string network, IncomingRequest request, IncomingVisit visit)
    {
        var session = visit.Session;
        var sessionId = session is null ? 0 : Identifier.Of(session);
        var visitor = visit switch
        {
            { Visitor: { } given } => Identifier.Of(given),
            { Session: not null } when await visitors.RecallAsync(site, sessionId) is { } recalled => recalled,
            _ => await visitors.CookielessAsync(site, network, request.UserAgent),
        };
        var user = visit.User ?? "";
        if (session is null)
        {
            session = visit.BeginsSession ? await visitors.BeginAsync(site, visitor, Cut(user, 255)) : await visitors.SessionAsync(site, visitor);
            sessionId = Identifier.Of(session);
        }

        if (visit.RememberVisitor)
        {
            visitors.Remember(site, sessionId, visitor);
        }

        return new(site, visitor, sessionId, session, user);
    }

    private static bool IsPageview(IncomingEvent e) => e.Name == IncomingEvent.Pageview;

    /// <summary>Every field that belongs to the event and not to the visit, so that one row serves all events of a request.</summary>
    private static void Fill(EventRow row, IncomingEvent e, DateTimeOffset time)
    {
        var element = e.Element;
        row.Name = e.Name;
        row.Timestamp = time;
        row.ElementSelector = Cut(element?.SelectorOrName, 500);
        row.ElementId = Cut(element?.Id, 200);
        row.ElementTag = Cut(element?.Tag, 50);
        row.ElementClass = Cut(element?.Class, 500);
        row.ElementText = Secrets.Mask(Cut(element?.Text, 200));
        row.ElementHref = Cut(PageAddress.Clean(element?.Href), PageAddress.MaxPart);
        row.ElementX = Position(element?.X);
        row.ElementY = Position(element?.Y);
        row.X = Pixels16(e.X ?? 0);
        row.Y = Pixels32(e.Y ?? 0);
        row.ScrollDepth = (byte)Math.Clamp(e.Scroll ?? 0, 0, 100);
        row.DwellMs = (uint)Math.Clamp(e.Dwell ?? 0, 0, TimeSpan.FromDays(1).TotalMilliseconds);
        row.Revenue = e.Revenue ?? 0;
        row.Currency = Cut(e.Currency, 3).ToUpperInvariant();
        row.OrderId = Cut(e.Order, 128);
        row.Items = (IReadOnlyList<EventRow.Item>?)e.Items ?? [];
        Props.ForgetTyped(e.Name, e.Props);
        row.Props = (IReadOnlyList<KeyValuePair<string, string>>?)e.Props ?? [];
    }

    private static PointerRow Pointer(EventRow visit, IncomingPoints points, DateTimeOffset time) => new()
    {
        SiteId = visit.SiteId,
        Timestamp = time,
        VisitorId = visit.VisitorId,
        SessionId = visit.SessionId,
        Hostname = visit.Hostname,
        Path = visit.Path,
        Device = visit.Device,
        ViewportWidth = visit.ViewportWidth,
        ViewportHeight = visit.ViewportHeight,
        DocumentWidth = visit.DocumentWidth,
        DocumentHeight = visit.DocumentHeight,
        Kind = points.Kind,
        Points = points.Points,
    };

    /// <summary>
    /// The client's time, corrected by the difference of the clocks at sending, where that is believable; else the server's.
    /// </summary>
    internal static DateTimeOffset Time(DateTimeOffset? at, DateTimeOffset? sentAt, IncomingRequest request)
    {
        if (at is not { } time)
        {
            return request.Received;
        }

        if (request.Backfill)
        {
            return time < OldestBackfill ? OldestBackfill : time > request.Received ? request.Received : time;
        }

        var age = (sentAt ?? request.Received) - time;
        return age < -ClockTolerance || age > OldestClientTime ? request.Received
            : age < TimeSpan.Zero ? request.Received
            : request.Received - age;
    }

    public static string Cut(string? text, int length)
    {
        if (text is null || text.Length <= length)
        {
            return text ?? "";
        }

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private static string FirstLanguage(string? accepted)
    {
        if (accepted is null)
        {
            return "";
        }

        var end = accepted.AsSpan().IndexOfAny(',', ';');
        return end < 0 ? accepted : accepted[..end];
    }

    private static ushort Position(double? share) =>
        share is { } s and >= 0 and <= 1 ? (ushort)Math.Round(s * 10_000) : EventRow.UnknownPosition;

    private static ushort Pixels16(double value) => (ushort)Math.Clamp(Math.Round(value), 0, ushort.MaxValue);

    private static uint Pixels32(double value) => (uint)Math.Clamp(Math.Round(value), 0, uint.MaxValue);
}
