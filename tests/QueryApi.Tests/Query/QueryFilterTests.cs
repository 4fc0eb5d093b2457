using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryFilterTests(Api api)
{
    // Pages of three visitors, one of whom signed up.
    private Task<TestSite> Blog() => TestSite.With(api,
        Pageview("/").By("ann").At("10:00").From("Google").Having(row => (row.Country, row.Device, row.City, row.Channel) = ("DE", "mobile", "Berlin", "Organic Search")),
        Pageview("/blog/Hello").By("ann").At("10:01").Having(row => (row.Country, row.Device, row.City) = ("DE", "mobile", "Berlin")),
        Custom("signup", "/blog/Hello").By("ann").At("10:02").Having(row =>
            (row.Country, row.Device, row.Props) = ("DE", "mobile", [new("plan", "pro"), new("seats", "5")])),
        Pageview("/blog/a.b").By("bob").At("10:00").From("Bing").Having(row => (row.Country, row.Device, row.Channel) = ("US", "desktop", "Direct")),
        Pageview("/pricing").By("bob").At("10:05").Having(row => (row.Country, row.Device) = ("US", "desktop")),
        Pageview("/").By("eve").At("10:00"));

    [Theory]
    [InlineData("""["is", "event:page", ["/"]]""", "2 2 2")]
    [InlineData("""["is", "event:page", ["/", "/pricing"]]""", "3 3 3")]
    [InlineData("""["is_not", "event:page", ["/", "/pricing"]]""", "2 2 3")] // ann: a page view and the signup, bob: a page view
    [InlineData("""["contains", "event:page", ["blog"]]""", "2 2 3")]
    [InlineData("""["contains", "event:page", ["BLOG"]]""", "0 0 0")]
    [InlineData("""["contains", "event:page", ["BLOG", "Pric"], {"case_sensitive": false}]""", "2 2 4")]
    [InlineData("""["contains", "event:page", [""]]""", "3 3 6")]
    [InlineData("""["contains_not", "event:page", ["blog"]]""", "3 3 3")]
    [InlineData("""["does_not_contain", "event:page", ["blog"]]""", "3 3 3")]
    [InlineData("""["matches", "event:page", ["^/blog/[a-z]\\.b$"]]""", "1 1 1")]
    [InlineData("""["matches", "event:page", ["^/blog", "^/pricing$"]]""", "2 2 4")]
    [InlineData("""["matches", "event:page", ["HELLO"], {"case_sensitive": false}]""", "1 1 2")]
    [InlineData("""["matches_not", "event:page", ["^/blog"]]""", "3 3 3")]
    [InlineData("""["matches_wildcard", "event:page", ["/blog/*"]]""", "2 2 3")]
    [InlineData("""["matches_wildcard", "event:page", ["/blog/a.b"]]""", "1 1 1")]
    [InlineData("""["matches_wildcard", "event:page", ["/blog/a?b"]]""", "0 0 0")]
    [InlineData("""["matches_wildcard_not", "event:page", ["**blog**"]]""", "3 3 3")]
    [InlineData("""["is", "event:page", ["/BLOG/hello"], {"case_sensitive": false}]""", "1 1 2")]
    [InlineData("""["is", "event:name", ["signup"]]""", "1 1 1")]
    [InlineData("""["is", "event:props:plan", ["pro"]]""", "1 1 1")]
    [InlineData("""["is", "event:props:seats", [5]]""", "1 1 1")]
    [InlineData("""["is", "event:props:plan", ["(none)"]]""", "3 3 5")]
    [InlineData("""["is_not", "event:props:plan", ["(none)"]]""", "1 1 1")]
    public async Task Filters_on_events_keep_events_and_the_sessions_that_have_one(string filter, string expected) =>
        Assert.Equal(expected, await Count(filter));

    [Theory]
    [InlineData("""["is", "visit:source", ["Google"]]""", "1 1 3")]
    [InlineData("""["is", "visit:source", ["Google", "Direct / None"]]""", "2 2 4")]
    [InlineData("""["is", "visit:source", [""]]""", "1 1 1")]
    [InlineData("""["is_not", "visit:source", ["Direct / None"]]""", "2 2 5")]
    [InlineData("""["contains", "visit:source", ["ing"]]""", "1 1 2")]
    [InlineData("""["is", "visit:channel", ["Direct"]]""", "2 2 3")] // one that says so, and one that says nothing
    [InlineData("""["is", "visit:channel", [""]]""", "2 2 3")]
    [InlineData("""["is_not", "visit:channel", ["direct"], {"case_sensitive": false}]""", "1 1 3")]
    [InlineData("""["is", "visit:entry_page", ["/"]]""", "2 2 4")]
    [InlineData("""["is", "visit:exit_page", ["/pricing"]]""", "1 1 2")]
    [InlineData("""["is", "visit:entry_page_hostname", ["shop.example"]]""", "3 3 6")]
    [InlineData("""["is", "visit:country", ["DE"]]""", "1 1 3")]
    [InlineData("""["is", "visit:country_name", ["Germany"]]""", "1 1 3")]
    [InlineData("""["is", "visit:country_name", ["United States of America"]]""", "1 1 2")]
    [InlineData("""["is_not", "visit:country_name", [""]]""", "2 2 5")]
    [InlineData("""["contains", "visit:country_name", ["united"], {"case_sensitive": false}]""", "1 1 2")]
    [InlineData("""["is", "visit:device", ["Mobile"]]""", "1 1 3")]
    [InlineData("""["is", "visit:device", ["mobile", "(not set)"]]""", "2 2 4")]
    [InlineData("""["is", "visit:city_name", ["Berlin"]]""", "1 1 2")]
    public async Task Filters_on_visits_keep_all_of_their_events(string filter, string expected) => Assert.Equal(expected, await Count(filter));

    [Theory]
    [InlineData("""["and", [["is", "event:page", ["/"]], ["is", "visit:source", ["Google"]]]]""", "1 1 1")]
    [InlineData("""["or", [["is", "event:page", ["/pricing"]], ["is", "visit:source", ["Google"]]]]""", "2 2 4")]
    [InlineData("""["or", [["is", "visit:source", ["Bing"]], ["is", "visit:source", ["Google"]]]]""", "2 2 5")]
    [InlineData("""["not", ["is", "visit:source", ["Google"]]]""", "2 2 3")]
    [InlineData("""["not", ["is", "event:page", ["/"]]]""", "2 2 4")]
    [InlineData("""["not", ["or", [["is", "visit:source", ["Google"]], ["is", "visit:country", ["US"]]]]]""", "1 1 1")]
    [InlineData("""["and", [["not", ["is", "visit:country", ["US"]]], ["or", [["is", "event:page", ["/"]], ["is", "event:name", ["signup"]]]]]]""", "2 2 3")]
    [InlineData("""["is", "event:page", ["/"]], ["is", "event:page", ["/blog/Hello"]]""", "0 0 0")] // one event must meet them all
    public async Task Filters_are_put_together(string filters, string expected) => Assert.Equal(expected, await Count(filters));

    [Theory]
    [InlineData("""["has_done", ["is", "event:name", ["signup"]]]""", "1 1 3")]
    [InlineData("""["has_not_done", ["is", "event:name", ["signup"]]]""", "2 2 3")]
    [InlineData("""["is", "event:page", ["/"]], ["has_done", ["is", "event:page", ["/blog/Hello"]]]""", "1 1 1")]
    [InlineData("""["is", "event:page", ["/"]], ["has_not_done", ["is", "event:page", ["/blog/Hello"]]]""", "1 1 1")]
    [InlineData("""["has_done", ["and", [["is", "event:page", ["/"]], ["is", "event:name", ["signup"]]]]]""", "0 0 0")]
    [InlineData("""["or", [["has_done", ["is", "event:name", ["signup"]]], ["is", "visit:source", ["Bing"]]]]""", "2 2 5")]
    [InlineData("""["not", ["has_done", ["is", "event:page", ["/"]]]]""", "1 1 2")]
    [InlineData("""["has_done", ["is", "visit:source", ["Google"]]]""", "1 1 3")]
    public async Task Behaviour_keeps_sessions_by_another_event_of_theirs(string filters, string expected) => Assert.Equal(expected, await Count(filters));

    [Fact]
    public async Task Session_numbers_are_those_of_whole_sessions_also_where_filters_pick_single_events()
    {
        var site = await Blog();

        // Of the three sessions, ann's and bob's have two page views; only ann's and eve's saw the front page.
        Assert.Equal("2 2 50 1.5 60", await site.Number("""
            "metrics": ["visits", "pageviews", "bounce_rate", "views_per_visit", "visit_duration"], "filters": [["is", "event:page", ["/"]]]
            """));
    }

    [Fact]
    public async Task Sources_of_the_events_that_a_filter_picks()
    {
        var site = await Blog();

        Assert.Equal(["Bing: 1 1 1 0", "Google: 1 2 1 0"], await site.Rows("""
            "metrics": ["visitors", "events", "visits", "bounce_rate"], "dimensions": ["visit:source"], "filters": [["contains", "event:page", ["/blog/"]]],
            "order_by": [["visit:source", "asc"]]
            """));
    }

    [Fact]
    public async Task Properties_of_users_are_what_identify_told_last()
    {
        var site = await TestSite.With(api,
            Identify("u1", "free").By("ann").At("09:00"), Identify("u1", "pro").By("ann").At("10:00"), Pageview("/").By("ann").At("10:01").Having(row => row.UserId = "u1"),
            Identify("u2", "free").By("bob").At("10:00"), Pageview("/").By("bob").At("10:01").Having(row => row.UserId = "u2"), Pageview("/").By("eve"));

        Assert.Equal("1 1 1", await Count(site, """["is", "user:props:plan", ["pro"]], ["is", "event:name", ["pageview"]]"""));
        Assert.Equal("2 2 3", await Count(site, """["is_not", "user:props:plan", ["pro"]]"""));
    }

    [Theory]
    [InlineData("' OR 1 = 1 --")]
    [InlineData("\\\\'); DROP TABLE events; --")]
    [InlineData("{p0:String}")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("\\u0000")]
    public async Task Values_and_names_of_properties_are_only_ever_values(string hostile)
    {
        var site = await Blog();

        Assert.Equal("0 0 0", await Count(site, $"""["is", "event:page", ["{hostile}"]]"""));
        Assert.Equal("0 0 0", await Count(site, $"""["is_not", "event:props:{hostile}", ["(none)"]]"""));
        Assert.Equal("3 3 6", await Count(site, $"""["contains_not", "event:title", ["{hostile}"]]"""));
        Assert.Equal("3 3 6", await Count(site, """["is", "event:hostname", ["shop.example"]]"""));
    }

    private async Task<string> Count(string filters) => await Count(await Blog(), filters);

    private static Task<string> Count(TestSite site, string filters) => site.Number($$"""
        "metrics": ["visitors", "visits", "events"], "filters": [{{filters}}]
        """);

    private static TestEvent Identify(string user, string plan) =>
        Custom("identify").Having(row => (row.UserId, row.Props) = (user, [new("plan", plan)]));
}
