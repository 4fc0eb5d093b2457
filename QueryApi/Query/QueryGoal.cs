namespace Analytics.QueryApi.Query;

/// <summary>A goal of the site as the general query sees it.</summary>
/// <param name="Condition">The condition over <c>events AS event</c> that an event meets with it.</param>
internal sealed record QueryGoal(string Name, Func<SqlValues, string> Condition);
