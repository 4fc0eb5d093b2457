namespace Analytics.QueryApi.Stats;

/// <summary>
/// What numbers can be split by and filtered on, each written once. A dimension of sessions is one value a session (where it came
/// from, where it began); one of events can change within a session (the page).
/// </summary>
/// <param name="OfEvent">Expression over <c>events AS event</c>, or null where only the whole session has the value.</param>
/// <param name="OfSession">Aggregate over <c>sessions AS s</c>, or null where it is not one value a session.</param>
internal sealed record Dimension(string Name, string Description, string? OfEvent, string? OfSession)
{
    public static IReadOnlyList<Dimension> All { get; } =
    [
        new("page", "path of the page", "event.path", null) { OnlyPageviews = true },
        new("hostname", "host of the page", "event.hostname", null) { OnlyPageviews = true },
        new("title", "title of the page", "event.title", null) { OnlyPageviews = true },
        new("entry_page", "path of the session's first page", null, "argMinIfMerge(s.entry_page)"),
        new("exit_page", "path of the session's last page", null, "argMaxIfMerge(s.exit_page)"),
        new("source", "name of where the session came from", null, "argMinIfMerge(s.entry_source)"),
        new("channel", "family of that source (Organic Search, ...)", null, "argMinIfMerge(s.entry_channel)"),
        new("referrer", "address that the session came from", null, "argMinIfMerge(s.entry_referrer)"),
        new("utm_source", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_source)"),
        new("utm_medium", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_medium)"),
        new("utm_campaign", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_campaign)"),
        new("utm_term", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_term)"),
        new("utm_content", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_content)"),
        new("device", "desktop, mobile, tablet, tv, console or wearable", "event.device", "max(s.device)"),
        new("browser", "browser", "event.browser", "max(s.browser)"),
        new("browser_version", "browser's version", "event.browser_version", null),
        new("os", "operating system", "event.os", "max(s.os)"),
        new("os_version", "operating system's version", "event.os_version", null),
        new("country", "country, ISO 3166-1 alpha-2", "event.country", "max(s.country)"),
        new("region", "region", "event.region", null),
        new("city", "city", "event.city", null),
        new("language", "browser's language", "event.language", "max(s.language)"),
        new("timezone", "visitor's time zone", "event.timezone", null),
        new("event", "name of the event", "event.name", null),
        new("user", "user that identify named in the session", null, "max(s.user_id)") { IsPerson = true },
        new("visitor", "visitor: 16 hex digits as in answers, or the id that the tracker sent", "event.visitor_id", "any(s.visitor_id)")
        {
            IsId = true,
            IsPerson = true,
        },
    ];

    /// <summary>Split by, it counts page views alone: a page's clicks are not further rows of its title.</summary>
    public bool OnlyPageviews { get; private init; }

    /// <summary>A 64-bit id, which can be filtered on and not split by.</summary>
    public bool IsId { get; private init; }

    /// <summary>Whether its values are single people: reads by it are kept.</summary>
    public bool IsPerson { get; private init; }

    /// <summary>Those that a breakdown takes.</summary>
    public static IReadOnlyList<string> BreakdownNames { get; } =
        [.. All.Where(dimension => !dimension.IsId).Select(dimension => dimension.Name)];

    public static Dimension? Find(string name) => All.FirstOrDefault(dimension => dimension.Name == name);

    /// <summary>The values of a filter as a ClickHouse parameter, and its type.</summary>
    public (string Type, object Values) Parameter(IReadOnlyList<string> values) => IsId
        ? ("Array(UInt64)", values.SelectMany(IdText.Candidates).ToArray())
        : ("Array(String)", values);
}
