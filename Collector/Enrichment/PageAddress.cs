namespace Analytics.Collector.Enrichment;

/// <summary>
/// A page's address, split as it is stored: host, path and query. Left out are fragments, the values of advertising click ids, user and
/// password before the host, and what <see cref="Secrets"/> tells; the UTM tags stand apart.
/// </summary>
internal sealed class PageAddress
{
    public const int MaxPart = 2000;

    public static readonly PageAddress None = new();

    public string Host { get; private init; } = "";
    public string Path { get; private init; } = "";
    public string Query { get; private set; } = "";
    public string ClickId { get; private set; } = "";
    public string UtmSource { get; private set; } = "";
    public string UtmMedium { get; private set; } = "";
    public string UtmCampaign { get; private set; } = "";
    public string UtmTerm { get; private set; } = "";
    public string UtmContent { get; private set; } = "";

    /// <summary>A whole address, or a path alone. What is neither becomes a path, so that nothing is lost.</summary>
    public static PageAddress Parse(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            return None;
        }

        var rest = url.AsSpan().Trim();
        var fragment = rest.IndexOf('#');
        if (fragment >= 0)
        {
            rest = rest[..fragment];
        }

        ReadOnlySpan<char> query = default;
        var mark = rest.IndexOf('?');
        if (mark >= 0)
        {
            query = rest[(mark + 1)..];
            rest = rest[..mark];
        }

        var host = "";
        var scheme = rest.StartsWith("//", StringComparison.Ordinal) ? 0 : rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var isFile = rest[..scheme].Equals("file", StringComparison.OrdinalIgnoreCase);
            rest = rest[(scheme == 0 ? 2 : scheme + 3)..];
            var slash = rest.IndexOf('/');
            var authority = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? "/" : rest[slash..];
            host = isFile ? "" : HostOf(authority);
        }

        var address = new PageAddress { Host = host, Path = Cut(CleanPath(rest is "" ? "/" : rest)) };
        address.ReadQuery(query);
        return address;
    }

    /// <summary>
    /// An address as text, for what is not a page: links, sources of media, addresses in props. Clean as a page's, its UTM tags
    /// kept. Of <c>mailto:</c> and its kin only the scheme is left, of anything else the text.
    /// </summary>
    public static string Clean(string? url)
    {
        if (string.IsNullOrEmpty(url))
        {
            return "";
        }

        var colon = url.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && url.AsSpan(0, colon).Trim().ToString().ToLowerInvariant() is "mailto" or "tel" or "sms" or "data" or "javascript" or "blob")
        {
            return url[..(colon + 1)];
        }

        var mark = url.AsSpan().IndexOfAny('?', '#');
        var address = Parse(mark < 0 ? url : url[..mark]);
        var authority = url.StartsWith("//", StringComparison.Ordinal) ? 0 : url.IndexOf("://", StringComparison.Ordinal);
        var isAbsolute = authority >= 0 && (mark < 0 || authority < mark);
        var start = isAbsolute ? string.Concat(url.AsSpan(0, authority == 0 ? 0 : authority + 1), "//", address.Host) : "";
        var end = mark < 0 ? url.Length : mark;
        var hasPath = isAbsolute ? url.IndexOf('/', authority == 0 ? 2 : authority + 3, end - (authority == 0 ? 2 : authority + 3)) >= 0 : mark != 0;
        var path = hasPath ? address.Path : "";
        return start + path + CleanQuery(mark >= 0 && url[mark] == '?' ? url.AsSpan(mark + 1) : default);
    }

    private static string CleanQuery(ReadOnlySpan<char> query)
    {
        var fragment = query.IndexOf('#');
        var kept = new System.Text.StringBuilder();
        foreach (var range in (fragment < 0 ? query : query[..fragment]).Split('&'))
        {
            var pair = (fragment < 0 ? query : query[..fragment])[range];
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            if (!name.IsEmpty && !ClickIds.IsOne(name) && !Secrets.IsNamed(name) && !Secrets.IsValue(pair[name.Length..]))
            {
                kept.Append(kept.Length == 0 ? '?' : '&').Append(pair);
            }
        }

        return kept.ToString();
    }

    /// <summary>Without the parameters that some servers put into paths (<c>;jsessionid=...</c>), and without names of people.</summary>
    private static ReadOnlySpan<char> CleanPath(ReadOnlySpan<char> path)
    {
        if (path.IndexOfAny(';', '@', '%') < 0 && !path.Contains("/eyJ", StringComparison.Ordinal))
        {
            return path;
        }

        var kept = new System.Text.StringBuilder(path.Length);
        foreach (var range in path.Split('/'))
        {
            var step = path[range];
            var parameters = step.IndexOf(';');
            if (parameters >= 0 && step[parameters..].Contains('='))
            {
                step = step[..parameters];
            }

            kept.Append(range.Start.Value == 0 ? "" : "/").Append(Secrets.IsValue(step) ? "***" : step);
        }

        return kept.ToString();
    }

    private void ReadQuery(ReadOnlySpan<char> query)
    {
        if (query.IsEmpty)
        {
            return;
        }

        var kept = new System.Text.StringBuilder();
        foreach (var range in query.Split('&'))
        {
            var pair = query[range];
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            if (name.IsEmpty)
            {
                continue;
            }

            var value = equals < 0 ? default : pair[(equals + 1)..];
            if (ClickIds.IsOne(name))
            {
                ClickId = ClickId.Length == 0 ? name.ToString().ToLowerInvariant() : ClickId;
                continue;
            }

            if (Secrets.IsNamed(name) || Secrets.IsValue(value))
            {
                continue;
            }

            if (name.StartsWith("utm_", StringComparison.OrdinalIgnoreCase) && TakeUtm(name[4..], value))
            {
                continue;
            }

            kept.Append(kept.Length == 0 ? "" : "&").Append(pair);
        }

        Query = Cut(kept.ToString());
    }

    private bool TakeUtm(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        var text = Decode(value);
        switch (name)
        {
            case "source": UtmSource = text; return true;
            case "medium": UtmMedium = text; return true;
            case "campaign": UtmCampaign = text; return true;
            case "term": UtmTerm = text; return true;
            case "content": UtmContent = text; return true;
            default: return false;
        }
    }

    private static string Decode(ReadOnlySpan<char> value)
    {
        return Cut(Uri.UnescapeDataString(value.ToString().Replace('+', ' ')), 200);
    }

    /// <summary>The host alone, in lower case: without user, port and a final dot.</summary>
    public static string HostOf(ReadOnlySpan<char> authority)
    {
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            authority = authority[(at + 1)..];
        }

        var port = authority.LastIndexOf(':');
        if (port >= 0 && authority.LastIndexOf(']') < port)
        {
            authority = authority[..port];
        }

        authority = authority.TrimEnd('.');
        return authority.Length > 253 ? "" : authority.ToString().ToLowerInvariant();
    }

    // Not in the middle of a character.
    private static string Cut(ReadOnlySpan<char> text, int length = MaxPart) =>
        (text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]).ToString();
}
