using Analytics.Contracts;

namespace Analytics.QueryApi.Currencies;

/// <summary>A site's base currency and what others are worth in it, from which day on.</summary>
/// <param name="IsSet">Whether the owner has said so; otherwise the base is the currency of most sales.</param>
internal sealed record RateTable(string Base, IReadOnlyList<CurrencyRate> Rates, bool IsSet)
{
    public const int RateDigits = 10;

    private readonly Dictionary<string, List<Step>> steps = Rates.GroupBy(rate => rate.Currency)
        .ToDictionary(group => group.Key, group => group.OrderBy(rate => rate.From).Select(rate => new Step(rate.From, rate.Rate)).ToList());

    /// <summary>The currencies that an answer can be in.</summary>
    public IEnumerable<string> Known => new[] { Base }.Concat(steps.Keys.Order(StringComparer.Ordinal)).Where(currency => currency.Length > 0).Distinct();

    /// <summary>What each currency is worth in the wanted one, as steps by day; events without a currency are in the base currency.</summary>
    public IEnumerable<(string Currency, IReadOnlyList<Step> Steps)> Into(string wanted)
    {
        yield return ("", StepsInto(Base, wanted));
        foreach (var currency in Known.Append(wanted).Where(currency => currency.Length > 0).Distinct())
        {
            yield return (currency, StepsInto(currency, wanted));
        }
    }

    private List<Step> StepsInto(string currency, string wanted)
    {
        if (currency == wanted)
        {
            return [new Step(DateOnly.MinValue, 1)];
        }

        // A rate changes on the days on which either of the two does.
        var (from, to) = (InBase(currency), InBase(wanted));
        var days = from.Concat(to).Select(step => step.From).Distinct().Order().ToList();
        return days.Count == 0
            ? [new Step(DateOnly.MinValue, 0)]
            : [.. days.Select(day => new Step(day, At(from, day) is var rate && At(to, day) is var unit && unit != 0 ? Ratio(rate, unit) : 0))];
    }

    private static decimal Ratio(decimal rate, decimal unit) => decimal.Round(rate / unit, RateDigits);

    private List<Step> InBase(string currency) =>
        currency == Base ? [new Step(DateOnly.MinValue, 1)] : steps.GetValueOrDefault(currency, []);

    private static decimal At(List<Step> steps, DateOnly day) => steps.FindLast(step => step.From <= day).Rate;

    /// <param name="From">First day on which the rate holds.</param>
    /// <param name="Rate">0 where there is none.</param>
    internal readonly record struct Step(DateOnly From, decimal Rate);
}
