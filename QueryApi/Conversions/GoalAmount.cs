using Analytics.Contracts;

namespace Analytics.QueryApi.Conversions;

/// <summary>What a conversion earned: the event's amount in the goal's currency, or whatever it is in where the goal names none.</summary>
internal static class GoalAmount
{
    /// <summary>What <see cref="Sql"/> needs beside <c>currency</c>, of <c>events AS event</c>.</summary>
    public const string Columns = "toDecimal128(event.revenue, 4) AS amount";

    /// <param name="currency">SQL of the goal's currency; empty where it names none.</param>
    /// <param name="row">Alias of the rows with <see cref="Columns"/> and <c>currency</c>.</param>
    public static string Sql(string currency, string row) =>
        $"if({currency} = '' OR {row}.currency = {currency}, {row}.amount, toDecimal128(0, 4))";

    public static string Currency(Goal goal) => goal.Currency ?? "";
}
