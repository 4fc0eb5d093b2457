using System.Text.RegularExpressions;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Query;

/// <summary>
/// Filters as conditions over rows of events or of sessions. What one kind of row cannot tell is asked of the other: events whose session
/// is one of those that match, sessions that have an event that matches. Conditions that must hold together are asked about together, so
/// that one event has to meet them all.
/// </summary>
internal sealed class FilterSql(SqlValues values)
{
    // Sessions of the period's events begin up to a day before it, and go on for up to a day after it.
    private const string AroundPeriod = "event.site_id = {site:UInt32}"
        + " AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')} - INTERVAL 1 DAY) AND event.timestamp >= {from:DateTime64(3, 'UTC')} - INTERVAL 1 DAY"
        + " AND toDate(event.timestamp) <= toDate({to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY) AND event.timestamp < {to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY";

    /// <summary>The table of <see cref="Sessions"/> that tells on which host a session ended.</summary>
    public const string Exits = "exits";

    private const string WithExits = $"""
        sessions AS s LEFT JOIN
        (
            SELECT event.session_id AS session_id, argMax(event.hostname, event.timestamp) AS hostname
            FROM events AS event
            WHERE {AroundPeriod} AND event.name = 'pageview'
            GROUP BY event.session_id
        ) AS {Exits} ON {Exits}.session_id = s.session_id
        """;

    /// <summary>What rows of sessions, <c>s</c>, are read from, where these dimensions are asked for.</summary>
    public static string Sessions(IEnumerable<QueryDimension> dimensions) =>
        dimensions.Any(dimension => dimension.IsOfExits) ? WithExits : "sessions AS s";

    /// <summary>Over <c>events AS event</c>.</summary>
    public string OnEvents(FilterNode node) => node switch
    {
        FilterLeaf leaf => leaf.Dimension.IsOfEvents ? OnEvent(leaf) : OfSessions(leaf),
        FilterGroup group => Join(group, child => !IsOfSessionsAlone(child), OnEvents, OfSessions),
        FilterNot not => $"NOT ({OnEvents(not.Node)})",
        FilterDone done => Done("event.session_id", done),
        _ => throw new InvalidOperationException($"{node.GetType()} has no SQL."),
    };

    /// <summary>Over <c>sessions AS s</c>, grouped by session.</summary>
    public string OnSessions(FilterNode node) => node switch
    {
        FilterDone done => Done("s.session_id", done),
        _ when IsOfEventsAlone(node) => WithEvents(node),
        FilterLeaf leaf => OnSession(leaf),
        FilterGroup group => Join(group, child => !IsOfEventsAlone(child), OnSessions, WithEvents),
        FilterNot not => $"NOT ({OnSessions(not.Node)})",
        _ => throw new InvalidOperationException($"{node.GetType()} has no SQL."),
    };

    private static bool IsOfSessionsAlone(FilterNode node) =>
        node is not FilterDone && node.Leaves.Any() && node.Leaves.All(leaf => !leaf.Dimension.IsOfEvents);

    private static bool IsOfEventsAlone(FilterNode node) => node.NeedsEvents && !node.NeedsSessions && !Contains<FilterDone>(node);

    private static bool Contains<T>(FilterNode node) => node is T
        || (node is FilterGroup group && group.Nodes.Any(Contains<T>)) || (node is FilterNot not && Contains<T>(not.Node));

    private static string Join(FilterGroup group, Func<FilterNode, bool> isOwn, Func<FilterNode, string> own, Func<FilterNode, string> others)
    {
        var parts = group.Nodes.Where(isOwn).Select(own).ToList();
        var rest = group.Nodes.Where(node => !isOwn(node)).ToList();
        if (rest.Count > 0)
        {
            parts.Add(others(rest.Count == 1 ? rest[0] : group with { Nodes = rest }));
        }

        return parts.Count == 0 ? (group.All ? "1" : "0") : string.Join(group.All ? " AND " : " OR ", parts.Select(part => $"({part})"));
    }

    private string OfSessions(FilterNode node) => $"""
        event.session_id IN
        (
            SELECT s.session_id FROM {Sessions(node.Leaves.Select(leaf => leaf.Dimension))}
            WHERE {SessionRows.InPeriod} GROUP BY s.session_id HAVING {OnSessions(node)}
        )
        """;

    private string WithEvents(FilterNode node) => $"""
        s.session_id IN
        (
            SELECT event.session_id FROM events AS event WHERE {EventRows.InSessionsOfPeriod} AND ({OnEvents(node)})
        )
        """;

    private string Done(string session, FilterDone done) => $"""
        {session} {(done.Done ? "" : "NOT ")}IN
        (
            SELECT event.session_id FROM events AS event WHERE {AroundPeriod} AND ({OnEvents(done.Node)})
        )
        """;

    private string OnEvent(FilterLeaf leaf) => leaf.Dimension.Kind switch
    {
        DimensionKind.Goal => Met(leaf),
        DimensionKind.Line => Predicate(leaf, leaf.Dimension.List, isList: true),
        DimensionKind.Trait => OfUsers(leaf, "event.user_id"),
        _ => Predicate(leaf, leaf.Dimension.EventSql(values), isList: false),
    };

    private string OnSession(FilterLeaf leaf) => leaf.Dimension.Kind == DimensionKind.Trait
        ? OfUsers(leaf, "max(s.user_id)")
        : Predicate(leaf, leaf.Dimension.SessionSql(values), isList: false);

    private string Met(FilterLeaf leaf)
    {
        var any = leaf.Goals.Count == 0 ? "0" : string.Join(" OR ", leaf.Goals.Select(goal => $"({goal.Condition(values)})"));
        return FilterOperators.Split(leaf.Operator).Negated ? $"NOT ({any})" : any;
    }

    // What identify told last of a user counts.
    private string OfUsers(FilterLeaf leaf, string user)
    {
        var prop = $"identified.props[{values.Text(leaf.Dimension.Property)}]";
        var positive = leaf with { Operator = FilterOperators.Split(leaf.Operator).Positive };
        return $$"""
            {{user}} {{(positive.Operator == leaf.Operator ? "" : "NOT ")}}IN
            (
                SELECT identified.user_id FROM events AS identified
                WHERE identified.site_id = {site:UInt32} AND identified.name = 'identify' AND identified.user_id != ''
                GROUP BY identified.user_id
                HAVING {{Predicate(positive, $"argMax({prop}, identified.timestamp)", isList: false)}}
            )
            """;
    }

    private string Predicate(FilterLeaf leaf, string expression, bool isList)
    {
        var (name, negated) = FilterOperators.Split(leaf.Operator);
        var condition = isList ? $"arrayExists(item -> {Any(leaf, name, "item")}, {expression})" : Any(leaf, name, expression);
        return negated ? $"NOT ({condition})" : condition;
    }

    private string Any(FilterLeaf leaf, string name, string text)
    {
        var cased = leaf.CaseSensitive ? text : $"lowerUTF8({text})";
        switch (name)
        {
            case FilterOperators.Is:
                return $"{cased} IN {values.Texts(leaf.Values.Select(value => Cased(leaf, leaf.Dimension.ToStored(value))))}";
            case FilterOperators.Contains:
                return Or(leaf.Values.Select(value => $"position({cased}, {values.Text(Cased(leaf, value))}) > 0"));
            default:
                var flags = leaf.CaseSensitive ? "" : "(?i)";
                var expressions = leaf.Values.Select(value => flags + (name == FilterOperators.Matches ? value : Wildcards(value)));
                return Or(expressions.Select(expression => $"match({text}, {values.Text(expression)})"));
        }
    }

    private static string Cased(FilterLeaf leaf, string value) => leaf.CaseSensitive ? value : value.ToLowerInvariant();

    private static string Or(IEnumerable<string> conditions) => $"({string.Join(" OR ", conditions)})";

    // * stands for anything. RE2 knows the escapes that Regex.Escape writes, but for that of a space.
    private static string Wildcards(string value) =>
        $"^{string.Join(".*", value.Split('*').Select(part => Regex.Escape(part).Replace("\\ ", " ", StringComparison.Ordinal)))}$";
}
