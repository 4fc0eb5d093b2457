using System.IO.Compression;
using System.Text.Json;
using Analytics.Collector.Collect;
using Analytics.Storage;

namespace Analytics.Collector.Contracts;

/// <summary>Our own contract, <c>POST /collect/batch</c>: one page's events, pointer positions and recording in one request.</summary>
internal static class BatchEndpoint
{
    private const int MaxName = 120;
    private const int MaxItems = 200;
    private const int MaxPoints = 20_000;

    public static void MapBatch(this WebApplication app, CollectEndpoint collect) =>
        app.MapContract("/collect/batch", collect, new WireContract("batch", Read) { Limits = BodyLimits.Recordings });

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object.");
            return;
        }

        var fields = new JsonFields(body);
        var visit = new IncomingVisit
        {
            Site = fields.Text("site") ?? Fields.Site(ref fields),
            Domain = fields.Text("domain"),
            Visitor = fields.Text("visitor"),
            Session = fields.Text("session"),
            User = fields.Text("user"),
            SentAt = fields.Time("sentAt"),
            AllowsAutomation = fields.Flag("automation"),
        };
        reading.RequestKey = fields.Text("batch");

        DateTimeOffset? pageAt = null;
        if (fields.Object("page") is { } page)
        {
            visit.Page = ReadPage(page, ref fields, out pageAt);
        }

        var events = fields.Array("events");
        var points = fields.Object("points");
        var replay = fields.Object("replay");
        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        if (events?.GetArrayLength() > CollectEndpoint.MaxEvents)
        {
            reading.Fail($"'events' holds more than {CollectEndpoint.MaxEvents} events.", "events");
            return;
        }

        // Without the page's start, the last thing that happened happened just before sending.
        var start = pageAt ?? (visit.SentAt ?? request.Received) - Latest(events);
        if (events is { } list)
        {
            var index = 0;
            foreach (var json in list.EnumerateArray())
            {
                ReadEvent(json, index++, start, visit, reading);
            }
        }

        if (points is { } positions)
        {
            ReadPoints(positions, start, visit, reading);
        }

        if (replay is { } recording)
        {
            ReadReplay(recording, visit, reading);
        }

        reading.Visits.Add(visit);
    }

    private static IncomingPage ReadPage(JsonElement json, ref JsonFields outer, out DateTimeOffset? at)
    {
        var fields = new JsonFields(json, "page.");
        var page = new IncomingPage
        {
            Url = fields.Text("url"),
            Referrer = fields.Text("referrer"),
            Title = fields.Text("title"),
            Viewport = fields.Size("viewport"),
            Document = fields.Size("document"),
            Screen = fields.Size("screen"),
            Language = fields.Text("language"),
            Timezone = fields.Text("timezone"),
        };
        at = fields.Time("at");
        outer.Join(fields);
        return page;
    }

    private static void ReadEvent(JsonElement json, int index, DateTimeOffset start, IncomingVisit visit, Reading reading)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            reading.Refuse(index, new("an event must be an object"));
            return;
        }

        var fields = new JsonFields(json);
        var e = new IncomingEvent { Index = index };
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
            {
                ReadField(property, e, ref fields, start);
            }
        }

        if (fields.Error is null && e.Name.Length == 0)
        {
            reading.Refuse(index, new("'name' is missing", "name"));
        }
        else if (e.Name.Length > MaxName)
        {
            reading.Refuse(index, new($"'name' is longer than {MaxName} characters", "name"));
        }
        else if (fields.Error is not null)
        {
            reading.Refuse(index, fields.Error);
        }
        else
        {
            visit.Events.Add(e);
        }
    }

    // The commonest first.
    private static void ReadField(JsonProperty property, IncomingEvent e, ref JsonFields fields, DateTimeOffset start)
    {
        var value = property.Value;
        if (property.NameEquals("name"u8))
        {
            e.Name = fields.TextOf("name", value) ?? "";
        }
        else if (property.NameEquals("at"u8))
        {
            e.At = Offset(start, fields.NumberOf("at", value));
        }
        else if (property.NameEquals("x"u8))
        {
            e.X = fields.NumberOf("x", value);
        }
        else if (property.NameEquals("y"u8))
        {
            e.Y = fields.NumberOf("y", value);
        }
        else if (property.NameEquals("element"u8))
        {
            e.Element = fields.ObjectOf("element", value) is { } element ? ReadElement(element, ref fields) : null;
        }
        else if (property.NameEquals("props"u8))
        {
            e.Props = Props.Of(fields.ObjectOf("props", value));
        }
        else if (property.NameEquals("scroll"u8))
        {
            e.Scroll = fields.NumberOf("scroll", value);
        }
        else if (property.NameEquals("dwell"u8))
        {
            e.Dwell = fields.NumberOf("dwell", value);
        }
        else if (property.NameEquals("revenue"u8))
        {
            e.Revenue = fields.AmountOf("revenue", value);
        }
        else if (property.NameEquals("currency"u8))
        {
            e.Currency = fields.TextOf("currency", value);
        }
        else if (property.NameEquals("order"u8))
        {
            e.Order = fields.TextOf("order", value);
        }
        else if (property.NameEquals("items"u8))
        {
            e.Items = fields.ArrayOf("items", value) is { } items ? ReadItems(items, ref fields) : null;
        }
    }

    private static IncomingElement ReadElement(JsonElement json, ref JsonFields outer)
    {
        var fields = new JsonFields(json, "element.");
        var element = new IncomingElement();
        foreach (var property in json.EnumerateObject())
        {
            var value = property.Value;
            if (value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (property.NameEquals("selector"u8))
            {
                element.Selector = fields.TextOf("selector", value);
            }
            else if (property.NameEquals("tag"u8))
            {
                element.Tag = fields.TextOf("tag", value);
            }
            else if (property.NameEquals("text"u8))
            {
                element.Text = fields.TextOf("text", value);
            }
            else if (property.NameEquals("ex"u8))
            {
                element.X = fields.NumberOf("ex", value);
            }
            else if (property.NameEquals("ey"u8))
            {
                element.Y = fields.NumberOf("ey", value);
            }
            else if (property.NameEquals("id"u8))
            {
                element.Id = fields.TextOf("id", value);
            }
            else if (property.NameEquals("class"u8))
            {
                element.Class = fields.TextOf("class", value);
            }
            else if (property.NameEquals("href"u8))
            {
                element.Href = fields.TextOf("href", value);
            }
        }

        outer.Join(fields);
        return element;
    }

    private static List<EventRow.Item>? ReadItems(JsonElement json, ref JsonFields outer)
    {
        if (json.GetArrayLength() > MaxItems)
        {
            outer.Fail("items", $"an array of at most {MaxItems}");
            return null;
        }

        var items = new List<EventRow.Item>(json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                outer.Fail("items", "an array of objects");
                return null;
            }

            var fields = new JsonFields(item, "items.");
            items.Add(new(
                EventPipeline.Cut(fields.Text("sku"), 128),
                EventPipeline.Cut(fields.Text("name"), 300),
                EventPipeline.Cut(fields.Text("category"), 128),
                fields.Amount("price") ?? 0,
                (uint)Math.Clamp(fields.Number("quantity") ?? 1, 0, uint.MaxValue)));
            outer.Join(fields);
        }

        return items;
    }

    private static void ReadPoints(JsonElement json, DateTimeOffset start, IncomingVisit visit, Reading reading)
    {
        foreach (var kind in (string[])["move", "scroll", "touch"])
        {
            if (!json.TryGetProperty(kind, out var list) || list.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MaxPoints)
            {
                reading.Fail($"'points.{kind}' must be an array of at most {MaxPoints} points", "points." + kind);
                return;
            }

            var points = new List<PointerRow.Point>(list.GetArrayLength());
            double first = 0;
            foreach (var point in list.EnumerateArray())
            {
                if (point.ValueKind != JsonValueKind.Array || point.GetArrayLength() != 3 || !JsonFields.Finite(point[0], out var x)
                    || !JsonFields.Finite(point[1], out var y) || !JsonFields.Finite(point[2], out var at))
                {
                    reading.Fail($"'points.{kind}' must hold arrays of three numbers", "points." + kind);
                    return;
                }

                first = points.Count == 0 ? at : first;
                points.Add(new(
                    (ushort)Math.Clamp(x, 0, ushort.MaxValue), (uint)Math.Clamp(y, 0, uint.MaxValue), (uint)Math.Clamp(at - first, 0, uint.MaxValue)));
            }

            if (points.Count > 0)
            {
                visit.Points.Add(new(kind, Offset(start, first), points));
            }
        }
    }

    private static void ReadReplay(JsonElement json, IncomingVisit visit, Reading reading)
    {
        var fields = new JsonFields(json, "replay.");
        var seq = (uint)Math.Clamp(fields.Number("seq") ?? 0, 0, uint.MaxValue);
        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
        }
        else if (json.TryGetProperty("events", out var events))
        {
            var chunk = events.ValueKind switch
            {
                JsonValueKind.Array => ReplayChunk(events, seq, reading),
                JsonValueKind.String => Unpack(JsonText.Of(events), seq, reading),
                _ => null,
            };
            if (chunk is null)
            {
                reading.Fail("'replay.events' must be an array, or one gzipped in base64", "replay.events");
            }
            else if (chunk.Events > 0)
            {
                visit.Replay.Add(chunk);
            }
        }
    }

    /// <summary>A recording's events as they came, but for what was typed.</summary>
    internal static IncomingReplay ReplayChunk(JsonElement given, uint seq, Reading reading)
    {
        using var opened = ReplayPack.Open(given, reading);
        var events = opened?.RootElement ?? given;
        DateTimeOffset? at = null;
        if (events.GetArrayLength() > 0 && events[0].ValueKind == JsonValueKind.Object)
        {
            at = new JsonFields(events[0]).Time("timestamp");
        }

        return new(seq, at, (uint)events.GetArrayLength(), ReplayMask.Apply(events));
    }

    private static IncomingReplay? Unpack(string base64, uint seq, Reading reading)
    {
        try
        {
            using var packed = new MemoryStream(Convert.FromBase64String(base64));
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            using var unpacked = RequestBody.Decompress(gzip, (int)packed.Length, BodyLimits.Recordings.Decompressed);
            if (unpacked.Problem is not null || !System.Text.Unicode.Utf8.IsValid(unpacked.Bytes.Span))
            {
                return null;
            }

            JsonText.Mend(unpacked.Bytes.Span);
            using var json = JsonDocument.Parse(unpacked.Bytes, new() { MaxDepth = JsonFields.MaxDepth });
            return json.RootElement.ValueKind == JsonValueKind.Array ? ReplayChunk(json.RootElement, seq, reading) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static TimeSpan Latest(JsonElement? events)
    {
        double latest = 0;
        if (events is { } list)
        {
            foreach (var e in list.EnumerateArray())
            {
                if (e.ValueKind == JsonValueKind.Object && e.TryGetProperty("at", out var at) && JsonFields.Finite(at, out var ms))
                {
                    latest = Math.Max(latest, ms);
                }
            }
        }

        return TimeSpan.FromMilliseconds(Math.Min(latest, 1e12));
    }

    private static DateTimeOffset? Offset(DateTimeOffset start, double? ms) =>
        ms is { } at and > -1e12 and < 1e12 ? start.AddMilliseconds(at) : null;
}
