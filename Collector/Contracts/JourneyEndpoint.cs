using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// The user journey application's side of <c>POST /api/events</c>: one event or an array of
/// <c>{session_id, event_type: page_view|click, page_url, timestamp, x?, y?}</c>. Each names its own session and page.
/// </summary>
internal static class JourneyEndpoint
{
    private const string Contract = "journey";

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        reading.Contract = Contract;
        if (body.ValueKind == JsonValueKind.Object)
        {
            // One event is an answer of its own: what is wrong with it is wrong with the request.
            if (ReadEvent(body, 0, reading) is { } refusal)
            {
                reading.Fail(refusal);
            }

            return;
        }

        if (body.GetArrayLength() > CollectEndpoint.MaxEvents)
        {
            reading.Fail($"The array holds more than {CollectEndpoint.MaxEvents} events.");
            return;
        }

        var index = 0;
        foreach (var json in body.EnumerateArray())
        {
            if (ReadEvent(json, index, reading) is { } refusal)
            {
                reading.Refuse(index, refusal);
            }

            index++;
        }
    }

    private static Fault? ReadEvent(JsonElement json, int index, Reading reading)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return new("an event must be an object");
        }

        var fields = new JsonFields(json);
        var type = fields.Text("event_type");
        var session = fields.Text("session_id");
        var url = fields.Text("page_url", "url");
        var site = Fields.Site(ref fields);
        var visitor = fields.Text("visitor_id");
        var user = fields.Text("user_id");
        var viewport = fields.Size("viewport");
        var e = new IncomingEvent
        {
            Name = type == "page_view" ? IncomingEvent.Pageview : type ?? "",
            Index = index,
            At = fields.Time("timestamp"),
            X = fields.Number("x"),
            Y = fields.Number("y"),
            Props = ReadProps(json),
        };
        if (fields.Error is null && e.Name.Length is 0 or > 120)
        {
            return new("'event_type' is missing or longer than 120 characters", "event_type");
        }

        if (fields.Error is not null)
        {
            return fields.Error;
        }

        // Neighbours of the same visit share it, so that its page is read once.
        var last = reading.Visits.Count > 0 ? reading.Visits[^1] : null;
        if (last is null || last.Session != session || last.Page.Url != url || last.Site != site || last.Visitor != visitor
            || last.User != user || last.Page.Viewport != viewport)
        {
            last = new IncomingVisit
            {
                Site = site,
                Session = session,
                Visitor = visitor,
                User = user,
                Page = new() { Url = url, Viewport = viewport },
            };
            reading.Visits.Add(last);
        }

        last.Events.Add(e);
        return null;
    }

    private static List<KeyValuePair<string, string>>? ReadProps(JsonElement json)
    {
        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in json.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var name
                && name is not ("event_type" or "session_id" or "page_url" or "url" or "visitor_id" or "user_id" or "viewport" or "timestamp" or "x" or "y")
                && !Fields.IsSite(name))
            {
                Props.Add(ref props, name, property.Value);
            }
        }

        return props;
    }
}
