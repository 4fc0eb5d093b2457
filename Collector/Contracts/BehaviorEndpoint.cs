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
        if (about is { } info)
        {
            var aboutFields = new JsonFields(info, "userInfo.");
            window = aboutFields.Size("windowSize");
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

        var rows = new BehaviorRows(reading, stood);
        rows.Read(lists);
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

        // The page of the request is the one it ended on. What happened before a navigation belongs to the page before it, which is
        // known from the second navigation on, and else is this one.
        var here = Begin(page, referrer);
        reading.Visits.Add(here);
        var pages = new List<(DateTimeOffset From, IncomingVisit Visit)>();
        foreach (var (url, at) in rows.Navigations)
        {
            var visit = pages.Count > 0 && pages[^1].Visit.Page.Url == url ? pages[^1].Visit : url == page ? here : Begin(url, null);
            if (visit != here && !reading.Visits.Contains(visit))
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

            return here;
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
        here.Opened = opened;
        if (stopped is { } stop && opened is { } start && stop > start)
        {
            here.Events.Add(new() { Name = "pageleave", At = stop, Dwell = (stop - start).TotalMilliseconds });
        }

        if (extras is not null && reading.Visits.SelectMany(visit => visit.Events).FirstOrDefault() is { } first)
        {
            first.Props = first.Props is null ? extras : [.. first.Props, .. extras.ExceptBy(first.Props.Select(prop => prop.Key), prop => prop.Key)];
        }
    }

    /// <summary>What the library does not know and a page adds, such as a campaign or a variant.</summary>
    private static List<KeyValuePair<string, string>>? ReadExtras(JsonElement body)
    {
        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in body.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var name && !BehaviorLists.IsKnown(name) && !Fields.IsSite(name)
                && name is not ("userInfo" or "time" or "page_url" or "page_title" or "referrer" or "visitor_id" or "session_id" or "user_id"
                    or "page_scroll" or "batch" or "csrfmiddlewaretoken"))
            {
                Props.Add(ref props, name, property.Value);
            }
        }

        return props;
    }

    // 0 stands for "not yet".
    private static DateTimeOffset? Moment(ref JsonFields fields, string name) => fields.Time(name) is { } time && time > DateTimeOffset.UnixEpoch ? time : null;
}
