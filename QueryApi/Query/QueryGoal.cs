using Analytics.Contracts;

namespace Analytics.QueryApi.Query;

/// <summary>A goal of the site as the general query sees it.</summary>
internal sealed record QueryGoal(Goal Goal)
{
    public string Name => Goal.Name;

    /// <summary>That an event meets it, over <c>events AS event</c>.</summary>
    public string Condition(SqlValues values) => values.Match(Goal);
}
