using Analytics.QueryApi.Query;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryDimensionTests(Api api)
{
    public static TheoryData<string> Dimensions =>
        [.. QueryDimension.All.Where(dimension => dimension.Kind is DimensionKind.Plain or DimensionKind.Country).Select(dimension => dimension.Name), "event:props:plan"];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public async Task Every_dimension_finds_its_value_and_filters_on_it(string dimension)
    {
        var site = await TestSite.With(api, Pageview("/the-page").Having(row =>
        {
            (row.Hostname, row.Title, row.Source, row.Channel, row.Referrer) = ("the.host", "The title", "The source", "The channel", "https://the.referrer/");
            (row.UtmSource, row.UtmMedium, row.UtmCampaign, row.UtmTerm, row.UtmContent, row.ClickId) = ("us", "um", "uc", "ut", "un", "gclid");
            (row.Device, row.Browser, row.BrowserVersion, row.Os, row.OsVersion) = ("mobile", "Firefox", "140", "Android", "16");
            (row.Country, row.Region, row.City, row.Language, row.Timezone, row.UserId) = ("ES", "Madrid", "Getafe", "es-ES", "Europe/Madrid", "u1");
            (row.ScreenWidth, row.ScreenHeight, row.Currency, row.ElementSelector, row.ElementText, row.ElementHref) = (360, 800, "EUR", "#buy", "Buy", "/buy");
            row.Props = [new("plan", "pro"), new("form", "signup")];
        }));
        var expected = new Dictionary<string, string>
        {
            ["event:page"] = "/the-page",
            ["event:hostname"] = "the.host",
            ["event:title"] = "The title",
            ["event:name"] = "pageview",
            ["event:element"] = "#buy",
            ["event:element_text"] = "Buy",
            ["event:href"] = "/buy",
            ["event:form"] = "signup",
            ["event:currency"] = "EUR",
            ["event:props:plan"] = "pro",
            ["visit:entry_page"] = "/the-page",
            ["visit:exit_page"] = "/the-page",
            ["visit:entry_page_hostname"] = "the.host",
            ["visit:exit_page_hostname"] = "the.host",
            ["visit:source"] = "The source",
            ["visit:channel"] = "The channel",
            ["visit:referrer"] = "https://the.referrer/",
            ["visit:utm_source"] = "us",
            ["visit:utm_medium"] = "um",
            ["visit:utm_campaign"] = "uc",
            ["visit:utm_term"] = "ut",
            ["visit:utm_content"] = "un",
            ["visit:click_id"] = "gclid",
            ["visit:device"] = "Mobile",
            ["visit:browser"] = "Firefox",
            ["visit:browser_version"] = "140",
            ["visit:os"] = "Android",
            ["visit:os_version"] = "16",
            ["visit:screen"] = "360x800",
            ["visit:country"] = "ES",
            ["visit:country_name"] = "Spain",
            ["visit:region"] = "Madrid",
            ["visit:region_name"] = "Madrid",
            ["visit:city"] = "Getafe",
            ["visit:city_name"] = "Getafe",
            ["visit:language"] = "es-ES",
            ["visit:timezone"] = "Europe/Madrid",
            ["visit:user"] = "u1",
        };
        const string metrics = "\"visitors\", \"visits\", \"pageviews\", \"events\", \"bounce_rate\", \"percentage\"";

        Assert.Equal([$"{expected[dimension]}: 1 1 1 1 100 100"], await site.Rows($$"""
            "metrics": [{{metrics}}], "dimensions": ["{{dimension}}"]
            """));
        Assert.Equal([$"{expected[dimension]}: 1 1 1 1 100 100"], await site.Rows($$"""
            "metrics": [{{metrics}}], "dimensions": ["{{dimension}}"], "filters": [["is", "{{dimension}}", ["{{expected[dimension]}}"]]]
            """));
        Assert.Empty(await site.Rows($$"""
            "metrics": [{{metrics}}], "dimensions": ["{{dimension}}"], "filters": [["is_not", "{{dimension}}", ["{{expected[dimension]}}"]]]
            """));
    }

    [Fact]
    public async Task What_is_not_known_is_called_as_Plausible_calls_it()
    {
        var site = await TestSite.With(api, Pageview("/"));

        Assert.Equal(["Direct / None, (not set), (none), (not set), (not set), : 1"], await site.Rows("""
            "metrics": ["visitors"],
            "dimensions": ["visit:source", "visit:utm_medium", "event:props:plan", "visit:browser", "visit:device", "visit:country_name"]
            """));
    }

    [Fact]
    public async Task Dimensions_of_events_and_of_visits_go_together()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").From("Google"), Pageview("/pricing").By("ann").At("10:01"), Click("/pricing").By("ann").At("10:01"),
            Pageview("/").By("bob").From("Google"), Pageview("/").By("eve"));

        Assert.Equal(
            ["/, Direct / None: 1 1 1 0 100", "/, Google: 2 2 2 0 50", "/pricing, Google: 1 1 1 1 0"],
            await site.Rows("""
                "metrics": ["visitors", "visits", "events", "clicks", "bounce_rate"], "dimensions": ["event:page", "visit:source"],
                "order_by": [["event:page", "asc"], ["visit:source", "asc"]]
                """));
    }

    [Fact]
    public async Task Pages_count_page_views_alone_unless_the_query_says_which_events_it_means()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Click("/").By("ann").At("10:01"), Custom("signup", "/").By("ann").At("10:02"), Custom("signup", "/api").By("bob"));

        Assert.Equal(["/: 1 1"], await site.Rows("""
            "metrics": ["visitors", "events"], "dimensions": ["event:page"]
            """));
        Assert.Equal(["/: 1 1", "/api: 1 1"], await site.Rows("""
            "metrics": ["visitors", "events"], "dimensions": ["event:page"], "filters": [["is", "event:name", ["signup"]]]
            """));
    }

    [Fact]
    public async Task A_page_has_a_row_where_it_was_seen_or_where_there_is_something_to_count()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageleave("/", 40, dwellMs: 3_000).By("ann").At("10:01"), Pageview("/seen").By("ann").At("10:02"),
            Click("/clicked").By("ann").At("10:03"), Custom("server_call", "").By("bob"), Pageleave("/left", 80, dwellMs: 9_000).By("eve"));

        var answer = await site.Query("""
            "metrics": ["visitors", "scroll_depth", "time_on_page"], "dimensions": ["event:page"], "order_by": [["event:page", "asc"]], "include": {"total_rows": true}
            """);

        Assert.Equal(["/: 1 40 3", "/left: 0 80 9", "/seen: 1 null null"], Queries.Rows(answer));
        Assert.Equal(3, answer.GetProperty("meta").GetProperty("total_rows").GetInt64());
        Assert.Equal(["/: 40", "/left: 80", "/seen: null"], await site.Rows("""
            "metrics": ["scroll_depth"], "dimensions": ["event:page"], "order_by": [["event:page", "asc"]]
            """));
        Assert.Equal(["/: 1 0", "/clicked: 0 1", "/seen: 1 0"], await site.Rows("""
            "metrics": ["visitors", "clicks"], "dimensions": ["event:page"], "order_by": [["event:page", "asc"]]
            """));
    }

    [Fact]
    public async Task A_session_may_end_on_another_host_than_it_began_on()
    {
        var site = await TestSite.With(api,
            View("shop.example", "10:00", "ann").From("Google"), View("pay.example", "10:01", "ann"), View("shop.example", "10:00", "bob"),
            View("shop.example", "23:59", "eve"), View("pay.example", "2026-11-21T00:01:00Z", "eve"));

        Assert.Equal(["pay.example, shop.example: 2 2 3 0", "shop.example, shop.example: 1 1 1 100"], await site.Rows("""
            "metrics": ["visitors", "visits", "pageviews", "bounce_rate"], "dimensions": ["visit:exit_page_hostname", "visit:entry_page_hostname"],
            "date_range": ["2026-11-20", "2026-11-20"], "filters": [["contains", "event:hostname", ["example"]]]
            """));
        Assert.Equal(["pay.example: 2 2 4", "shop.example: 1 1 1"], await site.Rows("""
            "metrics": ["visitors", "visits", "pageviews"], "dimensions": ["visit:exit_page_hostname"]
            """));
        Assert.Equal("2 2 3", await site.Number("""
            "metrics": ["visitors", "visits", "pageviews"], "filters": [["is", "visit:exit_page_hostname", ["pay.example"]]]
            """));
        Assert.Equal(["Direct / None: 1", "Google: 1"], await site.Rows("""
            "metrics": ["visits"], "dimensions": ["visit:source"], "filters": [["is", "visit:exit_page_hostname", ["pay.example"]]], "order_by": [["visit:source", "asc"]]
            """));

        static TestEvent View(string host, string time, string visitor) => Pageview("/").By(visitor).At(time).Having(row => row.Hostname = host);
    }

    [Fact]
    public async Task Metrics_that_sessions_do_not_carry_are_split_by_their_dimensions_too()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").From("Google"), Custom("rage_click").By("ann"), Custom("rage_click").By("ann"), Pageview("/").By("bob").From("Bing"));

        Assert.Equal(["Google: 2 1 1", "Bing: 0 1 1"], await site.Rows("""
            "metrics": ["rage_clicks", "visitors", "visits"], "dimensions": ["visit:source"]
            """));
    }
}
