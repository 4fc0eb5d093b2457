using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// Names where a visit came from and by which channel, from the referrer's address and the UTM tags. The names are the Snowplow list's
/// (npm: referer-parser); the channels are the field's usual grouping.
/// </summary>
internal sealed class ReferrerSource
{
    private readonly FrozenDictionary<string, string[]> known = Load();

    // google -> Google: what a tag calls it, and what the list does.
    private readonly FrozenDictionary<string, string> names;

    public ReferrerSource()
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in known.Values)
        {
            found.TryAdd(entry[1], entry[1]);
        }

        names = found.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <param name="Referrer">The address without query and fragment; empty for a page of the same host.</param>
    /// <param name="Host">The referrer's; empty for the same.</param>
    internal readonly record struct Origin(string Referrer, string Host, string Source, string Channel);

    public Origin Of(string? referrer, PageAddress page)
    {
        var from = PageAddress.Parse(referrer);
        var external = from.Host.Length > 0 && !SameSite(from.Host, page.Host);
        var (medium, source) = external ? Lookup(from.Host, from.Path) : ("", "");
        var channel = Channel(page, medium, external);
        if (page.UtmSource.Length > 0)
        {
            // Else reports would hold both google, from tags, and Google, from referrers.
            source = names.GetValueOrDefault(page.UtmSource) ?? page.UtmSource;
        }

        return new(external ? from.Host + (from.Path == "/" ? "" : from.Path) : "", external ? from.Host : "", source, channel);
    }

    private static string Channel(PageAddress page, string medium, bool external)
    {
        var tag = page.UtmMedium.ToLowerInvariant();
        var paid = tag is "cpc" or "ppc" or "paid" or "paidsearch" or "paid_search" or "paidsocial" or "paid_social" || page.ClickId is
            "gclid" or "gbraid" or "wbraid" or "msclkid" or "dclid";
        return tag switch
        {
            "email" or "e-mail" or "newsletter" => "Email",
            "affiliate" => "Affiliates",
            "display" or "banner" or "cpm" => "Display",
            "sms" => "SMS",
            "push" => "Push",
            "organic" => "Organic Search",
            "social" => "Organic Social",
            "paidsocial" or "paid_social" => "Paid Social",
            _ when paid && medium == "social" => "Paid Social",
            _ when paid => "Paid Search",
            _ when medium == "search" => "Organic Search",
            _ when medium == "social" => "Organic Social",
            _ when medium == "email" => "Email",
            _ when external => "Referral",
            _ when page.UtmSource.Length > 0 || tag.Length > 0 => "Campaign",
            _ => "Direct",
        };
    }

    // The list names hosts at several levels and sometimes a path: the longest match has it.
    private (string Medium, string Source) Lookup(string host, string path)
    {
        var slash = path.IndexOf('/', 1);
        var firstStep = slash < 0 ? path : path[..slash];
        for (var name = host; name.Contains('.', StringComparison.Ordinal); name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (known.TryGetValue(name + path, out var entry) || known.TryGetValue(name + firstStep, out entry)
                || known.TryGetValue(name, out entry) || known.TryGetValue("www." + name, out entry))
            {
                return (entry[0], entry[1]);
            }
        }

        return ("", host.StartsWith("www.", StringComparison.Ordinal) ? host[4..] : host);
    }

    private static bool SameSite(string a, string b) => WithoutWww(a).SequenceEqual(WithoutWww(b));

    private static ReadOnlySpan<char> WithoutWww(string host) =>
        host.StartsWith("www.", StringComparison.Ordinal) ? host.AsSpan(4) : host;

    private static FrozenDictionary<string, string[]> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("enrichment/referrers.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
