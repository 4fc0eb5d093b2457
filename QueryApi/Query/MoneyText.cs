using System.Globalization;
using Analytics.Contracts;

namespace Analytics.QueryApi.Query;

/// <summary>Amounts as people write them: the process knows no cultures, so the few signs that everybody knows stand here.</summary>
internal static class MoneyText
{
    public static QueryMoney Of(decimal value, string currency)
    {
        var sign = currency switch
        {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            "JPY" => "¥",
            "INR" => "₹",
            "" => "",
            _ => currency + " ",
        };
        var (minus, amount) = (value < 0 ? "-" : "", Math.Abs(value));
        var (scaled, unit) = amount switch
        {
            >= 1_000_000_000 => (amount / 1_000_000_000, "B"),
            >= 1_000_000 => (amount / 1_000_000, "M"),
            >= 1_000 => (amount / 1_000, "K"),
            _ => (amount, ""),
        };
        return new QueryMoney(
            string.Create(CultureInfo.InvariantCulture, $"{minus}{sign}{Math.Round(scaled, 1):0.0}{unit}"), value,
            string.Create(CultureInfo.InvariantCulture, $"{minus}{sign}{amount:#,##0.00}"), currency);
    }
}
