using System.Collections.Frozen;
using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// <c>POST /collect</c> of the website analytics script: one event at once, <c>{type: pageview|identify|custom, websiteId, href, ...}</c>.
/// Fields that the contract does not know become props.
/// </summary>
internal static class ImmediateEndpoint
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.Ordinal,
        "type", "href", "url", "referrer", "title", "viewport", "screen", "language", "timezone", "visitorId",
        "sessionId", "userId", "timestamp", "eventName", "name", "eventData", "extraData", "properties", "traits", "userAgent");

    public static void MapImmediate(this WebApplication app, CollectEndpoint collect) =>
        app.MapContract("/collect", collect, new WireContract("collect", Read));

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object.");
            return;
        }

        var fields = new JsonFields(body);
        var type = fields.Text("type");
        var name = type == "custom" ? fields.Text("eventName", "name") ?? "custom" : type;
        var visit = new IncomingVisit
        {
            Site = fields.Text("websiteId") ?? Fields.Site(ref fields),
            Domain = fields.Text("domain"),
            Visitor = fields.Text("visitorId"),
            RememberVisitor = true,
            Session = fields.Text("sessionId"),
            User = fields.Text("userId"),
            Page = new()
            {
                Url = fields.Text("href", "url"),
                Referrer = fields.Text("referrer"),
                Title = fields.Text("title"),
                Viewport = fields.Size("viewport"),
                Screen = fields.Size("screen"),
                Language = fields.Text("language"),
                Timezone = fields.Text("timezone"),
            },
        };
        var props = Props.Of(fields.Object("eventData") ?? fields.Object("extraData") ?? fields.Object("properties") ?? fields.Object("traits"));
        var e = new IncomingEvent { Name = name ?? "", At = fields.Time("timestamp") };
        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        if (string.IsNullOrEmpty(name) || name.Length > 120)
        {
            var isNamed = type == "custom";
            reading.Fail(
                name is null or "" ? isNamed ? "'eventName' is empty" : "'type' is missing" : "the event's name is longer than 120 characters",
                isNamed ? "eventName" : "type");
            return;
        }

        foreach (var property in body.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var extra && !Known.Contains(extra) && !Fields.IsSite(extra))
            {
                Props.Add(ref props, extra, property.Value);
            }
        }

        e.Props = props;
        visit.Events.Add(e);
        reading.Visits.Add(visit);
    }
}
