using System.Text.RegularExpressions;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Currencies;

internal static partial class CurrenciesEndpoint
{
    private const int MaxRates = 10_000;
    private const decimal GreatestRate = 1_000_000;
    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private static readonly DateOnly LastDay = new(2099, 12, 31);

    public static void AddCurrencies(this WebApplicationBuilder builder) => builder.Services.AddSingleton<CurrencyRegistry>();

    public static void MapCurrencies(this IEndpointRouteBuilder app)
    {
        var currencies = app.MapGroup("/api/sites/{site}/currencies").WithTags("Sites").RefuseBadQueries();
        currencies.ProducesProblem(StatusCodes.Status404NotFound);
        currencies.MapGet("/", Get).RequireAuthorization(Scopes.Query)
            .WithSummary("The site's base currency and its table of rates");
        currencies.MapPut("/", Put).RequireAuthorization(Scopes.Admin)
            .WithSummary("Sets the base currency and the whole table of rates")
            .WithDescription("Every report on amounts is in the base currency from then on, also about the past: an amount is converted by the rate of "
                + "its day, one without a currency is in the base currency, one without a rate is listed apart and in no sum.");
        currencies.MapDelete("/", Delete).RequireAuthorization(Scopes.Admin)
            .WithSummary("Forgets both; the currency that most sales bear is the base again");
    }

    private static async Task<Ok<CurrenciesResponse>> Get(SiteOfAddress site, CurrencyRegistry registry, CancellationToken ct) =>
        TypedResults.Ok(ToResponse(await registry.FindAsync(site.Site.SiteId, ct)));

    private static async Task<Results<Ok<CurrenciesResponse>, ValidationProblem>> Put(
        SiteOfAddress site, CurrenciesChange request, CurrencyRegistry registry, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var @base = Normalise(request.Base);
        if (!Code.IsMatch(@base))
        {
            errors["base"] = [$"'{request.Base}' is no ISO 4217 code of three letters, like EUR."];
        }

        var rates = (request.Rates ?? []).Select(rate => rate is null ? null : rate with { Currency = Normalise(rate.Currency) }).ToList();
        var wrong = rates.Count > MaxRates ? [$"At most {MaxRates} rates."] : Wrong(rates, @base).Take(10).ToArray();
        if (wrong.Length > 0)
        {
            errors["rates"] = wrong;
        }

        if (errors.Count > 0)
        {
            return TypedResults.ValidationProblem(errors);
        }

        CurrencyRate[] sorted = [.. rates.OfType<CurrencyRate>().OrderBy(rate => rate.Currency, StringComparer.Ordinal).ThenBy(rate => rate.From)];
        await registry.SaveAsync(site.Site.SiteId, @base, sorted, deleted: false, ct);
        return TypedResults.Ok(new CurrenciesResponse(@base, sorted));
    }

    private static async Task<NoContent> Delete(SiteOfAddress site, CurrencyRegistry registry, CancellationToken ct)
    {
        await registry.SaveAsync(site.Site.SiteId, "", [], deleted: true, ct);
        return TypedResults.NoContent();
    }

    private static IEnumerable<string> Wrong(List<CurrencyRate?> rates, string @base)
    {
        var seen = new HashSet<(string, DateOnly)>();
        for (var i = 0; i < rates.Count; i++)
        {
            // Null is possible: the element of a JSON array is not checked against the record's annotations.
            if (rates[i] is not { } rate || !Code.IsMatch(rate.Currency))
            {
                yield return $"rates[{i}]: '{rates[i]?.Currency}' is no ISO 4217 code of three letters, like USD.";
            }
            else if (rate.Currency == @base)
            {
                yield return $"rates[{i}]: {@base} is the base currency and always worth 1.";
            }
            else if (rate.From < FirstDay || rate.From > LastDay)
            {
                yield return $"rates[{i}]: {rate.From:yyyy-MM-dd} is not in the years 2000 to 2099.";
            }
            else if (rate.Rate <= 0 || rate.Rate > GreatestRate || decimal.Round(rate.Rate, RateTable.RateDigits) != rate.Rate)
            {
                yield return string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"rates[{i}]: {rate.Rate} is not greater than 0, at most {GreatestRate} and of at most {RateTable.RateDigits} digits after the point.");
            }
            else if (!seen.Add((rate.Currency, rate.From)))
            {
                yield return $"rates[{i}]: there is a rate of {rate.Currency} from {rate.From:yyyy-MM-dd} already.";
            }
        }
    }

    private static string Normalise(string? code) => (code ?? "").Trim().ToUpperInvariant();

    private static CurrenciesResponse ToResponse(RateTable table) => new(table.Base, table.Rates);

    [GeneratedRegex("^[A-Z]{3}\\z")]
    private static partial Regex Code { get; }
}
