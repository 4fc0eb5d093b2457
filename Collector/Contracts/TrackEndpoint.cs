using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// <c>POST /api/track</c> of the activity tracking system: one activity, <c>{action_type, page, element_id?, additional_data?, user_id?}</c>,
/// its data an object or one as text. The visitor is who the cookie <c>uid</c> or the header X-Visitor-Id says. Answers
/// <c>{"success":true}</c>. Fields that the contract does not know become props.
/// </summary>
internal static class TrackEndpoint
{
    private const int MaxName = 120;

    public static void MapTrack(this WebApplication app, CollectEndpoint collect) => app.MapContract("/api/track", collect, new WireContract("track", Read)
    {
        HasCookies = true,
        Write = (context, outcome) => WireContract.SuccessAsync(context, outcome, json => json.WriteBoolean("success"u8, true)),
    });

    internal static void Read(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object.");
            return;
        }

        var fields = new JsonFields(body);
        var action = fields.Text("action_type");
        var page = fields.Text("page");
        var elementId = fields.Text("element_id");
        var visit = new IncomingVisit
        {
            Site = Fields.Site(ref fields),
            Domain = fields.Text("domain"),
            Visitor = fields.Text("visitor_id") ?? request.Visitor,
            Session = fields.Text("session_id"),
            User = fields.Text("user_id"),
        };
        var at = fields.Time("timestamp");
        using var unpacked = Unpack(body, ref fields, out var data);
        if (fields.Error is null && string.IsNullOrEmpty(action))
        {
            fields.Fail("action_type", "given");
        }

        if (action?.Length > MaxName)
        {
            fields.Fail("action_type", $"of at most {MaxName} characters");
        }

        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        var name = action switch
        {
            "page_visit" => IncomingEvent.Pageview,
            "button_click" => IncomingEvent.Click,
            _ => action!,
        };
        visit.Page = new()
        {
            Url = Url(page, Fields.TextOf(data, "url"), request),
            Title = Fields.TextOf(data, "title"),
            Referrer = Fields.TextOf(data, "referrer"),
        };
        var props = Props.Of(data);
        foreach (var property in body.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var extra
                && extra is not ("action_type" or "page" or "element_id" or "visitor_id" or "session_id" or "user_id" or "timestamp")
                && !Fields.IsSite(extra) && (extra != "additional_data" || data is null))
            {
                Props.Add(ref props, extra, property.Value);
            }
        }

        visit.Events.Add(new()
        {
            Name = name,
            At = at,
            Element = elementId is null && Fields.TextOf(data, "element_text") is null ? null : new()
            {
                Id = elementId,
                Text = Fields.TextOf(data, "element_text"),
                Tag = Fields.TextOf(data, "element_type")?.ToUpperInvariant(),
            },
            Props = props,
        });
        reading.Visits.Add(visit);
    }

    /// <summary>The whole address, where the data hold one of this very page; else the page as it is named.</summary>
    private static string? Url(string? page, string? whole, IncomingRequest request) =>
        whole is not null && page is not null && whole.Contains("://", StringComparison.Ordinal)
            && Enrichment.PageAddress.Parse(whole).Path == Enrichment.PageAddress.Parse(page).Path
            ? whole
            : Fields.Page(page, request);

    private static JsonDocument? Unpack(JsonElement body, ref JsonFields fields, out JsonElement? data)
    {
        data = null;
        if (!body.TryGetProperty("additional_data", out var given))
        {
            return null;
        }

        if (given.ValueKind is JsonValueKind.String)
        {
            // What is no object is kept as the text it is.
            var document = Fields.Document(JsonText.Of(given));
            data = document?.RootElement;
            return document;
        }

        data = fields.Object("additional_data");
        return null;
    }
}
