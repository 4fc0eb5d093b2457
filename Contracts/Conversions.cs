namespace Analytics.Contracts;

/// <summary>How often a site's goals were reached.</summary>
/// <param name="Visitors">Different visitors of the period: what rates are of.</param>
/// <param name="Goals">One a goal, most conversions first; also those that nobody reached.</param>
public sealed record ConversionsResponse(long Visitors, IReadOnlyList<GoalConversions> Goals);

/// <param name="Id">The goal's.</param>
/// <param name="Conversions">Events that match the goal.</param>
/// <param name="Converters">Different visitors with at least one of them.</param>
/// <param name="Rate">Converters ÷ visitors, 0 to 1; 0 without visitors.</param>
/// <param name="Revenue">Sum of these events' revenue, in the goal's currency where it has one (amounts in another are left out), else in the site's base currency.</param>
/// <param name="Currency">What revenue is in.</param>
public sealed record GoalConversions(
    string Id, string Name, long Conversions, long Converters, double Rate, decimal Revenue, string Currency);

/// <summary>Which sessions led to a goal's conversions.</summary>
/// <param name="Goal">The goal's name.</param>
/// <param name="Model">first, last or linear.</param>
/// <param name="By">The dimension of sessions that the rows are of.</param>
/// <param name="Lookback">Days before a conversion in which a session had to begin.</param>
/// <param name="Conversions">All of them: what the rows add up to.</param>
/// <param name="Revenue">Of all conversions.</param>
/// <param name="Currency">What revenue is in.</param>
/// <param name="Rows">Most conversions first.</param>
/// <param name="Total">How many values there are in all.</param>
public sealed record AttributionResponse(
    string Goal, string Model, string By, int Lookback, long Conversions, decimal Revenue, string Currency,
    IReadOnlyList<AttributionRow> Rows, long Total);

/// <param name="Value">The source's name, the campaign, ...; empty where unknown.</param>
/// <param name="Conversions">Credited to it; linear: a part of each, so not a whole number. Six digits after the point.</param>
/// <param name="Converters">Different visitors of whose conversions it has a part.</param>
/// <param name="Revenue">Credited to it; four digits after the point.</param>
public sealed record AttributionRow(string Value, double Conversions, long Converters, decimal Revenue);
