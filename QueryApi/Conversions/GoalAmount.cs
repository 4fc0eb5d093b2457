using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Conversions;

/// <summary>What a conversion earned: the event's amount where it is in the goal's currency; where the goal names none, whatever it is worth in the site's.</summary>
internal static class GoalAmount
{
    /// <summary>What <see cref="Sql"/> needs beside <c>currency</c>, of <c>events AS event</c>.</summary>
    public const string Columns = $"toDecimal128(event.revenue, 14) AS amount, {Money.Revenue} AS worth";

    /// <param name="currency">SQL of the goal's currency; empty where it names none.</param>
    /// <param name="row">Alias of the rows with <see cref="Columns"/> and <c>currency</c>.</param>
    public static string Sql(string currency, string row) =>
        $"if({currency} = '', {row}.worth, if({row}.currency = {currency}, {row}.amount, toDecimal128(0, 14)))";

    public static string Currency(Goal goal, StatsQuery query) => goal.Currency ?? query.Money.Currency;
}
