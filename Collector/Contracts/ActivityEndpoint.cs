using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// The user tracking service's activities and sessions: <c>POST /api/activity/track {user_id, activity_type, page_url, metadata}</c>,
/// <c>POST /api/session/start</c> and <c>POST /api/session/end/{session_id}</c>. Sent by servers for many users, so that the user, where
/// one is named, is the visitor, and what a user does belongs to the session begun last.
/// </summary>
internal static class ActivityEndpoint
{
    private const string Name = "activity";
    private const int MaxName = 120;

    public static void MapActivity(this WebApplication app, CollectEndpoint collect)
    {
        app.MapContract("/api/activity/track", collect, new WireContract(Name, ReadActivity)
        {
            HasCookies = true,
            Write = (context, outcome) => WireContract.SuccessAsync(context, outcome, json =>
            {
                json.WriteBoolean("success"u8, true);
                json.WriteString("session_id"u8, outcome.Session);
            }),
        });
        app.MapContract("/api/session/start", collect, new WireContract(Name, ReadStart)
        {
            TakesNoBody = true,
            HasCookies = true,
            Write = (context, outcome) => WireContract.SuccessAsync(context, outcome, json =>
            {
                json.WriteBoolean("success"u8, true);
                json.WriteString("session_id"u8, outcome.Session);
            }),
        });
        app.MapContract("/api/session/end/{session_id}", collect, context =>
        {
            var session = (string)context.Request.RouteValues["session_id"]!;
            return new WireContract(Name, (body, request, reading) => ReadEnd(body, session, reading))
            {
                TakesNoBody = true,
                Write = (context, outcome) => outcome.Dropped == DropReason.UnknownSession
                    ? TypedResults.Problem(detail: "No session of that id was begun within a day.", statusCode: StatusCodes.Status404NotFound)
                        .ExecuteAsync(context)
                    : WireContract.SuccessAsync(context, outcome, json =>
                    {
                        json.WriteBoolean("success"u8, true);
                        json.WriteString("session_id"u8, session);
                    }),
            };
        });
    }

    private static void ReadActivity(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (Begin(body, request, reading, out var fields, "page_url") is not { } visit)
        {
            return;
        }

        var type = fields.Text("activity_type");
        var session = fields.Text("session_id");
        using var unpacked = Unpack(body, ref fields, out var metadata);
        var at = fields.Time("timestamp");
        if (fields.Error is null && type is null or "" or { Length: > MaxName })
        {
            fields.Fail("activity_type", $"a name of 1 to {MaxName} characters");
        }

        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        visit.Session = session;
        visit.Page.Url = WithTags(visit.Page.Url, metadata);
        visit.Page.Referrer = Fields.TextOf(metadata, "referrer");
        visit.Page.Title = Fields.TextOf(metadata, "title");
        var props = Props.Of(metadata);
        AddExtras(ref props, body, metadata is not null);
        visit.Events.Add(new()
        {
            Name = type is "page_view" or "page_visit" ? IncomingEvent.Pageview : type!,
            At = at,
            Props = props,
        });
        reading.Visits.Add(visit);
    }

    private static void ReadStart(JsonElement body, IncomingRequest request, Reading reading)
    {
        if (Begin(body, request, reading, out var fields, "page_url") is not { } visit)
        {
            return;
        }

        using var unpacked = Unpack(body, ref fields, out var metadata);
        if (fields.Error is not null)
        {
            reading.Fail(fields.Error);
            return;
        }

        visit.BeginsSession = true;
        var props = Props.Of(metadata);
        AddExtras(ref props, body, metadata is not null);
        visit.Events.Add(new() { Name = "session_start", Props = props });
        reading.Visits.Add(visit);
    }

    private static void ReadEnd(JsonElement body, string session, Reading reading)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object, or absent.");
            return;
        }

        var visit = new IncomingVisit { Session = session, EndsSession = true };
        visit.Events.Add(new() { Name = "session_end", Props = Props.Of(body) });
        // No page of the user's: the address is a server's own, or of a page already named.
        visit.Page.Url = "";
        reading.Visits.Add(visit);
    }

    /// <summary>What all three bodies have: who, where, on which site.</summary>
    private static IncomingVisit? Begin(JsonElement body, IncomingRequest request, Reading reading, out JsonFields fields, string page)
    {
        fields = new JsonFields(body);
        if (body.ValueKind != JsonValueKind.Object)
        {
            reading.Fail("The body must be an object.");
            return null;
        }

        var user = fields.Text("user_id");
        return new IncomingVisit
        {
            Site = Fields.Site(ref fields),
            Domain = fields.Text("domain"),
            User = user,
            Visitor = fields.Text("visitor_id") ?? (string.IsNullOrEmpty(user) ? request.Visitor : "user:" + user),
            Page = new() { Url = Fields.Page(fields.Text(page), request) },
        };
    }

    private static void AddExtras(ref List<KeyValuePair<string, string>>? props, JsonElement body, bool hasMetadata)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (JsonText.NameOf(property) is var extra
                && extra is not ("user_id" or "visitor_id" or "activity_type" or "page_url" or "session_id" or "timestamp")
                && !Fields.IsSite(extra) && (extra != "metadata" || !hasMetadata))
            {
                Props.Add(ref props, extra, property.Value);
            }
        }
    }

    private static JsonDocument? Unpack(JsonElement body, ref JsonFields fields, out JsonElement? metadata)
    {
        metadata = null;
        if (body.TryGetProperty("metadata", out var given) && given.ValueKind == JsonValueKind.String)
        {
            var document = Fields.Document(JsonText.Of(given));
            metadata = document?.RootElement;
            return document;
        }

        metadata = fields.Object("metadata");
        return null;
    }

    /// <summary>Tags come beside the address here; in it they are found like everybody's.</summary>
    private static string? WithTags(string? url, JsonElement? metadata)
    {
        foreach (var tag in (string[])["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"])
        {
            if (Fields.TextOf(metadata, tag) is { Length: > 0 } value && url?.Contains(tag + "=", StringComparison.OrdinalIgnoreCase) == false)
            {
                var fragment = url.IndexOf('#', StringComparison.Ordinal);
                var address = fragment < 0 ? url : url[..fragment];
                url = $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{tag}={Uri.EscapeDataString(value)}";
            }
        }

        return url;
    }
}
