using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// <c>POST /api/events</c>, which two systems share and their fields tell apart. Here: the website analytics script's
/// <c>{metadata, analytics, replay}</c>, sent every ten seconds. The other: <see cref="JourneyEndpoint"/>.
/// </summary>
internal static class BufferedEndpoint
{
    public static void MapBuffered(this WebApplication app, CollectEndpoint collect) =>
        app.MapContract("/api/events", collect, new WireContract("buffered", Read) { Limits = BodyLimits.Recordings });

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (body.ValueKind == JsonValueKind.Array || (body.ValueKind == JsonValueKind.Object && !IsOurs(body)))
        {
            JourneyEndpoint.Read(body, request, reading);
            return;
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object or an array.");
            return;
        }

        var fields = new JsonFields(body);
        var metadata = fields.Object("metadata");
        var events = fields.Array("analytics");
        var replay = fields.Array("replay");
        var visit = new IncomingVisit();
        if (metadata is { } json)
        {
            var about = new JsonFields(json, "metadata.");
            visit.Site = about.Text("websiteId") ?? Fields.Site(ref about);
            visit.Domain = about.Text("domain");
            visit.Visitor = about.Text("visitorId");
            visit.Session = about.Text("sessionId");
            visit.User = about.Text("userId");
            visit.SentAt = about.Time("timestamp");
            visit.Page = new()
            {
                Url = about.Text("url"),
                Referrer = about.Text("referrer"),
                Title = about.Text("title"),
                Screen = about.Size("screen"),
                Viewport = about.Size("viewport"),
                Document = about.Size("document"),
                Language = about.Text("language"),
                Timezone = about.Text("timezone"),
            };
            reading.RequestKey = about.Text("batch");
            fields.Join(about);
        }

        if (events?.GetArrayLength() > CollectEndpoint.MaxEvents)
        {
            fields.Fail("analytics", $"an array of at most {CollectEndpoint.MaxEvents}");
        }

        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        if (events is { } list)
        {
            var index = 0;
            foreach (var e in list.EnumerateArray())
            {
                ReadEvent(e, index++, visit, reading);
            }
        }

        if (replay is { } recording && recording.GetArrayLength() > 0)
        {
            // This contract numbers nothing: chunks are in order by their time.
            var chunk = BatchEndpoint.ReplayChunk(recording, seq: 0, reading);
            if (chunk.Events > 0)
            {
                visit.Replay.Add(chunk);
            }
        }

        reading.Visits.Add(visit);
    }

    private static bool IsOurs(JsonElement body) =>
        body.TryGetProperty("metadata", out _) || body.TryGetProperty("analytics", out _) || body.TryGetProperty("replay", out _);

    private static void ReadEvent(JsonElement json, int index, IncomingVisit visit, Reading reading)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            reading.Refuse(index, new("an event must be an object"));
            return;
        }

        var fields = new JsonFields(json);
        var type = fields.Text("type");
        var e = new IncomingEvent
        {
            Name = type == "external_link" ? IncomingEvent.Outbound : type ?? "",
            Index = index,
            At = fields.Time("timestamp"),
            X = fields.Number("x"),
            Y = fields.Number("y"),
            Scroll = fields.Has("scroll") ? fields.Number("scroll") : fields.Number(fields.Has("depth") ? "depth" : "percent"),
            Element = new()
            {
                Selector = fields.Text("selector"),
                Id = fields.Text("id"),
                Tag = fields.Text("tag"),
                Class = fields.Text("class"),
                Text = fields.Text("text"),
                Href = fields.Text("href", "url"),
            },
            Props = ReadProps(json),
        };
        if (fields.Error is null && e.Name.Length is 0 or > 120)
        {
            fields.Fail("type", "a name of 1 to 120 characters");
        }

        if (fields.Error is not null)
        {
            reading.Refuse(index, fields.Error);
            return;
        }

        visit.Events.Add(e);
    }

    private static List<KeyValuePair<string, string>>? ReadProps(JsonElement json)
    {
        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in json.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var name
                && name is not ("type" or "timestamp" or "x" or "y" or "scroll" or "depth" or "percent" or "selector" or "id" or "tag"
                    or "class" or "text" or "href" or "url"))
            {
                Props.Add(ref props, name, property.Value);
            }
        }

        return props;
    }
}
