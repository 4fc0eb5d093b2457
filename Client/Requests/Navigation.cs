using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticAssets;

namespace Analytics.AspNetCore.Requests;

/// <summary>Tells a person opening a page or posting a form from everything else that a site is asked for.</summary>
internal static class Navigation
{
    /// <summary>Whether the request may be for a page; the answer decides.</summary>
    public static bool MayOpenPage(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) || IsAhead(request.Headers))
        {
            return false;
        }

        // Browsers say what they ask for; "document" is a page in a tab, "iframe" a part of another page. Without TLS they do not say.
        var headers = request.Headers;
        var destination = headers["Sec-Fetch-Dest"].ToString();
        return destination is "document"
            || IsEnhanced(headers)
            || destination.Length == 0 && !headers.ContainsKey("X-Requested-With") && !headers.ContainsKey("HX-Request");
    }

    /// <summary>
    /// Whether a person posts a form of the site. Forms are also what servers ask tokens with and what identity providers answer by:
    /// the former name no origin, the latter come from another site.
    /// </summary>
    public static bool IsFormPost(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || request.ContentType is not { } type
            || !type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
                && !type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var headers = request.Headers;
        var from = headers["Sec-Fetch-Site"].ToString();
        return from.Length > 0 ? from != "cross-site" : headers.Origin.Count > 0 || headers.Referer.Count > 0;
    }

    /// <summary>Whether the answer is a page.</summary>
    /// <param name="answer">The answer, its headers complete.</param>
    /// <param name="endpoint">What was to answer when the request came by.</param>
    /// <param name="staticPages">Whether files that are served as they are count.</param>
    public static bool IsPage(HttpResponse answer, Endpoint? endpoint, bool staticPages) =>
        answer.StatusCode is >= 200 and < 300
        && answer.ContentType is { } type
        && (type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/xhtml+xml", StringComparison.OrdinalIgnoreCase))
        && (staticPages || !IsFile(answer, endpoint));

    // MapStaticAssets has an endpoint for each file. UseStaticFiles has none, and always both of these headers; an application's
    // fallback to index.html is routed, and a page.
    private static bool IsFile(HttpResponse answer, Endpoint? endpoint) =>
        endpoint is null
            ? answer.Headers.LastModified.Count > 0 && answer.Headers.ETag.Count > 0
            : endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null;

    /// <summary>Fetched in case somebody goes there. Who does is seen by the tracker's script only.</summary>
    private static bool IsAhead(IHeaderDictionary headers) =>
        Says(headers["Sec-Purpose"]) || Says(headers["Purpose"]) || Says(headers["X-Purpose"]) || Says(headers["X-Moz"]);

    private static bool Says(string? purpose) =>
        purpose is not null
        && (purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase)
            || purpose.Contains("prerender", StringComparison.OrdinalIgnoreCase)
            || purpose.Contains("preview", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whole pages that a script fetches in the browser's stead: Blazor's enhanced navigation, htmx's boosted links.</summary>
    private static bool IsEnhanced(IHeaderDictionary headers) =>
        headers.Accept.ToString().Contains("blazor-enhanced-nav=on", StringComparison.Ordinal) || headers.ContainsKey("HX-Boosted");
}
