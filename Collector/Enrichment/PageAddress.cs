namespace Analytics.Collector.Enrichment;

/// <summary>
/// A page's address, split as it is stored: host, path and query. Fragments and the values of advertising click ids are
/// left out; the UTM tags stand apart.
/// </summary>
internal sealed class PageAddress
{
    public const int MaxPart = 2000;

    public static readonly PageAddress None = new();

    // What advertising systems add to name the one click; each is as good as a person's number.
    private static readonly string[] ClickIds =
        ["gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid", "li_fat_id", "yclid", "sccid", "rdt_cid", "epik", "irclickid"];

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
        var scheme = rest.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            var isFile = rest[..scheme].Equals("file", StringComparison.OrdinalIgnoreCase);
            rest = rest[(scheme + 3)..];
            var slash = rest.IndexOf('/');
            var authority = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? "/" : rest[slash..];
            host = isFile ? "" : HostOf(authority);
        }

        var address = new PageAddress { Host = host, Path = Cut(rest is "" ? "/" : rest) };
        address.ReadQuery(query);
        return address;
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
            if (IsClickId(name))
            {
                ClickId = ClickId.Length == 0 ? name.ToString().ToLowerInvariant() : ClickId;
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
        var text = Uri.UnescapeDataString(value.ToString().Replace('+', ' '));
        return text.Length > 200 ? text[..200] : text;
    }

    private static bool IsClickId(ReadOnlySpan<char> name)
    {
        foreach (var id in ClickIds)
        {
            if (name.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
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

    private static string Cut(ReadOnlySpan<char> text) => (text.Length > MaxPart ? text[..MaxPart] : text).ToString();
}
