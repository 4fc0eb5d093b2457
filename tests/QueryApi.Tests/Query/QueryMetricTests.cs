using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryMetricTests(Api api)
{
    // Ann reads two pages in two minutes and clicks; Bob bounces.
    private Task<TestSite> Shop() => TestSite.With(api,
        Pageview("/").By("ann").At("10:00:00").From("Google"), Click("/").By("ann").At("10:01:00"), Pageview("/pricing").By("ann").At("10:02:00"),
        Pageview("/").By("bob").At("11:00:00"));

    [Theory]
    [InlineData("visitors", "2")]
    [InlineData("visits", "2")]
    [InlineData("sessions", "2")]
    [InlineData("pageviews", "3")]
    [InlineData("events", "4")]
    [InlineData("views_per_visit", "1.5")]
    [InlineData("bounce_rate", "50")]
    [InlineData("visit_duration", "60")] // (120 + 0) / 2
    [InlineData("clicks", "1")]
    [InlineData("engagement_rate", "50")]
    [InlineData("revenue", "0")]
    [InlineData("total_revenue", "null")]
    [InlineData("form_conversion", "null")]
    public async Task Headline_numbers(string metric, string expected) =>
        Assert.Equal(expected, await (await Shop()).Number($$"""
            "metrics": ["{{metric}}"]
            """));

    [Fact]
    public async Task Metrics_come_in_the_order_in_which_they_are_asked_for() =>
        Assert.Equal("50 4 2 1.5", await (await Shop()).Number("""
            "metrics": ["bounce_rate", "events", "visitors", "views_per_visit"]
            """));

    [Fact]
    public async Task A_site_without_events_has_zeroes_and_nulls()
    {
        var site = await TestSite.With(api);

        Assert.Equal("0 0 0 0 0 0 0 null 0", await site.Number("""
            "metrics": ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration", "total_revenue", "items"]
            """));
        Assert.Empty(await site.Rows("""
            "metrics": ["visitors", "percentage"], "dimensions": ["visit:source"]
            """));
    }

    [Fact]
    public async Task Scroll_depth_is_the_mean_of_the_greatest_depths_of_sessions()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageleave("/", 20).By("ann").At("10:01"), Pageleave("/", 80).By("ann").At("10:02"),
            Pageview("/").By("bob").At("10:00"), Pageleave("/", 40).By("bob").At("10:01"),
            Pageview("/pricing").By("bob").At("10:02"));

        Assert.Equal(["/: 60 2", "/pricing: null 1"], await site.Rows("""
            "metrics": ["scroll_depth", "visitors"], "dimensions": ["event:page"], "order_by": [["visitors", "desc"]]
            """));
        Assert.Equal("60", await site.Number("""
            "metrics": ["scroll_depth"], "filters": [["is", "event:page", ["/"]]]
            """));
    }

    [Fact]
    public async Task Time_on_page_and_dwell_are_visible_time_a_session()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageleave("/", 0, dwellMs: 20_000).By("ann").At("10:01"), Pageleave("/", 0, dwellMs: 10_000).By("ann").At("10:02"),
            Pageview("/").By("bob").At("10:00"), Pageleave("/", 0, dwellMs: 11_000).By("bob").At("10:01"),
            Pageview("/pricing").By("bob").At("10:02"), Pageleave("/pricing", 0, dwellMs: 4_000).By("bob").At("10:03"));

        Assert.Equal(["/: 20 20500", "/pricing: 4 4000"], await site.Rows("""
            "metrics": ["time_on_page", "dwell"], "dimensions": ["event:page"]
            """)); // (30 + 11) / 2, rounded half to even
        Assert.Equal("22500", await site.Number("""
            "metrics": ["dwell"]
            """));
    }

    [Fact]
    public async Task Percentage_is_of_the_visitors_that_the_filters_keep()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").From("Google"), Pageview("/").By("bob").From("Google"), Pageview("/a").By("eve").From("Bing"), Pageview("/").By("joe"));

        Assert.Equal(["Google: 2 50", "Bing: 1 25", "Direct / None: 1 25"], await site.Rows("""
            "metrics": ["visitors", "percentage"], "dimensions": ["visit:source"], "order_by": [["visitors", "desc"], ["visit:source", "desc"]]
            """));
        Assert.Equal(["Google: 2 66.7", "Direct / None: 1 33.3"], await site.Rows("""
            "metrics": ["visitors", "percentage"], "dimensions": ["visit:source"], "filters": [["is", "event:page", ["/"]]]
            """));
    }

    [Fact]
    public async Task Revenue_has_a_currency_or_is_null()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").From("Google"), Sale(12.5m, "EUR").By("ann"), Pageview("/").By("bob").From("Google"), Sale(1234.25m, "EUR").By("bob"),
            Pageview("/").By("eve").From("Bing"), Sale(5, "USD").By("eve"), Pageview("/").By("joe").From("Ecosia"));

        var answer = await site.Query("""
            "metrics": ["total_revenue", "average_revenue", "revenue"], "dimensions": ["visit:source"], "order_by": [["visit:source", "asc"]]
            """);

        Assert.Equal(
            [
                """Bing: {"short":"$5.0","value":5,"long":"$5.00","currency":"USD"} {"short":"$5.0","value":5,"long":"$5.00","currency":"USD"} 0""", // without a rate
                "Ecosia: null null 0",
                """Google: {"short":"€1.2K","value":1246.75,"long":"€1,246.75","currency":"EUR"} {"short":"€623.4","value":623.375,"long":"€623.38","currency":"EUR"} 1246.75""",
            ],
            Queries.Rows(answer));
        answer.GetProperty("meta").ShouldBeJson("{}"); // one row without revenue is nothing to be warned of

        var none = await site.Query("""
            "metrics": ["total_revenue"], "dimensions": ["visit:source"], "filters": [["is", "event:name", ["pageview"]]]
            """);
        Assert.Equal("no_revenue_goals_matching", none.GetProperty("meta").GetProperty("metric_warnings").GetProperty("total_revenue").GetProperty("code").GetString());

        var mixed = await site.Query("""
            "metrics": ["total_revenue", "revenue", "orders", "average_order_value"]
            """);
        Assert.Equal(["null 1246.75 3 623.375"], Queries.Rows(mixed));
        Assert.Equal("no_single_revenue_currency", mixed.GetProperty("meta").GetProperty("metric_warnings").GetProperty("total_revenue").GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_order_told_twice_is_one_here_as_in_the_reports()
    {
        var site = await TestSite.With(api,
            Order("A1", 20).By("ann").At("10:00").From("Google"), Order("A1", 20).By("ann").At("11:00").From("Google"), Order("A2", 30).By("bob").OnDay("2026-11-19"),
            Order("A2", 30).By("bob").In("again").At("11:00"), Order("", 10).By("eve").At("11:01"), Order("", 10).By("eve").At("11:02"),
            Custom("refund").By("ann").At("11:30").Having(row => (row.Revenue, row.Currency, row.OrderId) = (-5, "EUR", "A1")),
            Custom("tip").By("joe").At("11:30").Having(row => (row.Revenue, row.Currency) = (2.5m, "EUR")));

        var commerce = (await site.Get<Contracts.CommerceResponse>("commerce")).Current;

        Assert.Equal((37.5m, 3, 13.3333m, 4), (commerce.Revenue, commerce.Orders, commerce.AverageOrderValue, commerce.Items));
        Assert.Equal(37.5m, (await site.Overview()).Revenue);
        Assert.Equal("37.5 3 13.3333 4", await site.Number("""
            "metrics": ["revenue", "orders", "average_order_value", "items"]
            """));
        Assert.Equal(["2026-11-20 10:00:00: 20 1", "2026-11-20 11:00:00: 17.5 2"], await site.Rows("""
            "metrics": ["revenue", "orders"], "dimensions": ["time:hour"]
            """));
        Assert.Equal(["Mug: 4 40"], await site.Rows("""
            "metrics": ["items", "revenue"], "dimensions": ["event:product"]
            """));

        static TestEvent Order(string id, decimal revenue) => Custom("purchase").Having(row =>
            (row.OrderId, row.Revenue, row.Currency, row.Items) = (id, revenue, "EUR", id == "A1" ? [new("s1", "Mug", "Kitchen", 10, 2)] : [new("s1", "Mug", "Kitchen", 10, 1)]));
    }

    [Fact]
    public async Task Items_and_revenue_are_split_by_product()
    {
        var site = await TestSite.With(api,
            Sale(30, "EUR").By("ann").Having(row => row.Items = [new("s1", "Mug", "Kitchen", 5, 2), new("s2", "Lamp", "Light", 20, 1)]),
            Sale(5, "EUR").By("bob").Having(row => row.Items = [new("s1", "Mug", "Kitchen", 5, 1)]),
            Custom("add_to_cart").By("eve").Having(row => row.Items = [new("s2", "Lamp", "Light", 20, 9)]));

        Assert.Equal("4 35", await site.Number("""
            "metrics": ["items", "revenue"]
            """));
        Assert.Equal(["Lamp: 1 20 2 2", "Mug: 3 15 2 2"], await site.Rows("""
            "metrics": ["items", "revenue", "visitors", "visits"], "dimensions": ["event:product"], "order_by": [["event:product", "asc"]]
            """));
        Assert.Equal(["Kitchen, s1: 3", "Light, s2: 1"], await site.Rows("""
            "metrics": ["items"], "dimensions": ["event:product_category", "event:sku"]
            """));
        Assert.Equal("2", await site.Number("""
            "metrics": ["visitors"], "filters": [["contains", "event:product", ["Mug"]]]
            """));
    }

    [Fact]
    public async Task Frustration_and_forms_are_counted()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann"), Custom("rage_click").By("ann"), Custom("rage_click").By("ann"), Custom("dead_click").By("ann"),
            Form("form_start", "signup").By("ann"), Form("form_submit", "signup").By("ann"), Form("form_submit", "signup").By("ann"),
            Form("form_start", "signup").By("bob"), Form("form_start", "contact").By("bob"), Form("form_submit", "contact").By("bob"),
            Form("form_submit", "contact").By("eve")); // filled in by the browser: never begun

        Assert.Equal("2 1 100", await site.Number("""
            "metrics": ["rage_clicks", "dead_clicks", "form_conversion"]
            """));
        Assert.Equal(["contact: 100", "signup: 50"], await site.Rows("""
            "metrics": ["form_conversion"], "dimensions": ["event:form"], "filters": [["is_not", "event:form", [""]]]
            """));
    }

    [Fact]
    public async Task An_engaged_session_has_two_page_views_ten_seconds_or_revenue()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageview("/a").By("ann").At("10:01"),
            Pageview("/").By("bob").At("10:00"), Pageleave("/", 0, dwellMs: 10_000).By("bob").At("10:01"),
            Pageview("/").By("eve").At("10:00"), Pageleave("/", 0, dwellMs: 9_999).By("eve").At("10:01"),
            Sale(1, "EUR").By("joe"));

        Assert.Equal("75", await site.Number("""
            "metrics": ["engagement_rate"]
            """));
    }

    private static TestEvent Sale(decimal revenue, string currency) =>
        Custom("purchase").Having(row => (row.Revenue, row.Currency) = (revenue, currency));

    private static TestEvent Form(string name, string form) =>
        Custom(name).Having(row => row.Props = [new KeyValuePair<string, string>("form", form)]);
}
