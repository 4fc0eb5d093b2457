namespace Analytics.QueryApi.Compatibility;

/// <summary>
/// Goes between a page's address and what is stored of it, host and path. The scheme is not stored, nor are query and fragment part of
/// the page: <c>http://Shop.example/p?x=1#top</c> and <c>https://shop.example/p</c> are one page. What has no host is a page from disk where
/// its path begins with a drive, and otherwise the path alone, which is how some contracts name their pages.
/// </summary>
internal static class PageAddress
{
    public static string Of(string hostname, string path) =>
        hostname.Length > 0 ? $"https://{hostname}{path}"
        : path is ['/', _, ':', '/', ..] ? $"file://{path}"
        : path;

    /// <summary>
    /// The ways in which an address may have been stored: its host as it is written and as it is resolved, its path escaped or not, with a
    /// closing slash or not. No hosts: a path alone, on whatever host.
    /// </summary>
    public static (IReadOnlyList<string> Hostnames, IReadOnlyList<string> Paths) Parse(string url)
    {
        var text = url.Trim();
        if (text.StartsWith('/') || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            return ([], Spellings(text.Split('?', '#')[0]));
        }

        // The framework reads file:///C:/x as C:/x; as sent, the path begins with a slash.
        var path = uri.IsFile && !uri.AbsolutePath.StartsWith('/') ? "/" + uri.AbsolutePath : uri.AbsolutePath;
        return ([.. new[] { uri.Host.ToLowerInvariant(), uri.IdnHost.ToLowerInvariant() }.Distinct()], Spellings(path));
    }

    private static List<string> Spellings(string path)
    {
        var spellings = new HashSet<string>(StringComparer.Ordinal);
        foreach (var spelling in (ReadOnlySpan<string>)[path, Uri.UnescapeDataString(path), Escape(path)])
        {
            spellings.Add(spelling);
            var bare = spelling.TrimEnd('/');
            spellings.Add(bare.Length > 0 ? bare : "/");
            spellings.Add(bare + "/");
        }

        return [.. spellings];
    }

    private static string Escape(string path) =>
        string.Join('/', path.Split('/').Select(part => Uri.EscapeDataString(Uri.UnescapeDataString(part)).Replace("%3A", ":", StringComparison.Ordinal)));
}
