using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Analytics.Storage;

namespace Analytics.QueryApi.Sites;

/// <summary>What a site may be called, which hosts it may have, which time zones there are, and whom it may leave out.</summary>
internal static partial class SiteRules
{
    public const int MaxDomains = 100;
    public const int MaxNameLength = 200;
    public const int MaxBlocked = 1000;

    public const string KeyRule =
        "A key is a domain or an id: 1 to 200 of a-z, 0-9, '.', '-', '_' and ':', beginning and ending with a letter or digit.";
    public const string DomainRule = "A domain is a host name like shop.example or an IPv4 address, without scheme, port and path.";

    public const string NetworkRule = "Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.";
    public const string BlockedPathRule = "A path begins with / or *, has at most 500 characters, and * stands for anything.";

    public static IReadOnlyList<string> IpStorages { get; } = [Site.TruncateIp, Site.DiscardIp];

    public static bool IsKey(string key) => Key.IsMatch(key);

    public static bool IsDomain(string domain) => domain.Length <= 253 && HostName.IsMatch(domain);

    public static bool IsBlockedPath(string path) => path.Length is > 0 and <= 500 && path[0] is '/' or '*' && !path.Any(char.IsControl);

    public static bool IsNetwork(string text) =>
        text.Split('/') is [var address, .. var length] && IsAddress(address)
        && (length.Length == 0 || (length.Length == 1 && IPNetwork.TryParse(text, out _)));

    /// <summary>192.0.2.7/24 is 192.0.2.0/24: an address's bits behind the length mean nothing.</summary>
    public static string NormalNetwork(string text) =>
        IsNetwork(text) && IPNetwork.TryParse(text, out var network) ? network.ToString() : text;

    // 192.0.2 and 7 are addresses too, by an old custom that nobody means.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : !text.Contains('%', StringComparison.Ordinal));

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
