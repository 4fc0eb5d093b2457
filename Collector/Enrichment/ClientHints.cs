namespace Analytics.Collector.Enrichment;

/// <summary>
/// What a browser says of its device beside the user agent, which says less every year: Chrome's names Windows 10, macOS 10.15.7
/// and Android 10 whatever it runs on. Empty where nothing was sent.
/// </summary>
internal readonly record struct ClientHints(string Platform, string PlatformVersion, string Model, bool? IsMobile)
{
    private const int Longest = 64;

    public static ClientHints Of(IHeaderDictionary headers) => new(
        Text(headers["Sec-CH-UA-Platform"]), Text(headers["Sec-CH-UA-Platform-Version"]), Text(headers["Sec-CH-UA-Model"]),
        headers["Sec-CH-UA-Mobile"].ToString() switch { "?1" => true, "?0" => false, _ => null });

    /// <summary>The user agent's word, and the hints' where they know better.</summary>
    public UserAgent Refine(UserAgent agent)
    {
        if (string.IsNullOrEmpty(Platform) && IsMobile is null)
        {
            return agent;
        }

        var (os, version) = Platform switch
        {
            "Windows" => ("Windows", WindowsVersion),
            "macOS" => ("Mac OS X", Major(PlatformVersion)),
            "Android" => ("Android", Major(PlatformVersion)),
            "iOS" => ("iOS", Major(PlatformVersion)),
            "Chrome OS" or "Chromium OS" => ("Chrome OS", Major(PlatformVersion)),
            // Names the kernel where the user agent may know the distribution.
            "Linux" when agent.Os.Length == 0 => ("Linux", ""),
            _ => (agent.Os, ""),
        };
        var device = agent.Device is "tv" or "console" or "wearable" ? agent.Device
            : os == "Android" && Model?.Contains("TV", StringComparison.OrdinalIgnoreCase) == true ? "tv"
            : IsMobile == true ? "mobile"
            : IsMobile == false && os == "Android" ? "tablet"
            : IsMobile == false && os is "Windows" or "Mac OS X" or "Linux" or "Chrome OS" && agent.Device.Length == 0 ? "desktop"
            : agent.Device;
        return agent with { Os = os, OsVersion = version.Length > 0 ? version : os == agent.Os ? agent.OsVersion : "", Device = device };
    }

    // Microsoft's table: 13 and above is Windows 11, 1 to 10 are versions of Windows 10, 0 is what came before.
    private string WindowsVersion => int.TryParse(Major(PlatformVersion), out var major) ? major >= 13 ? "11" : major >= 1 ? "10" : "" : "";

    private static string Major(string? version)
    {
        var dot = version?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        return dot < 0 ? version ?? "" : version![..dot];
    }

    // A structured header's string: quoted.
    private static string Text(Microsoft.Extensions.Primitives.StringValues value) =>
        value.Count == 1 && value[0] is { Length: >= 2 and <= Longest } text && text[0] == '"' && text[^1] == '"' ? text[1..^1] : "";
}
