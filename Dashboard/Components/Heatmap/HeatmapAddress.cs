using Analytics.Contracts;

namespace Analytics.Dashboard.Components.Heatmap;

/// <summary>Where the picture behind a heatmap comes from: the tracked page itself, if it is one that may be shown.</summary>
internal static class HeatmapAddress
{
    private const string Demo = "/demo/";

    /// <summary>
    /// The address to frame, or null. Hosts and paths were sent by strangers: only hosts of the site's own domains are framed, and of
    /// our own host only the demo.
    /// </summary>
    public static string? OfPage(SiteResponse site, string hostname, string path, Uri dashboard)
    {
        if (!path.StartsWith('/'))
        {
            return null;
        }

        if (string.Equals(hostname, dashboard.Host, StringComparison.OrdinalIgnoreCase) && Build(dashboard, hostname, path) is { } own)
        {
            return own.AbsolutePath.StartsWith(Demo, StringComparison.Ordinal) ? own.PathAndQuery : null;
        }

        return site.Domains.Any(domain => IsWithin(hostname, domain)) && Uri.TryCreate($"https://{hostname}", UriKind.Absolute, out var root)
            ? Build(root, hostname, path)?.AbsoluteUri
            : null;
    }

    private static bool IsWithin(string hostname, string domain) =>
        domain.Length > 0
        && (hostname.Equals(domain, StringComparison.OrdinalIgnoreCase) || hostname.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase));

    // The result is looked at and not the text: "//elsewhere/" and "/demo/../" are only seen through once they are resolved.
    private static Uri? Build(Uri root, string hostname, string path) =>
        Uri.TryCreate(root, path, out var uri) && uri.Scheme == root.Scheme && uri.Host.Equals(hostname, StringComparison.OrdinalIgnoreCase)
        && uri.UserInfo.Length == 0 && !uri.AbsolutePath.StartsWith("//", StringComparison.Ordinal)
            ? uri
            : null;
}
