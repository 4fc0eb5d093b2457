using Microsoft.AspNetCore.WebUtilities;

namespace Analytics.Dashboard.Components;

/// <summary>Addresses of the dashboard's own pages.</summary>
internal static class Addresses
{
    private static readonly string[] PeriodNames = ["period", "from", "to"];

    public static string Of(string site, string path = "", IEnumerable<KeyValuePair<string, string?>>? query = null)
    {
        var address = $"/sites/{Uri.EscapeDataString(site)}{(path.Length == 0 ? "" : $"/{path}")}";
        return query is null ? address : QueryHelpers.AddQueryString(address, query);
    }

    public static string Journey(string site, string session) => Of(site, $"sessions/{Uri.EscapeDataString(session)}");

    public static string Heatmap(string site, Period period, string hostname, string path) =>
        Of(site, "heatmap", [.. period.ToQuery(), new("host", hostname), new("page", path)]);

    /// <summary>The part of an address that names its period.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> PeriodOf(string uri)
    {
        var query = QueryHelpers.ParseQuery(new Uri(uri).Query);
        return PeriodNames.Where(query.ContainsKey).Select(name => KeyValuePair.Create(name, query[name].FirstOrDefault()));
    }

    /// <summary>A tracked address as a link, where it is one that cannot run script; else null, and it stays text.</summary>
    public static string? SafeLink(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri.AbsoluteUri
            : null;
}
