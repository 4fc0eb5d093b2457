using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Tests.Commerce;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.Commerce.Sale;

namespace Analytics.QueryApi.Tests.Currencies;

public sealed class CurrenciesTests(Api api)
{
    private static readonly CurrencyRate[] Rates =
    [
        new("GBP", new(2026, 11, 18), 1.2m), new("USD", new(2026, 11, 1), 0.9m), new("USD", new(2026, 11, 20), 0.8m),
    ];

    [Fact]
    public async Task The_table_is_set_read_and_forgotten_as_a_whole()
    {
        var site = await TestSite.With(api, Purchase("A1", 1).In(1, "SEK"));
        var address = $"/api/sites/{site.Key}/currencies";

        (await api.Client.GetAsync<CurrenciesResponse>(address)).ShouldBe(new("SEK", []));
        using var set = await api.Client.PutAsJsonAsync(address, new CurrenciesChange("eur", [Rates[2], Rates[0], Rates[1]]));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        (await set.Content.ReadFromJsonAsync<CurrenciesResponse>())!.ShouldBe(new("EUR", Rates));
        (await api.Client.GetAsync<CurrenciesResponse>(address)).ShouldBe(new("EUR", Rates));

        using var replaced = await api.Client.PutAsJsonAsync(address, new CurrenciesChange("USD"));
        (await api.Client.GetAsync<CurrenciesResponse>(address)).ShouldBe(new("USD", []));

        using var forgotten = await api.Client.DeleteAsync(address);
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        (await api.Client.GetAsync<CurrenciesResponse>(address)).ShouldBe(new("SEK", []));
    }

    [Fact]
    public async Task Amounts_are_converted_by_the_rate_of_their_day_and_those_without_one_are_listed_apart()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 0).In(10, "EUR").OnDay("2026-11-17"), Purchase("A2", 0).In(100, "USD").OnDay("2026-11-19").At("23:59"),
            Purchase("A3", 0).In(100, "USD").At("00:00"), Purchase("A4", 0).In(10, "GBP").OnDay("2026-11-17"), Purchase("A5", 0).In(10, "GBP").OnDay("2026-11-18"),
            Purchase("A6", 0).In(1, "").At("10:00"), Purchase("A7", 0).In(500, "JPY"), Purchase("A8", 0).In(-2, "JPY"));
        await SetAsync(site, new("EUR", Rates));

        var inBase = (await site.Get<CommerceResponse>("commerce", "from=2026-11-01&to=2026-11-20")).Current;
        var inDollars = await site.Get<CommerceResponse>("commerce?currency=usd", "from=2026-11-17&to=2026-11-20");

        // 10 + 100 × 0.9 + 100 × 0.8 + 10 × 1.2 + 1 of five orders; the pounds of the 17th have no rate yet.
        Assert.Equal((193m, 8, 38.6m), (inBase.Revenue, inBase.Orders, inBase.AverageOrderValue));
        Assert.Equal([new("JPY", 498, 2), new("GBP", 10, 1)], inBase.WithoutRate);
        // 10 ÷ 0.9 + 100 + 100 + 10 × 1.2 ÷ 0.9 + 1 ÷ 0.8
        Assert.Equal(("USD", 225.6944m), (inDollars.Currency, inDollars.Current.Revenue));
        Assert.Equal(193m, (await site.Get<OverviewComparison>("overview", "from=2026-11-01&to=2026-11-20")).Current.Revenue);
    }

    [Fact]
    public async Task Without_a_table_the_currency_of_most_sales_is_the_base_and_others_are_listed_apart()
    {
        var site = await TestSite.With(api, Purchase("A1", 0).In(10, "SEK"), Purchase("A2", 0).In(20, "SEK"), Purchase("A3", 0).In(99, "NOK"), Purchase("A4", 0).In(1, ""));

        var answer = await site.Get<CommerceResponse>("commerce");

        Assert.Equal(("SEK", 31m), (answer.Currency, answer.Current.Revenue));
        Assert.Equal([new("NOK", 99, 1)], answer.Current.WithoutRate);
    }

    [Fact]
    public async Task Prices_of_products_and_carts_and_lifetime_values_are_converted_too()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 0, Item("mug", 50, 2)).In(100, "USD"), AddToCart(Item("mug", 10, 2)).By("bob").Having(row => row.Currency = "USD"),
            Purchase("A2", 0, Item("mug", 7)).In(7, "JPY").By("eve").Prop(("coupon", "X")));
        await SetAsync(site, new("EUR", Rates));

        var products = await site.Get<ProductsResponse>("commerce/products");
        Assert.Equal((80m, 3), (products.Rows.Single().Revenue, products.Rows.Single().Bought));
        Assert.Equal(16m, (await site.Get<CartsResponse>("commerce/carts")).AbandonedValue);
        var lifetime = await site.Get<LifetimeResponse>("commerce/lifetime");
        Assert.Equal(40m, lifetime.Rows.Single().Months.Single().PerVisitor);
        foreach (var apart in new[] { products.WithoutRate, lifetime.WithoutRate, (await site.Get<CouponsResponse>("commerce/coupons")).WithoutRate })
        {
            Assert.Equal([new("JPY", 7, 1)], apart);
        }
    }

    [Fact]
    public async Task Thousands_of_rates_are_no_trouble()
    {
        var days = Enumerable.Range(0, 5000).Select(i => new DateOnly(2013, 5, 1).AddDays(i)).ToList();
        var site = await TestSite.With(api, Purchase("A1", 0).In(10, "USD"), Purchase("A2", 0).In(10, "GBP"));
        await SetAsync(site, new("EUR", [.. days.Select((day, i) => new CurrencyRate("USD", day, 1 + (i / 10_000m))), .. days.Select(day => new CurrencyRate("GBP", day, 2))]));

        // 20 November 2026 is day 4951.
        Assert.Equal(10 * 1.4951m + 20, (await site.Get<CommerceResponse>("commerce")).Current.Revenue);
    }

    [Theory]
    [InlineData("""{"base":null}""", "base")]
    [InlineData("""{"base":"EURO"}""", "base")]
    [InlineData("""{"base":"E1R"}""", "base")]
    [InlineData("""{"base":"EUR","rates":[null]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"US","from":"2026-01-01","rate":1}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"EUR","from":"2026-01-01","rate":1}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"1999-12-31","rate":1}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"2026-01-01","rate":0}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"2026-01-01","rate":-1}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"2026-01-01","rate":1000001}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"2026-01-01","rate":0.00000000001}]}""", "rates")]
    [InlineData("""{"base":"EUR","rates":[{"currency":"USD","from":"2026-01-01","rate":1},{"currency":"usd","from":"2026-01-01","rate":2}]}""", "rates")]
    public async Task What_is_no_table_is_refused_by_field(string body, string field)
    {
        var site = await TestSite.With(api);
        using var response = await api.Client.PutAsync(
            $"/api/sites/{site.Key}/currencies", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([field], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }

    [Fact]
    public async Task An_unknown_site_has_no_table()
    {
        using var read = await api.Client.GetAsync("/api/sites/nobody/currencies");
        using var written = await api.Client.PutAsJsonAsync("/api/sites/nobody/currencies", new CurrenciesChange("EUR"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (read.StatusCode, written.StatusCode));
    }

    private async Task SetAsync(TestSite site, CurrenciesChange table)
    {
        using var response = await api.Client.PutAsJsonAsync($"/api/sites/{site.Key}/currencies", table);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
