using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// <c>POST /api/track-behavior/</c>: what the public userBehaviour.js library hands to <c>processData</c>, whole. Each of its lists becomes
/// events or pointer positions on the page that was open at the time; keys are counted, and named only where they type nothing. The
/// session is kept in a cookie; positions in the window become positions on the page (<see cref="PageScroll"/>). The answer is <c>{"status":"success","session_id":"..."}</c>.
/// </summary>
internal static class BehaviorEndpoint
{
    // The library's usual time between two payloads. Each payload but a page's first begins with where the mouse was last, however long it
    // has rested: older than this it was in the payload before.
    private static readonly TimeSpan ProcessTime = TimeSpan.FromSeconds(15);

    public static void MapBehavior(this WebApplication app, CollectEndpoint collect)
    {
        var contract = new WireContract("behavior", Read) { HasCookies = true, Write = AnswerAsync };
        // Routing takes the path with and without the slash at its end.
        app.MapContract("/api/track-behavior", collect, contract);
    }

    private static Task AnswerAsync(HttpContext context, WireContract.Outcome outcome)
    {
        if (outcome.Session is { } session && Guid.TryParse(session, out _))
        {
            SessionCookie.Write(context, session);
        }

        return WireContract.SuccessAsync(context, outcome, json =>
        {
            json.WriteString("status"u8, "success");
            json.WriteString("session_id"u8, outcome.Session);
        });
    }

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object.");
            return;
        }

        var fields = new JsonFields(body);
        var about = fields.Object("userInfo");
        var time = fields.Object("time");
        var page = Fields.Page(fields.Text("page_url") ?? request.Referer, request);
        var start = fields.Text("page_start");
        var title = fields.Text("page_title");
        var referrer = fields.Text("referrer");
        var site = Fields.Site(ref fields);
        var domain = fields.Text("domain");
        var visitor = fields.Text("visitor_id") ?? request.Visitor;
        var session = fields.Text("session_id") ?? SessionCookie.Read(request.Session);
        var user = fields.Text("user_id");
        reading.RequestKey = fields.Text("batch");
        var stood = fields.Size("page_scroll");
        Size window = default;
        List<KeyValuePair<string, string>>? browser = null;
        if (about is { } info)
        {
            var aboutFields = new JsonFields(info, "userInfo.");
            window = aboutFields.Size("windowSize");
            // The user agent comes with the request; the rest is told once a page.
            foreach (var name in (string[])["platform", "vendor", "appName", "appCodeName"])
            {
                if (aboutFields.Text(name) is { Length: > 0 } value)
                {
                    Props.Add(ref browser, name, value);
                }
            }

            fields.Join(aboutFields);
        }

        DateTimeOffset? opened = null, sentAt = null, stopped = null;
        if (time is { } times)
        {
            var timeFields = new JsonFields(times, "time.");
            opened = Moment(ref timeFields, "startTime");
            sentAt = Moment(ref timeFields, "currentTime");
            stopped = Moment(ref timeFields, "stopTime");
            fields.Join(timeFields);
        }

        var lists = BehaviorLists.Of(ref fields);
        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        var rows = new BehaviorRows(reading, stood, start, page);
        rows.Read(lists, at => opened is null && sentAt - at > ProcessTime);
        var extras = ReadExtras(body);

        IncomingVisit Begin(string? url, string? from) => new()
        {
            Site = site,
            Domain = domain,
            Visitor = visitor,
            Session = session,
            RememberVisitor = true,
            User = user,
            SentAt = sentAt,
            Page = new() { Url = url, Title = url == page ? title : null, Referrer = from, Viewport = window },
        };

        // The page of the request is the one it ended on. What happened before a navigation belongs to the page before it; before the first
        // one to the page that the payload began on, where it says so, and else to this one.
        var here = Begin(page, referrer);
        var began = rows.Navigations.Count > 0 && start is not null && !BehaviorRows.IsSame(start, page) ? Begin(start, referrer) : here;
        reading.Visits.Add(began);
        var pages = new List<(DateTimeOffset From, IncomingVisit Visit)>();
        foreach (var (url, at) in rows.Navigations)
        {
            var visit = BehaviorRows.IsSame(url, page) ? here : Begin(url, null);
            if (!reading.Visits.Contains(visit))
            {
                reading.Visits.Add(visit);
            }

            visit.Events.Add(new() { Name = IncomingEvent.Pageview, At = at });
            pages.Add((at, visit));
        }

        IncomingVisit On(DateTimeOffset? at)
        {
            for (var i = pages.Count - 1; i >= 0; i--)
            {
                if (pages[i].From <= at)
                {
                    return pages[i].Visit;
                }
            }

            return began;
        }

        foreach (var e in rows.Events)
        {
            On(e.At).Events.Add(e);
        }

        foreach (var points in rows.Points)
        {
            On(points.At).Points.Add(points);
        }

        // The library tells of navigations only, and opens each page silently: its first request is the page view.
        began.Opened = opened;
        began.OpenedBy = browser;
        began.Request = reading.RequestKey ?? request.RequestKey
            ?? sentAt?.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Guid.NewGuid().ToString();
        if (stopped is { } stop && lists.Times is null)
        {
            here.Events.Add(new() { Name = "pageleave", At = stop, Dwell = stop > opened ? (stop - opened.Value).TotalMilliseconds : null });
        }

        if (extras is not null && reading.Visits.SelectMany(visit => visit.Events).FirstOrDefault() is { } first)
        {
            first.Props = Together(first.Props, extras);
        }
        else if (extras is not null)
        {
            began.OpenedBy = Together(browser, extras);
        }
    }

    private static List<KeyValuePair<string, string>> Together(List<KeyValuePair<string, string>>? props, List<KeyValuePair<string, string>> extras) =>
        props is null ? extras : [.. props, .. extras.ExceptBy(props.Select(prop => prop.Key), prop => prop.Key)];

    /// <summary>What the library does not know and a page adds, such as a campaign or a variant.</summary>
    private static List<KeyValuePair<string, string>>? ReadExtras(JsonElement body)
    {
        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in body.EnumerateObject())
        {
            // Some versions of the library have lists that they never fill.
            if (JsonText.NameOf(property) is var name && !BehaviorLists.IsKnown(name) && !Fields.IsSite(name)
                && name is not ("userInfo" or "time" or "page_url" or "page_start" or "page_title" or "referrer" or "visitor_id" or "session_id" or "user_id"
                    or "page_scroll" or "batch" or "csrfmiddlewaretoken")
                && (property.Value.ValueKind != JsonValueKind.Array || property.Value.GetArrayLength() > 0))
            {
                Props.Add(ref props, name, property.Value);
            }
        }

        return props;
    }

    // 0 stands for "not yet".
    private static DateTimeOffset? Moment(ref JsonFields fields, string name) => fields.Time(name) is { } time && time > DateTimeOffset.UnixEpoch ? time : null;
}
