namespace Analytics.Contracts;

/// <summary>What amounts in other currencies are worth: the owner's own table, by which every report converts.</summary>
/// <param name="Base">ISO 4217 code that reports are in. Where the owner has set none, the one that most of the site's sales bear; empty without sales.</param>
/// <param name="Rates">By currency and day.</param>
public sealed record CurrenciesResponse(string Base, IReadOnlyList<CurrencyRate> Rates);

/// <summary>The table as a whole, in place of the one before.</summary>
public sealed record CurrenciesChange(string? Base, IReadOnlyList<CurrencyRate>? Rates = null);

/// <param name="Currency">ISO 4217 code.</param>
/// <param name="From">First day, in UTC, on which the rate holds: until the currency's next one.</param>
/// <param name="Rate">What one unit of the currency is worth in the base currency; at most ten digits after the point.</param>
public sealed record CurrencyRate(string Currency, DateOnly From, decimal Rate);

/// <summary>Amounts for which there is no rate on their day: part of no sum.</summary>
/// <param name="Amount">In that currency.</param>
/// <param name="Sales">How many purchases, refunds and other events with revenue.</param>
[Remark]
public sealed record UnconvertedAmount(string Currency, decimal Amount, long Sales);
