namespace Analytics.Contracts;

/// <summary>A step of a funnel: which events take it.</summary>
/// <param name="Name">For people; where absent it follows from the event or the page.</param>
public sealed record FunnelStep(
    string? Event = null, string? Page = null, IReadOnlyList<PropCondition>? Props = null, string? Name = null)
    : EventMatch(Event, Page, Props);

/// <summary>A funnel to be asked about or saved.</summary>
/// <param name="Steps">2 to 10, in their order.</param>
/// <param name="Mode">ordered: whatever happens between two steps; strict: between them no other page view and no other event of one's own
/// (clicks, page leaves and whatever else trackers send by themselves do not count, unless a step asks for them).</param>
/// <param name="Window">Within how much time of the first step the others must follow.</param>
/// <param name="WindowUnit">seconds, minutes, hours or days.</param>
/// <param name="Unit">visitor: steps may lie in several sessions; session: all in one.</param>
/// <param name="Name">For people; needed to save it.</param>
public sealed record NewFunnel(
    IReadOnlyList<FunnelStep>? Steps = null, string? Mode = "ordered", int Window = 14, string? WindowUnit = "days", string? Unit = "visitor",
    string? Name = null);

/// <summary>A saved funnel.</summary>
/// <param name="Id">Names it in addresses; given when it is made.</param>
/// <param name="Steps">2 to 10, in their order.</param>
/// <param name="Mode">ordered or strict.</param>
/// <param name="Window">Within how much time of the first step the others must follow.</param>
/// <param name="WindowUnit">seconds, minutes, hours or days.</param>
/// <param name="Unit">visitor or session.</param>
public sealed record Funnel(
    string Id, string Name, IReadOnlyList<FunnelStep> Steps, string Mode, int Window, string WindowUnit, string Unit, DateTimeOffset Created)
    : ISaved;

/// <summary>How far visitors, or sessions, got through a funnel.</summary>
/// <param name="Unit">What is counted: visitor or session.</param>
/// <param name="Steps">One a step.</param>
/// <param name="Conversion">Those that took the last step ÷ those that took the first, 0 to 1.</param>
/// <param name="Rows">The same by the values of the dimension asked for, most first steps first; empty without one.</param>
public sealed record FunnelResponse(
    string Unit, string Mode, long WindowSeconds, IReadOnlyList<FunnelStepCount> Steps, double Conversion, string? By,
    IReadOnlyList<FunnelRow> Rows);

/// <param name="Value">The dimension's value at the first event that takes the first step.</param>
/// <param name="Conversion">Last step ÷ first, 0 to 1.</param>
public sealed record FunnelRow(string Value, IReadOnlyList<FunnelStepCount> Steps, double Conversion);

/// <param name="Count">Visitors, or sessions, that got at least to this step.</param>
/// <param name="DropOff">Those that took the step before and not this one; 0 for the first.</param>
/// <param name="FromStart">Count ÷ that of the first step, 0 to 1.</param>
/// <param name="FromPrevious">Count ÷ that of the step before, 0 to 1.</param>
/// <param name="MedianSeconds">Median of the time from the first step to this one; null for the first and where nobody came.</param>
/// <param name="AverageSeconds">Mean of it.</param>
public sealed record FunnelStepCount(
    string Name, long Count, long DropOff, double FromStart, double FromPrevious, double? MedianSeconds, double? AverageSeconds);
