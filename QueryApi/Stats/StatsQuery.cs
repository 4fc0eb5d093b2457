using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Cohorts;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sites;
using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>What every report is asked with: the site of the address, a period on its clock, filters.</summary>
internal sealed class StatsQuery : IQueryPart
{
    private StatsQuery(Site site, Period period, Filters filters, Money money)
    {
        Site = site;
        Period = period;
        Filters = filters;
        Money = money;
    }

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [.. Period.Parameters, .. Filters.Parameters];

    public Site Site { get; }

    public Period Period { get; }

    public Filters Filters { get; }

    /// <summary>What amounts are worth in the site's base currency.</summary>
    public Money Money { get; }

    /// <summary>The values that the reports' SQL names: site, from, to, those of the filters and of amounts.</summary>
    public Dictionary<string, object?> Values
    {
        get
        {
            var values = new Dictionary<string, object?>(Filters.Values) { ["site"] = Site.SiteId, ["from"] = Period.From, ["to"] = Period.To };
            Money.AddTo(values);
            return values;
        }
    }

    /// <summary>The same question about the period before.</summary>
    public StatsQuery Previous => new(Site, Period.Previous, Filters, Money);

    public StatsQuery Since(DateTimeOffset from) => new(Site, Period with { From = from }, Filters, Money);

    /// <summary>The same question with amounts in the currency that the request names.</summary>
    public StatsQuery In(CurrencyQuery currency) => new(Site, Period, Filters, currency.Money);

    public static async ValueTask<StatsQuery> BindAsync(HttpContext context)
    {
        var (site, period, reader) = await SitePeriod.ReadAsync(context);
        var filters = Filters.Read(reader);
        if (filters.People.Count > 0)
        {
            context.NotePeople(string.Join(", ", filters.People));
        }

        await CohortFilter.AddAsync(filters, reader, site, context);
        var money = await context.RequestServices.GetRequiredService<CurrencyRegistry>().MoneyAsync(site.SiteId, context.RequestAborted);
        return new StatsQuery(site, period, filters, money);
    }
}

/// <summary>The site of the address and a period on its clock, for reports that take no filters.</summary>
internal sealed record SitePeriod(Site Site, Period Period) : IQueryPart
{
    public static IReadOnlyList<QueryParameter> Parameters => Period.Parameters;

    public static async ValueTask<SitePeriod> BindAsync(HttpContext context)
    {
        var (site, period, _) = await ReadAsync(context);
        return new SitePeriod(site, period);
    }

    public static async ValueTask<(Site Site, Period Period, QueryReader Reader)> ReadAsync(HttpContext context)
    {
        var (site, reader) = await SiteOfAddress.ReadAsync(context);
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        return (site, Period.Read(reader, site.Timezone, now), reader);
    }
}

/// <summary>The site of the address alone.</summary>
internal sealed record SiteOfAddress(Site Site) : IQueryPart
{
    // Stands in where there is no site, so that the rest of the query is still read; the answer is 404.
    private static readonly Site NoSite = new(0, "", "", [], "UTC", DateTimeOffset.UnixEpoch);

    public static IReadOnlyList<QueryParameter> Parameters => [];

    public static async ValueTask<SiteOfAddress> BindAsync(HttpContext context) => new((await ReadAsync(context)).Site);

    public static async ValueTask<(Site Site, QueryReader Reader)> ReadAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var key = (string?)context.GetRouteValue("site") ?? "";
        var registry = context.RequestServices.GetRequiredService<SiteRegistry>();
        if (await registry.FindAsync(key, context.User, context.RequestAborted) is { } site)
        {
            return (site, reader);
        }

        reader.Missing(Problems.UnknownSite(key));
        return (NoSite, reader);
    }
}
