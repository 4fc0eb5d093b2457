namespace Analytics.QueryApi.Stats;

/// <summary>Names of events with a meaning of their own.</summary>
internal static class EventNames
{
    public const string Pageview = "pageview";
    public const string Click = "click";

    /// <summary>What is collected without a line of the site's code. Every other name is a custom event.</summary>
    public static IReadOnlyList<string> Automatic { get; } = [Pageview, "identify", Click, "scroll", "pageleave", "outbound", "download"];

    /// <summary>That list as SQL.</summary>
    public static string AutomaticSql { get; } = $"({string.Join(", ", Automatic.Select(name => $"'{name}'"))})";
}
