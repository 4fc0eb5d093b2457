using Analytics.Contracts;

namespace Analytics.Dashboard;

/// <summary>What dimensions, their values and events are called on the screen.</summary>
internal static class Words
{
    public static string Dimension(string dimension) => dimension switch
    {
        "entry_page" => "Entry page",
        "exit_page" => "Exit page",
        "utm_campaign" => "Campaign",
        "os" => "System",
        _ => Capital(dimension),
    };

    public static string Of(string dimension, string value) => (dimension, value) switch
    {
        ("source", "") => "Direct or unknown",
        ("utm_campaign", "") => "No campaign",
        (_, "") => "Unknown",
        ("country", _) => Countries.NameOf(value),
        ("device", _) => Device(value),
        ("visitor", { Length: > 8 }) => value[..8],
        _ => value,
    };

    public static string Device(string device) => device == "tv" ? "TV" : Capital(device);

    /// <summary>Names of our own events in words; a custom event keeps the name its owner gave it.</summary>
    public static string Event(string name) => name switch
    {
        "pageview" => "Viewed the page",
        "pageleave" => "Left the page",
        "click" => "Clicked",
        "outbound" => "Followed a link out",
        "download" => "Downloaded",
        "scroll" => "Scrolled",
        "identify" => "Signed in",
        "purchase" => "Purchased",
        _ => name,
    };

    public static string EventIcon(string name) => name switch
    {
        "pageview" => "page",
        "pageleave" => "leave",
        "click" => "click",
        "outbound" => "outbound",
        "download" => "download",
        "scroll" => "scroll",
        "identify" => "user",
        "purchase" => "cart",
        _ => "spark",
    };

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
