namespace Analytics.Collector.Enrichment;

/// <summary>What advertising systems add to an address to name the one click. The value is as good as a person's number; the name says who added it.</summary>
internal static class ClickIds
{
    private static readonly (string Name, string Host, bool IsPaid)[] All =
    [
        ("gclid", "google.com", true), ("gbraid", "google.com", true), ("wbraid", "google.com", true), ("dclid", "ad.doubleclick.net", true),
        ("msclkid", "bing.com", true), ("yclid", "yandex.ru", true), ("li_fat_id", "linkedin.com", true), ("rdt_cid", "reddit.com", true),
        ("ttclid", "tiktok.com", true), ("twclid", "twitter.com", true), ("epik", "pinterest.com", true), ("sccid", "snapchat.com", true),
        ("irclickid", "impact.com", true),
        // On every link that leads out of it, paid or not.
        ("fbclid", "facebook.com", false),
    ];

    public static bool IsOne(ReadOnlySpan<char> name) => Find(name) is not null;

    /// <summary>Whose it is; null for no name of a click id.</summary>
    public static string? HostOf(ReadOnlySpan<char> name) => Find(name)?.Host;

    /// <summary>Whether it is added to advertisements only.</summary>
    public static bool IsPaid(ReadOnlySpan<char> name) => Find(name)?.IsPaid == true;

    private static (string Name, string Host, bool IsPaid)? Find(ReadOnlySpan<char> name)
    {
        foreach (var id in All)
        {
            if (name.Equals(id.Name, StringComparison.OrdinalIgnoreCase))
            {
                return id;
            }
        }

        return null;
    }
}
