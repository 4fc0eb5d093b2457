using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Currencies;

/// <summary>The currency that amounts are wanted in, with what others are worth in it.</summary>
internal sealed record CurrencyQuery(Money Money) : IQueryPart
{
    private static readonly TextParameter Name = new(
        "currency", "ISO 4217 code of the currency that amounts are wanted in: the site's base currency or one of its table of rates. The base where absent.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [Name];

    public string Currency => Money.Currency;

    public static async ValueTask<CurrencyQuery> BindAsync(HttpContext context)
    {
        var (site, reader) = await SiteOfAddress.ReadAsync(context);
        var table = await context.RequestServices.GetRequiredService<CurrencyRegistry>().FindAsync(site.SiteId, context.RequestAborted);
        var wanted = reader.Read(Name).ToUpperInvariant();
        if (wanted.Length > 0 && !table.Known.Contains(wanted))
        {
            reader.Refuse(Name.Name, table.Known.Any()
                ? NearestName.NotOneOf(wanted, [.. table.Known])
                : $"'{wanted}' is not in the site's table of rates, which is empty.");
            wanted = "";
        }

        return new CurrencyQuery(new Money(table, wanted.Length > 0 ? wanted : table.Base));
    }
}
