using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Analytics.AspNetCore.Requests;

/// <summary>Addresses as they are sent: of a query only what the options name.</summary>
internal sealed class PageAddress(ActivityTrackerOptions options)
{
    private readonly bool whole = options.QueryParameters.Contains("*");
    private readonly HashSet<string> kept = new(options.QueryParameters, StringComparer.OrdinalIgnoreCase);

    public string Of(HttpRequest request) => Of(request, request.PathBase, request.Path, request.QueryString);

    /// <param name="path">As it came: what handles the request may have changed it.</param>
    public string Of(HttpRequest request, PathString pathBase, PathString path, QueryString query)
    {
        var sent = Keep(query);
        return request.Host.HasValue
            ? UriHelper.BuildAbsolute(request.Scheme, request.Host, pathBase, path, sent)
            : pathBase.Add(path).ToUriComponent() + sent.Value;
    }

    /// <summary>A page that the site names: an absolute address as it is, a path on the request's host.</summary>
    public static string Of(string page, HttpRequest? request) =>
        page is ['/', ..] && request is { Host.HasValue: true } ? $"{request.Scheme}://{request.Host.ToUriComponent()}{page}" : page;

    public string? Referrer(HttpRequest request)
    {
        if (request.Headers.Referer is not [{ Length: > 0 } referrer, ..])
        {
            return null;
        }

        var query = whole ? -1 : referrer.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? referrer : referrer[..query];
    }

    private QueryString Keep(QueryString query)
    {
        if (whole || !query.HasValue || query.Value!.Length == 1)
        {
            return query;
        }

        StringBuilder? text = null;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            if (kept.Contains(pair.DecodeName().ToString()))
            {
                (text ??= new("?")).Append(text.Length == 1 ? "" : "&").Append(pair.EncodedName).Append('=').Append(pair.EncodedValue);
            }
        }

        return text is null ? QueryString.Empty : new(text.ToString());
    }
}
