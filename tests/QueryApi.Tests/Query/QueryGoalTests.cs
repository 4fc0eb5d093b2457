using System.Net;
using System.Text.Json;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryGoalTests(Api api)
{
    // Four visitors: ann signs up twice and buys, bob signs up, eve and joe only look.
    private async Task<TestSite> Shop()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").From("Google"), Custom("signup", "/pricing").By("ann").At("10:01"), Custom("signup", "/").By("ann").At("10:02"),
            Custom("purchase", "/thanks").By("ann").At("10:03").Having(row => (row.Revenue, row.Currency) = (20, "EUR")),
            Pageview("/pricing").By("bob").At("10:00").From("Google"), Custom("signup", "/pricing").By("bob").At("11:01"),
            Pageview("/").By("eve").From("Bing"), Pageview("/pricing").By("joe"));
        await Save(site, "goals", """{"event": "signup", "name": "Signup"}""");
        await Save(site, "goals", """{"event": "purchase", "name": "Purchase"}""");
        await Save(site, "goals", """{"page": "/pric*", "name": "Saw the prices"}""");
        await Save(site, "goals", """{"event": "never", "name": "Never"}""");
        return site;
    }

    [Fact]
    public async Task Goals_are_a_dimension_and_an_event_counts_for_each_that_it_meets()
    {
        var site = await Shop();
        await Save(site, "goals", """{"event": "signup", "page": "/pricing", "name": "Signup on prices"}""");

        Assert.Equal(["Saw the prices: 2 2 50 2", "Signup: 2 3 50 2", "Signup on prices: 2 2 50 2", "Purchase: 1 1 25 1"], await site.Rows("""
            "metrics": ["visitors", "events", "conversion_rate", "visits"], "dimensions": ["event:goal"]
            """));
    }

    [Fact]
    public async Task The_conversion_rate_is_of_all_visitors_and_that_of_a_group_of_the_group()
    {
        var site = await Shop();

        Assert.Equal("2 3 50 50 2", await site.Number("""
            "metrics": ["visitors", "events", "conversion_rate", "group_conversion_rate", "visits"], "filters": [["is", "event:goal", ["Signup"]]]
            """));
        Assert.Equal(["Google: 2 50 100"], await site.Rows("""
            "metrics": ["visitors", "conversion_rate", "group_conversion_rate"], "dimensions": ["visit:source"], "filters": [["is", "event:goal", ["Signup"]]]
            """));
        Assert.Equal(["Google, Purchase: 1 25 50", "Google, Signup: 2 50 100"], await site.Rows("""
            "metrics": ["visitors", "conversion_rate", "group_conversion_rate"], "dimensions": ["visit:source", "event:goal"],
            "filters": [["is", "event:goal", ["Signup", "Purchase"]]], "order_by": [["event:goal", "asc"]]
            """));
        Assert.Equal(["2026-11-20 10:00:00: 1 25 50", "2026-11-20 11:00:00: 1 25 100"], await site.Rows("""
            "metrics": ["visitors", "conversion_rate", "group_conversion_rate"], "dimensions": ["time:hour"], "filters": [["is", "event:goal", ["Signup"]]]
            """)); // eve and joe were there at noon
    }

    // What Plausible's tests say of rates.
    [Fact]
    public async Task The_rate_of_a_page_is_of_all_who_did_anything_there()
    {
        var site = await TestSite.With(api,
            Pageview("/en/register").By("a").Having(Mobile), Custom("signup", "/en/register").By("b").Having(Mobile), Custom("signup", "/en/register").By("c").Having(Mobile),
            Custom("signup", "/it/register").By("d").Having(Desktop), Custom("signup", "/it/register").By("d").Having(Desktop), Pageview("/it/register").By("e").Having(Desktop));
        await Save(site, "goals", """{"event": "signup", "name": "Signup"}""");

        Assert.Equal(["/en/register: 2 2 66.67", "/it/register: 1 2 50"], await site.Rows("""
            "metrics": ["visitors", "events", "group_conversion_rate"], "dimensions": ["event:page"], "filters": [["is", "event:goal", ["Signup"]]]
            """));
        Assert.Equal(["Mobile: 2 2 66.67", "Desktop: 1 2 50"], await site.Rows("""
            "metrics": ["visitors", "events", "group_conversion_rate"], "dimensions": ["visit:device"], "filters": [["is", "event:goal", ["Signup"]]]
            """));

        static void Mobile(Storage.EventRow row) => row.Device = "mobile";
        static void Desktop(Storage.EventRow row) => row.Device = "desktop";
    }

    [Fact]
    public async Task The_rate_of_a_property_is_of_all_visitors_whatever_the_property()
    {
        var site = await TestSite.With(api,
            Blog("/blog/1", "Uku").By("a"), Blog("/blog/2", "Uku").By("b"), Blog("/blog/3", "Uku").By("c"), Blog("/blog/1", "Marko").By("d"),
            Blog("/blog/2", "Marko").By("e"), Blog("/blog/3", "Marko").By("e"), Pageview("/blog").By("f"), Blog("/", "Marko").By("g"), Pageview("/").By("h"));
        await Save(site, "goals", """{"page": "/blog**"}""");

        Assert.Equal(["Uku: 3 3 37.5", "Marko: 2 3 25", "(none): 1 1 12.5"], await site.Rows("""
            "metrics": ["visitors", "events", "conversion_rate"], "dimensions": ["event:props:author"], "filters": [["is", "event:goal", ["Visit /blog**"]]]
            """));

        static TestEvent Blog(string page, string author) => Pageview(page).Having(row => row.Props = [new("author", author)]);
    }

    [Theory]
    [InlineData("""["is", "event:goal", ["Signup", "Purchase"]]""", "2 4")]
    [InlineData("""["is", "event:goal", ["signup"], {"case_sensitive": false}]""", "2 3")]
    [InlineData("""["contains", "event:goal", ["urchase", "prices"]]""", "3 3")]
    [InlineData("""["is_not", "event:goal", ["Signup"]]""", "4 5")]
    [InlineData("""["is", "event:goal", ["Never"]]""", "0 0")]
    [InlineData("""["contains", "event:goal", ["nothing is called so"]]""", "0 0")]
    [InlineData("""["has_done", ["is", "event:goal", ["Purchase"]]]""", "1 4")]
    [InlineData("""["is", "event:goal", ["Signup"]], ["has_done", ["is", "event:page", ["/thanks"]]]""", "1 2")]
    [InlineData("""["is", "visit:source", ["Google"]], ["has_not_done", ["is", "event:goal", ["Purchase", "Never"]]]""", "1 2")]
    public async Task Goals_are_filters(string filters, string expected)
    {
        var site = await Shop();

        Assert.Equal(expected, await site.Number($$"""
            "metrics": ["visitors", "events"], "filters": [{{filters}}]
            """));
    }

    [Fact]
    public async Task Revenue_of_goals()
    {
        var site = await Shop();

        var answer = await site.Query("""
            "metrics": ["total_revenue"], "dimensions": ["event:goal"], "filters": [["contains", "event:goal", ["Pur", "Sig"]]]
            """);

        answer.GetProperty("results").ShouldBeJson("""
            [
              {"metrics": [{"short": "\u20ac20.0", "value": 20, "long": "\u20ac20.00", "currency": "EUR"}], "dimensions": ["Purchase"]},
              {"metrics": [null], "dimensions": ["Signup"]}
            ]
            """);
    }

    [Fact]
    public async Task A_goal_that_is_not_there_is_refused_with_the_nearest_one()
    {
        var site = await Shop();

        Assert.Contains("Did you mean 'Signup'?", Assert.Single((await site.Refused("""
            "metrics": ["visitors"], "filters": [["is", "event:goal", ["Sign-up"]]]
            """))["filters[0][2][0]"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segments_stand_for_their_filters()
    {
        var site = await Shop();
        var id = await Save(site, "segments", """{"name": "From Google", "filters": [["is", "visit:source", ["Google"]], ["has_done", ["is", "event:goal", ["Purchase"]]]]}""");
        await Save(site, "segments", """{"name": "From Bing", "filters": [["is", "visit:source", ["Bing"]]]}""");

        foreach (var segment in new[] { id, "From Google", "from google" })
        {
            var answer = await site.Query($$"""
                "metrics": ["visitors", "events"], "filters": [["is", "segment", ["{{segment}}"]]]
                """);

            Assert.Equal(["1 4"], Queries.Rows(answer));
            answer.GetProperty("query").GetProperty("filters").ShouldBeJson("""
                [["is", "visit:source", ["Google"]], ["has_done", ["is", "event:goal", ["Purchase"]]]]
                """);
        }

        Assert.Equal("2 5", await Count("""["is", "segment", ["From Google", "From Bing"]]"""));
        Assert.Equal("3 4", await Count("""["is_not", "segment", ["From Google"]]"""));
        Assert.Equal("1 1", await Count("""["is", "segment", ["From Google"]], ["is", "event:page", ["/thanks"]]"""));
        Assert.Contains("Did you mean 'From Bing'?", Assert.Single((await site.Refused("""
            "metrics": ["visitors"], "filters": [["is", "segment", ["From Bin"]]]
            """))["filters[0][2][0]"]), StringComparison.Ordinal);

        Task<string> Count(string filters) => site.Number($$"""
            "metrics": ["visitors", "events"], "filters": [{{filters}}]
            """);
    }

    [Theory]
    [InlineData("""{"name": "x"}""", "filters")]
    [InlineData("""{"name": "x", "filters": []}""", "filters")]
    [InlineData("""{"name": "x", "filters": [["is", "visit:sorce", ["a"]]]}""", "filters[0][1]")]
    [InlineData("""{"name": "x", "filters": [["is", "segment", ["a"]]]}""", "filters[0][1]")]
    [InlineData("""{"name": "", "filters": [["is", "visit:source", ["a"]]]}""", "name")]
    public async Task A_segment_that_is_no_filter_is_refused(string body, string path)
    {
        var site = await TestSite.With(api);

        using var response = await site.Post($"/api/sites/{site.Key}/segments", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"\"{path}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> Save(TestSite site, string things, string body)
    {
        using var response = await site.Post($"/api/sites/{site.Key}/{things}", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }
}
