using Analytics.Contracts;

namespace Analytics.QueryApi.Query;

/// <summary>
/// What the general query splits by and filters on, each written once. A dimension of events can change within a session (the page),
/// one of sessions is one value a session (where it came from); some are both. A list has several values an event (the products).
/// </summary>
/// <param name="OfEvent">Expression over <c>events AS event</c>, or null where only the whole session has the value.</param>
/// <param name="OfSession">Aggregate over <c>sessions AS s</c>, or null where it is not one value a session.</param>
internal sealed record QueryDimension(string Name, string Description, string? OfEvent, string? OfSession)
{
    public const string PropPrefix = "event:props:";
    private const string TraitPrefix = "user:props:";
    private const int MaxPropLength = 300;

    private const string DeviceName = "multiIf({0} = 'tv', 'TV', initcap({0}))";
    private const string Direct = "Direct / None";
    private const string DirectChannel = "Direct";
    private const string NotSet = "(not set)";

    public static QueryDimension Goal { get; } = new("event:goal", "goal that the event meets, by its name", null, null)
    {
        Kind = DimensionKind.Goal,
        ChoosesEvents = true,
    };

    public static IReadOnlyList<QueryDimension> All { get; } =
    [
        Goal,
        new("event:page", "path of the page", "event.path", null) { OnlyPageviews = true },
        new("event:hostname", "host of the page", "event.hostname", null) { OnlyPageviews = true },
        new("event:title", "title of the page", "event.title", null) { OnlyPageviews = true },
        new("event:name", "name of the event", "event.name", null) { ChoosesEvents = true },
        new("event:element", "CSS selector of the element", "event.element_selector", null) { ChoosesEvents = true },
        new("event:element_text", "text of the element", "event.element_text", null) { ChoosesEvents = true },
        new("event:href", "address that the element leads to", "event.element_href", null) { ChoosesEvents = true },
        new("event:form", "form, in events of forms", "event.props['form']", null) { ChoosesEvents = true },
        new("event:currency", "currency of the revenue", "event.currency", null) { ChoosesEvents = true },
        OfLines("event:product", "name of each product of the event", "line.1", "event.items.name"),
        OfLines("event:product_category", "category of each product of the event", "line.2", "event.items.category"),
        OfLines("event:sku", "stock keeping unit of each product of the event", "line.3", "event.items.sku"),
        new("visit:entry_page", "path of the session's first page", null, "argMinIfMerge(s.entry_page)"),
        new("visit:exit_page", "path of the session's last page", null, "argMaxIfMerge(s.exit_page)"),
        new("visit:entry_page_hostname", "host of the session's first page", null, "argMinIfMerge(s.entry_hostname)"),
        new("visit:exit_page_hostname", "host of the session's last page", null, $"any({FilterSql.Exits}.hostname)") { IsOfExits = true },
        new("visit:source", "name of where the session came from", null, "argMinIfMerge(s.entry_source)") { Empty = Direct },
        new("visit:referrer", "address that the session came from", null, "argMinIfMerge(s.entry_referrer)") { Empty = Direct },
        new("visit:channel", "family of the source (Organic Search, ...)", null,
            $"if(argMinIfMerge(s.entry_channel) = '', '{DirectChannel}', argMinIfMerge(s.entry_channel))"), // '': a session without a page view
        new("visit:utm_source", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_source)") { Empty = NotSet },
        new("visit:utm_medium", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_medium)") { Empty = NotSet },
        new("visit:utm_campaign", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_campaign)") { Empty = NotSet },
        new("visit:utm_content", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_content)") { Empty = NotSet },
        new("visit:utm_term", "UTM tag of the session's first page", null, "argMinIfMerge(s.entry_utm_term)") { Empty = NotSet },
        new("visit:click_id", "name of the advertising click id in the page's address (gclid, ...)", "event.click_id", null)
        {
            OnlyPageviews = true, Empty = NotSet,
        },
        new("visit:device", "Desktop, Mobile, Tablet, TV, Console or Wearable", Device("event.device"), Device("max(s.device)")) { Empty = NotSet },
        new("visit:browser", "browser", "event.browser", "max(s.browser)") { Empty = NotSet },
        new("visit:browser_version", "browser's version", "event.browser_version", null) { Empty = NotSet },
        new("visit:os", "operating system", "event.os", "max(s.os)") { Empty = NotSet },
        new("visit:os_version", "operating system's version", "event.os_version", null) { Empty = NotSet },
        new("visit:screen", "screen in CSS pixels, as 1920x1080",
            "if(event.screen_width = 0, '', concat(toString(event.screen_width), 'x', toString(event.screen_height)))", null) { Empty = NotSet },
        new("visit:language", "browser's language", "event.language", "max(s.language)") { Empty = NotSet },
        new("visit:timezone", "visitor's time zone", "event.timezone", null) { Empty = NotSet },
        new("visit:country", "country, ISO 3166-1 alpha-2", "event.country", "max(s.country)"),
        new("visit:country_name", "country, in English", "event.country", "max(s.country)") { Kind = DimensionKind.Country },
        new("visit:region", "region", "event.region", null),
        new("visit:region_name", "region", "event.region", null),
        new("visit:city", "city", "event.city", null),
        new("visit:city_name", "city", "event.city", null),
        new("visit:user", "user that identify named in the session", null, "max(s.user_id)") { Empty = "(none)" },
        .. TimeUnits.All.Select(unit => new QueryDimension(unit.Name, unit.Description, null, null) { Kind = DimensionKind.Time }),
    ];

    /// <summary>All names, for advice and documentation.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(dimension => dimension.Name), PropPrefix + "<name>", TraitPrefix + "<name>"];

    /// <summary>Those that filters take: time is said by the date range.</summary>
    public static IReadOnlyList<string> FilterNames { get; } =
        [.. All.Where(dimension => !dimension.IsTime).Select(dimension => dimension.Name), PropPrefix + "<name>", TraitPrefix + "<name>", "segment"];

    public DimensionKind Kind { get; private init; }

    /// <summary>Split by, it counts page views alone: a page's clicks are not further events of its title.</summary>
    public bool OnlyPageviews { get; private init; }

    /// <summary>It tells which events are meant, so that <see cref="OnlyPageviews"/> of another does not.</summary>
    public bool ChoosesEvents { get; private init; }

    /// <summary>What answers and filters say where nothing is known.</summary>
    public string Empty { get; private init; } = "";

    /// <summary>The list of an event's values, where each product has one.</summary>
    public string List { get; private init; } = "";

    /// <summary>Name of the property or trait, where it is one.</summary>
    public string Property { get; private init; } = "";

    /// <summary>Whether it needs <see cref="FilterSql.Sessions"/> with the hosts that sessions ended on, which their rows do not carry.</summary>
    public bool IsOfExits { get; private init; }

    public bool IsTime => Kind == DimensionKind.Time;

    /// <summary>Whether its values are single people, or what is known of them: reads by it are kept.</summary>
    public bool IsPerson => Name == "visit:user" || Kind == DimensionKind.Trait;

    /// <summary>Whether a pass over events has it in each row.</summary>
    public bool IsOfEvents => OfEvent is not null || Kind is DimensionKind.Goal or DimensionKind.Time;

    /// <summary>Whether a pass over sessions has it.</summary>
    public bool IsOfSessions => OfSession is not null || IsTime;

    public static QueryDimension? Find(string name)
    {
        if (Property(name, PropPrefix) is { } prop)
        {
            return new(name, "property of the event", "event.props[{0}]", null)
            {
                Kind = DimensionKind.Property,
                Property = prop,
                ChoosesEvents = true,
                Empty = "(none)",
            };
        }

        if (Property(name, TraitPrefix) is { } trait)
        {
            return new(name, "property of the user", "event.user_id", "max(s.user_id)")
            {
                Kind = DimensionKind.Trait,
                Property = trait,
                Empty = "(none)",
            };
        }

        return All.FirstOrDefault(dimension => dimension.Name == name);

        static string? Property(string name, string prefix) =>
            name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name.Length <= prefix.Length + MaxPropLength
                ? name[prefix.Length..]
                : null;
    }

    public string EventSql(SqlValues values) => Sql(OfEvent!, values);

    public string SessionSql(SqlValues values) => Sql(OfSession!, values);

    /// <summary>What an answer says for a value of the store.</summary>
    public string ToLabel(string stored) => stored.Length == 0 ? Empty : stored;

    /// <summary>What the store says for a value of a filter.</summary>
    public string ToStored(string label) => Name switch
    {
        "visit:channel" when label.Length == 0 => DirectChannel,
        _ when label == Empty => "",
        "visit:device" => label.Equals("tv", StringComparison.OrdinalIgnoreCase) ? "TV" : Capital(label),
        "visit:country_name" when label == "United States of America" => Countries.NameOf("US"), // as Plausible calls it
        _ => label,
    };

    private string Sql(string expression, SqlValues values) => Kind switch
    {
        DimensionKind.Property => expression.Replace("{0}", values.Text(Property), StringComparison.Ordinal),
        DimensionKind.Country =>
            $"transform(toString({expression}), {values.Texts(Countries.ByCode.Keys)}, {values.Texts(Countries.ByCode.Values)})",
        _ => expression,
    };

    private static QueryDimension OfLines(string name, string description, string ofLine, string list) =>
        new(name, description, ofLine, null) { Kind = DimensionKind.Line, ChoosesEvents = true, List = list };

    private static string Device(string expression) => DeviceName.Replace("{0}", expression, StringComparison.Ordinal);

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant();
}

internal enum DimensionKind
{
    /// <summary>An expression.</summary>
    Plain,

    /// <summary>A property of the event, named by the request.</summary>
    Property,

    /// <summary>What identify told of the event's user, named by the request.</summary>
    Trait,

    /// <summary>A country's code, shown as its name.</summary>
    Country,

    /// <summary>The goals that the event meets.</summary>
    Goal,

    /// <summary>A part of each product of the event.</summary>
    Line,

    /// <summary>A bucket of time.</summary>
    Time,
}
