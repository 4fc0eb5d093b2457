using Analytics.QueryApi.Currencies;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// The one rule for amounts in all reports: each is worth what the owner's table says for its currency on its day (in UTC); one that
/// names no currency is in the base currency; one without a rate is in no sum, and reports on sales list it apart.
/// </summary>
internal sealed class Money
{
    // The table goes along as arrays: a currency has a number, number and day are a key, the greatest key not above it tells the place
    // of the rate. A currency's key of day 0 stands before its first rate, so that it never falls to the one before it.
    private const string Place = """
        transform(
            roundDown(
                transform(event.currency, {money_currencies:Array(String)}, {money_numbers:Array(UInt32)}, toUInt32(0))
                    + toUInt32(toUInt16(toDate(event.timestamp))),
                {money_keys:Array(UInt32)}),
            {money_keys:Array(UInt32)}, {money_places:Array(UInt32)}, toUInt32(1))
        """;

    /// <summary>What one unit of the event's currency is worth; 0 where there is no rate. Over <c>events AS event</c> or <c>sales AS event</c>.</summary>
    public const string Rate = $"arrayElement({{money_rates:Array(Decimal(38, 10))}}, {Place})";

    /// <summary>The event's revenue in the currency of the answer.</summary>
    public const string Revenue = $"if(event.revenue = 0, toDecimal128(0, 14), event.revenue * {Rate})";

    private readonly List<string> currencies = [];
    private readonly List<uint> numbers = [];
    private readonly List<uint> keys = [0];
    private readonly List<decimal> rates = [0];

    /// <param name="currency">What amounts are wanted in.</param>
    public Money(RateTable table, string currency)
    {
        Currency = currency;
        foreach (var (name, steps) in table.Into(currency))
        {
            var number = (uint)(currencies.Count + 1) << 16;
            currencies.Add(name);
            numbers.Add(number);
            if (steps[0].From.DayNumber > Epoch)
            {
                keys.Add(number);
                rates.Add(0);
            }

            foreach (var (from, rate) in steps)
            {
                keys.Add(number + (uint)Math.Clamp(from.DayNumber - Epoch, 0, ushort.MaxValue));
                rates.Add(rate);
            }
        }
    }

    private static int Epoch { get; } = new DateOnly(1970, 1, 1).DayNumber;

    public string Currency { get; }

    /// <summary>An amount rounded as answers have it.</summary>
    public static string Rounded(string amount) => $"round({amount}, 4)";

    /// <summary>The values that <see cref="Rate"/> names.</summary>
    public void AddTo(Dictionary<string, object?> values)
    {
        values["money_currencies"] = currencies;
        values["money_numbers"] = numbers;
        values["money_keys"] = keys;
        values["money_places"] = Enumerable.Range(1, keys.Count).ToArray();
        values["money_rates"] = rates;
    }
}
