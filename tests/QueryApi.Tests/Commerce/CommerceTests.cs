using Analytics.Contracts;
using static Analytics.QueryApi.Tests.Commerce.Sale;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Commerce;

public sealed class CommerceTests(Api api)
{
    private static readonly CommerceNumbers Nothing = new(0, 0, 0, 0, 0, 0, 0, 0, []);

    [Fact]
    public async Task Revenue_is_what_was_bought_less_what_was_given_back_and_each_number_has_the_one_of_the_period_before()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 30, Item("mug", 10, 3)).By("ann").At("10:00"), Purchase("A2", 20, Item("mug", 10), Item("cup", 10)).By("ann").In("later").At("15:00"),
            Purchase("A3", 10.5m).By("bob").At("11:00"), Refund("A1", 10).By("ann").At("12:00"), Pageview("/").By("eve"),
            Purchase("B1", 7).By("ann").In("yesterday").OnDay("2026-11-19"), Pageview("/").By("joe").In("joe-yesterday").OnDay("2026-11-19"));

        (await site.Get<CommerceResponse>("commerce")).ShouldBe(new CommerceResponse("EUR",
            new(Revenue: 50.5m, Refunded: 10, Orders: 3, AverageOrderValue: 20.1667m, Items: 5, Buyers: 2, Sessions: 4, ConversionRate: 0.75, []),
            new(Revenue: 7, Refunded: 0, Orders: 1, AverageOrderValue: 7, Items: 0, Buyers: 1, Sessions: 2, ConversionRate: 0.5, [])));
    }

    [Fact]
    public async Task A_site_that_sells_nothing_has_zeros()
    {
        var site = await TestSite.With(api);

        (await site.Get<CommerceResponse>("commerce")).ShouldBe(new CommerceResponse("", Nothing, Nothing));
    }

    [Fact]
    public async Task An_order_that_is_told_again_counts_once_when_it_was_told_first()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 30, Item("mug", 10, 3)).By("ann").In("first").At("10:00"), Purchase("A1", 30, Item("mug", 10, 3)).By("ann").In("first").At("10:00"),
            Purchase("A1", 30, Item("mug", 10, 3)).By("ann").In("again").At("18:00"), Purchase("A1", 99).By("ann").In("next-day").OnDay("2026-11-21"),
            Purchase("", 5).By("bob").At("10:00"), Purchase("", 5).By("bob").At("10:01"));

        var today = (await site.Get<CommerceResponse>("commerce")).Current;
        var tomorrow = (await site.Get<CommerceResponse>("commerce", "from=2026-11-21&to=2026-11-21")).Current;

        today.ShouldBe(new(Revenue: 40, Refunded: 0, Orders: 3, AverageOrderValue: 13.3333m, Items: 3, Buyers: 2, Sessions: 3, ConversionRate: 2 / 3.0, []));
        tomorrow.ShouldBe(Nothing with { Sessions = 1 });
    }

    [Fact]
    public async Task The_overview_has_the_same_revenue()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 30).At("10:00"), Purchase("A1", 30).At("10:05"), Refund("A1", 10).At("11:00"), Custom("signup").In(2.5m, "EUR").At("12:00"),
            Custom("signup").In(8, "USD").At("12:01"));

        var overview = await site.Get<OverviewComparison>("overview");
        var commerce = (await site.Get<CommerceResponse>("commerce")).Current;

        Assert.Equal((22.5m, 22.5m), (overview.Current.Revenue, commerce.Revenue));
        Assert.Equal("EUR", overview.Currency);
        Assert.Equal([new UnconvertedAmount("USD", 8, 1)], overview.WithoutRate);
        Assert.Equal(overview.WithoutRate, commerce.WithoutRate);
    }

    [Fact]
    public async Task Filters_keep_sales_by_their_page_and_their_sessions_source()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").From("Google").At("09:59"), Purchase("A1", 30).By("ann").At("10:00"),
            Pageview("/").By("bob").From("Bing").At("09:59"), Purchase("A2", 5).By("bob").At("10:00").Having(row => row.Path = "/thanks"));

        Assert.Equal((30, 1, 1), Flat(await site.Get<CommerceResponse>("commerce?source=Google")));
        Assert.Equal((5, 1, 1), Flat(await site.Get<CommerceResponse>("commerce?page=/thanks")));
        Assert.Equal((0, 0, 0), Flat(await site.Get<CommerceResponse>("commerce?source=Yahoo")));

        static (decimal, long, double) Flat(CommerceResponse answer) => (answer.Current.Revenue, answer.Current.Orders, answer.Current.ConversionRate);
    }

    [Fact]
    public async Task Sales_over_time_follow_the_sites_clock_and_leave_no_gap()
    {
        var site = await TestSite.With(api, "America/New_York",
            Purchase("A1", 30, Item("mug", 10, 3)).By("ann").At("2026-11-20T04:59:00Z"), Purchase("A2", 5).By("ann").At("2026-11-20T05:00:00Z"),
            Purchase("A3", 7).By("bob").At("2026-11-20T06:00:00Z"), Refund("A3", 7).By("bob").At("2026-11-22T06:00:00Z"));

        var answer = await site.Get<CommerceTimeseriesResponse>("commerce/timeseries", "from=2026-11-19&to=2026-11-22&interval=day");

        answer.ShouldBe(new CommerceTimeseriesResponse("EUR", "day",
        [
            new(Day(19), Revenue: 30, Orders: 1, AverageOrderValue: 30, Items: 3, Buyers: 1),
            new(Day(20), Revenue: 12, Orders: 2, AverageOrderValue: 6, Items: 0, Buyers: 2),
            new(Day(21), 0, 0, 0, 0, 0),
            new(Day(22), Revenue: -7, Orders: 0, AverageOrderValue: 0, Items: 0, Buyers: 0),
        ], []));

        static DateTimeOffset Day(int day) => new(2026, 11, day, 0, 0, 0, TimeSpan.FromHours(-5));
    }

    [Fact]
    public async Task Products_have_views_pieces_in_carts_and_bought_and_conversion_by_session()
    {
        var site = await TestSite.With(api,
            View(Item("mug", 10, name: "Mug", category: "Kitchen")).By("ann").At("10:00"), View(Item("mug", 10)).By("bob").At("10:00"),
            View(Item("lamp", 50, name: "Lamp", category: "Home")).By("ann").At("10:01"),
            AddToCart(Item("mug", 10, 3)).By("ann").At("10:02"), AddToCart(Item("mug", 10, 1)).By("bob").At("10:02"),
            Purchase("A1", 35, Item("mug", 10, 3, "Big mug"), Item("", 1.5m, 2, "Card")).By("ann").At("10:03"), Purchase("A1", 35, Item("mug", 10, 3)).By("ann").At("10:04"));

        var answer = await site.Get<ProductsResponse>("commerce/products");

        answer.ShouldBe(new ProductsResponse("EUR", "product",
        [
            new("mug", "Big mug", "Kitchen", Views: 2, Added: 4, Bought: 3, Revenue: 30, Buyers: 1, CartToBuyRate: 0.5, ConversionRate: 0.5),
            new("Card", "Card", "", Views: 0, Added: 0, Bought: 2, Revenue: 3, Buyers: 1, CartToBuyRate: 0, ConversionRate: 0),
            new("lamp", "Lamp", "Home", Views: 1, Added: 0, Bought: 0, Revenue: 0, Buyers: 0, CartToBuyRate: 0, ConversionRate: 0),
        ], 3, []));
        Assert.Equal(["", "Home", "Kitchen"], (await site.Get<ProductsResponse>("commerce/products?by=category")).Rows.Select(row => row.Value));
        Assert.Equal(["mug", "", "lamp"], (await site.Get<ProductsResponse>("commerce/products?by=sku")).Rows.Select(row => row.Value));
        Assert.Equal((1, 3), await Page("limit=1"));
        Assert.Equal((0, 3), await Page("offset=10"));

        async Task<(int, long)> Page(string paging) =>
            await site.Get<ProductsResponse>($"commerce/products?{paging}") is var page ? (page.Rows.Count, page.Total) : default;
    }

    [Fact]
    public async Task Carts_and_checkouts_are_abandoned_when_their_session_buys_nothing()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("eve"), View(Item("mug", 10)).By("joe"),
            AddToCart(Item("mug", 10, 3)).By("ann").At("10:00"), RemoveFromCart(Item("mug", 10, 1)).By("ann").At("10:01"), Checkout().By("ann").At("10:02"),
            AddToCart(Item("mug", 10, 1)).By("bob").At("10:00"), Checkout().By("bob").At("10:01"), Purchase("A1", 10).By("bob").At("10:02"),
            AddToCart(Item("cup", 2.5m)).By("cid").At("10:00"), RemoveFromCart(Item("cup", 2.5m, 2)).By("cid").At("10:01"),
            AddToCart(Item("tee", 7)).By("dan").At("10:00").Having(row => row.Currency = "USD"));

        (await site.Get<CartsResponse>("commerce/carts")).ShouldBe(new CartsResponse(
            "EUR", Sessions: 6, WithView: 1, WithCart: 4, WithCheckout: 2, WithPurchase: 1,
            AbandonedCarts: 3, CartAbandonmentRate: 0.75, AbandonedCheckouts: 1, CheckoutAbandonmentRate: 0.5, AbandonedValue: 20,
            [new("USD", 7, 1)]));
        (await (await TestSite.With(api)).Get<CartsResponse>("commerce/carts")).ShouldBe(new CartsResponse("", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, []));
    }

    [Fact]
    public async Task Coupons_are_counted_by_the_orders_that_used_them()
    {
        var site = await TestSite.With(api,
            Purchase("A1", 30).By("ann").At("10:00").Prop(("coupon", "SPRING"), ("discount", "3.5")), Purchase("A1", 30).By("ann").At("10:01").Prop(("coupon", "SPRING")),
            Purchase("A2", 10).By("ann").At("11:00").Prop(("coupon", "SPRING"), ("discount", "much")), Purchase("A3", 99).By("bob").Prop(("coupon", "VIP")),
            Purchase("A4", 1).By("eve"));

        (await site.Get<CouponsResponse>("commerce/coupons")).ShouldBe(new CouponsResponse("EUR", Orders: 4, OrdersWithCoupon: 3,
        [
            new("SPRING", Orders: 2, Revenue: 40, AverageOrderValue: 20, Discount: 3.5m, Buyers: 1),
            new("VIP", Orders: 1, Revenue: 99, AverageOrderValue: 99, Discount: 0, Buyers: 1),
        ], Total: 2, []));
    }

    [Fact]
    public async Task Time_to_buy_counts_visits_and_days_from_the_first_visit_to_the_first_purchase()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").In("a1").OnDay("2026-11-10"), Pageview("/").By("ann").In("a2").OnDay("2026-11-15"),
            Purchase("A1", 1).By("ann").In("a3").At("13:00"), Purchase("A2", 1).By("ann").In("a4").At("18:00"),
            Pageview("/").By("bob").At("10:00"), Purchase("B1", 1).By("bob").At("10:05"),
            Purchase("C0", 1).By("cid").In("c1").OnDay("2026-11-01"), Purchase("C1", 1).By("cid").In("c2"),
            Pageview("/").By("eve"));

        var answer = await site.Get<TimeToBuyResponse>("commerce/time-to-buy");

        Assert.Equal((2, 2.0, 5.0), (answer.Buyers, answer.MedianVisits, answer.MedianDays));
        Assert.Equal([new(1, 1, 1), new(3, 3, 1)], answer.Visits.Where(bin => bin.Count > 0));
        Assert.Equal([new(0, 0, 1), new(7, 14, 1)], answer.Days.Where(bin => bin.Count > 0));
        Assert.Equal(new CountBin(21, null, 0), answer.Visits[^1]);
    }

    [Fact]
    public async Task Lifetime_value_grows_by_month_since_the_first_purchase_or_visit()
    {
        var site = await TestSite.With(api, "America/New_York",
            Pageview("/").By("ann").In("a0").OnDay("2026-08-10"),
            Purchase("A1", 30).By("ann").In("a1").At("2026-10-01T03:59:00Z"), // 30 September in New York
            Purchase("A2", 10).By("ann").In("a2").OnDay("2026-11-05"), Refund("A2", 4).By("ann").In("a3").OnDay("2026-11-06"),
            Purchase("B1", 50).By("bob").OnDay("2026-09-20"), Purchase("C1", 7).By("cid").OnDay("2026-11-07"), Pageview("/").By("eve").OnDay("2026-11-07"));

        var bought = await site.Get<LifetimeResponse>("commerce/lifetime", "period=12mo");
        var visited = await site.Get<LifetimeResponse>("commerce/lifetime?first=visit", "period=12mo");

        bought.ShouldBe(new LifetimeResponse("EUR", "purchase",
        [
            new(new(2026, 9, 1), 2, [new(0, 80, 40), new(1, 0, 40), new(2, 6, 43)]),
            new(new(2026, 11, 1), 1, [new(0, 7, 7)]),
        ], []));
        visited.ShouldBe(new LifetimeResponse("EUR", "visit",
        [
            new(new(2026, 8, 1), 1, [new(0, 0, 0), new(1, 30, 30), new(2, 0, 30), new(3, 6, 36)]),
            new(new(2026, 9, 1), 1, [new(0, 50, 50), new(1, 0, 50), new(2, 0, 50)]),
            new(new(2026, 11, 1), 2, [new(0, 7, 3.5m)]),
        ], []));
        Assert.Empty((await site.Get<LifetimeResponse>("commerce/lifetime", "from=2026-01-01&to=2026-01-31")).Rows);
    }

    [Theory]
    [InlineData("commerce?currency=XYZ", "currency")]
    [InlineData("commerce?currency=';--", "currency")]
    [InlineData("commerce?by=sku", "by")]
    [InlineData("commerce/timeseries?interval=fortnight", "interval")]
    [InlineData("commerce/timeseries?interval=minute&from=2020-01-01", "interval")]
    [InlineData("commerce/products?by=brand", "by")]
    [InlineData("commerce/products?limit=0", "limit")]
    [InlineData("commerce/carts?limit=1", "limit")]
    [InlineData("commerce/coupons?offset=-1", "offset")]
    [InlineData("commerce/time-to-buy?currency=EUR", "currency")]
    [InlineData("commerce/lifetime?first=birth", "first")]
    public async Task A_wrong_parameter_is_named(string report, string name)
    {
        var site = await TestSite.With(api, Purchase("A1", 1));

        Assert.Equal([name], await site.WrongParameters(report));
    }
}
