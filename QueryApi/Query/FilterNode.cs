namespace Analytics.QueryApi.Query;

/// <summary>A condition of a query: one of a dimension, or several put together.</summary>
internal abstract record FilterNode
{
    /// <summary>As it stands in a request.</summary>
    public abstract object ToJson();

    /// <summary>The conditions of single dimensions in it, but for those of <see cref="FilterDone"/>, which are about other events.</summary>
    public abstract IEnumerable<FilterLeaf> Leaves { get; }

    /// <summary>The regular expressions in it.</summary>
    public IEnumerable<string> Expressions => this switch
    {
        FilterLeaf leaf when FilterOperators.Split(leaf.Operator).Positive == FilterOperators.Matches => leaf.Values,
        FilterGroup group => group.Nodes.SelectMany(node => node.Expressions),
        FilterNot not => not.Node.Expressions,
        FilterDone done => done.Node.Expressions,
        _ => [],
    };

    /// <summary>The single people, or traits of theirs, that it asks for.</summary>
    public IEnumerable<string> People => this switch
    {
        FilterLeaf { Dimension.IsPerson: true } leaf => leaf.Values,
        FilterGroup group => group.Nodes.SelectMany(node => node.People),
        FilterNot not => not.Node.People,
        FilterDone done => done.Node.People,
        _ => [],
    };

    /// <summary>Whether rows of sessions do not suffice to decide it.</summary>
    public bool NeedsEvents => Leaves.Any(leaf => !leaf.Dimension.IsOfSessions);

    /// <summary>Whether rows of events do not suffice to decide it.</summary>
    public bool NeedsSessions => this is FilterDone || Leaves.Any(leaf => !leaf.Dimension.IsOfEvents);
}

/// <summary>One dimension has one of the values.</summary>
/// <param name="Operator">One of <see cref="FilterOperators"/>.</param>
/// <param name="Goals">The goals that are meant, where the dimension is the goal.</param>
internal sealed record FilterLeaf(
    string Operator, QueryDimension Dimension, IReadOnlyList<string> Values, bool CaseSensitive, IReadOnlyList<QueryGoal> Goals) : FilterNode
{
    public override IEnumerable<FilterLeaf> Leaves => [this];

    public override object ToJson() => CaseSensitive
        ? new object[] { Operator, Dimension.Name, Values }
        : new object[] { Operator, Dimension.Name, Values, new Dictionary<string, bool> { ["case_sensitive"] = false } };
}

/// <summary>All of them, or any.</summary>
internal sealed record FilterGroup(bool All, IReadOnlyList<FilterNode> Nodes) : FilterNode
{
    public static readonly FilterGroup Nothing = new(true, []);

    public override IEnumerable<FilterLeaf> Leaves => Nodes.SelectMany(node => node.Leaves);

    public override object ToJson() => new object[] { All ? "and" : "or", Nodes.Select(node => node.ToJson()).ToArray() };

    /// <summary>Without the conditions at its top that <paramref name="what"/> picks.</summary>
    public FilterGroup Without(Func<FilterLeaf, bool> what) => this with { Nodes = [.. Nodes.Where(node => node is not FilterLeaf leaf || !what(leaf))] };
}

/// <summary>Not that.</summary>
internal sealed record FilterNot(FilterNode Node) : FilterNode
{
    public override IEnumerable<FilterLeaf> Leaves => Node.Leaves;

    public override object ToJson() => new object[] { "not", Node.ToJson() };
}

/// <summary>An event of the same session, or none, meets that.</summary>
internal sealed record FilterDone(bool Done, FilterNode Node) : FilterNode
{
    public override IEnumerable<FilterLeaf> Leaves => [];

    public override object ToJson() => new object[] { Done ? "has_done" : "has_not_done", Node.ToJson() };
}

internal static class FilterOperators
{
    public const string Is = "is";
    public const string IsNot = "is_not";
    public const string Contains = "contains";
    public const string ContainsNot = "contains_not";
    public const string Matches = "matches";
    public const string MatchesNot = "matches_not";
    public const string MatchesWildcard = "matches_wildcard";
    public const string MatchesWildcardNot = "matches_wildcard_not";

    /// <summary>Those of one dimension.</summary>
    public static IReadOnlyList<string> OfDimensions { get; } =
        [Is, IsNot, Contains, ContainsNot, Matches, MatchesNot, MatchesWildcard, MatchesWildcardNot];

    /// <summary>All that a filter begins with; the last is an older word of Plausible's for contains_not.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. OfDimensions, "and", "or", "not", "has_done", "has_not_done", "does_not_contain"];

    /// <summary>The operator without its "not", and whether it had one.</summary>
    public static (string Positive, bool Negated) Split(string name) => name switch
    {
        IsNot => (Is, true),
        ContainsNot => (Contains, true),
        MatchesNot => (Matches, true),
        MatchesWildcardNot => (MatchesWildcard, true),
        _ => (name, false),
    };
}
