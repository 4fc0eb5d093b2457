namespace Analytics.QueryApi.Stats;

/// <summary>Names and ids that callers choose may hold a slash, the one character that the web server leaves escaped in a path.</summary>
internal static class RouteText
{
    public static string Of(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
