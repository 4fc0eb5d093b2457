using System.Text;
using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>What several foreign contracts have in common.</summary>
internal static class Fields
{
    /// <summary>All names under which trackers name a site; a contract's own name comes first where it has one.</summary>
    private static readonly string[] SiteNames = ["site_id", "websiteId", "website_id", "website", "site", "writeKey", "d"];

    public static string? Site(ref JsonFields fields)
    {
        foreach (var name in SiteNames)
        {
            // One letter may well be a page's own field of any type.
            if (fields.Has(name) && (name != "d" || fields.Json.GetProperty(name).ValueKind == JsonValueKind.String))
            {
                return fields.Text(name);
            }
        }

        return null;
    }

    public static bool IsSite(string name) => name == "domain" || (name != "d" && SiteNames.Contains(name));

    /// <summary>A page that is named by its path alone is on the host that the browser says it is on.</summary>
    public static string? Page(string? page, IncomingRequest request)
    {
        if (page is null || !page.StartsWith('/') || page.StartsWith("//", StringComparison.Ordinal)
            || (Origin(request.Referer) ?? Origin(request.Origin)) is not { } origin)
        {
            return page;
        }

        return origin + page;
    }

    /// <summary>An object, or one as text, as some trackers and all form posts send it.</summary>
    public static JsonDocument? Document(string? text)
    {
        if (text is null || !text.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            var json = Encoding.UTF8.GetBytes(text);
            JsonText.Mend(json);
            return JsonDocument.Parse(json, new() { MaxDepth = JsonFields.MaxDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Text under a name, whatever else may stand there.</summary>
    public static string? TextOf(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? JsonText.Of(value)
            : null;

    private static string? Origin(string? address)
    {
        var scheme = address?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (scheme <= 0)
        {
            return null;
        }

        var slash = address!.IndexOf('/', scheme + 3);
        return slash < 0 ? address : address[..slash];
    }
}
