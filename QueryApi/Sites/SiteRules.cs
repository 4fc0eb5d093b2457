using System.Text.RegularExpressions;

namespace Analytics.QueryApi.Sites;

/// <summary>What a site may be called, which hosts it may have and which time zones there are.</summary>
internal static partial class SiteRules
{
    public const int MaxDomains = 100;
    public const int MaxNameLength = 200;

    public const string KeyRule =
        "A key is a domain or an id: 1 to 200 of a-z, 0-9, '.', '-', '_' and ':', beginning and ending with a letter or digit.";
    public const string DomainRule = "A domain is a host name like shop.example or an IPv4 address, without scheme, port and path.";

    public static bool IsKey(string key) => Key.IsMatch(key);

    public static bool IsDomain(string domain) => domain.Length <= 253 && HostName.IsMatch(domain);

    /// <summary>
    /// The zone of an IANA name, or null. Windows' names and what is no name at all are refused before the file system is asked.
    /// </summary>
    public static TimeZoneInfo? FindZone(string name) =>
        ZoneName.IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    [GeneratedRegex("^[a-z0-9]([a-z0-9._:-]{0,198}[a-z0-9])?\\z")]
    private static partial Regex Key { get; }

    [GeneratedRegex("^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\\z")]
    private static partial Regex HostName { get; }

    [GeneratedRegex("^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\\z")]
    private static partial Regex ZoneName { get; }
}
