namespace Analytics.QueryApi.Stats;

/// <summary>Names of events with a meaning of their own.</summary>
internal static class EventNames
{
    public const string Pageview = "pageview";
    public const string Click = "click";
    public const string Identify = "identify";

    /// <summary>What is collected without a line of the site's code. Every other name is a custom event.</summary>
    public static IReadOnlyList<string> Automatic { get; } =
    [
        Pageview, "pageleave", Identify, Click, "rage_click", "dead_click", "scroll", "outbound", "download",
        "input_focus", "form_start", "form_submit", "form_submit_success", "form_submit_error", "form_abandon",
        "key_activity", "media_play", "media_pause", "media_progress", "media_ended", "resize", "visibility", "error", "web_vital",
    ];

    /// <summary>That list as SQL.</summary>
    public static string AutomaticSql { get; } = $"({string.Join(", ", Automatic.Select(name => $"'{name}'"))})";
}
