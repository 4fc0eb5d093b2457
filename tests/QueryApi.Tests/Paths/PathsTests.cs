using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Paths;

public sealed class PathsTests(Api api)
{
    /// <summary>Sessions as the pages they saw, one a minute.</summary>
    private Task<TestSite> Sessions(params string[] sessions) => TestSite.With(api,
    [
        .. sessions.SelectMany((pages, i) => pages.Split(' ').Select((page, minute) => Pageview(page).By($"v{i}").At($"10:{minute:00}"))),
    ]);

    /// <summary>"step page sessions/ended" a node, "source>target sessions" a link, the rest of a step as *.</summary>
    private static string Text(PathsResponse paths) =>
        string.Join(", ", paths.Nodes.Select(node => $"{node.Step} {(node.Other ? "*" : node.Page)} {node.Sessions}/{node.Ended}")) + " | "
        + string.Join(", ", paths.Links.Select(link => $"{link.Source}>{link.Target} {link.Sessions}"));

    [Fact]
    public async Task From_the_first_page_on()
    {
        var site = await Sessions("/ /a /b", "/ /a /c", "/ /b", "/", "/a /");

        var paths = await site.Get<PathsResponse>("paths?steps=3");

        Assert.Equal((5, 3), ((int)paths.Sessions, paths.Steps));
        Assert.Equal(
            "1 / 4/1, 1 /a 1/0, 2 /a 2/0, 2 / 1/1, 2 /b 1/1, 3 /b 1/1, 3 /c 1/1 | 0>2 2, 0>4 1, 1>3 1, 2>5 1, 2>6 1", Text(paths));
    }

    [Fact]
    public async Task Reloads_are_one_view_and_a_page_may_come_again()
    {
        var site = await Sessions("/ / /a /a /a / /");

        Assert.Equal("1 / 1/0, 2 /a 1/0, 3 / 1/1 | 0>1 1, 1>2 1", Text(await site.Get<PathsResponse>("paths")));
    }

    [Fact]
    public async Task A_walk_that_is_longer_than_the_steps_has_not_ended()
    {
        var site = await Sessions("/ /a /b");

        Assert.Equal("1 / 1/0, 2 /a 1/0 | 0>1 1", Text(await site.Get<PathsResponse>("paths?steps=2")));
    }

    [Fact]
    public async Task A_walk_has_seven_steps_at_most()
    {
        var site = await Sessions("/1 /2 /3 /4 /5 /6 /7 /8");

        Assert.Equal(
            "1 /1 1/0, 2 /2 1/0, 3 /3 1/0, 4 /4 1/0, 5 /5 1/0, 6 /6 1/0, 7 /7 1/0 | 0>1 1, 1>2 1, 2>3 1, 3>4 1, 4>5 1, 5>6 1",
            Text(await site.Get<PathsResponse>("paths?steps=7")));
        Assert.Equal(
            "1 /1 1/0, 2 /2 1/0, 3 /3 1/0, 4 /4 1/0, 5 /5 1/0, 6 /6 1/0, 7 /7 1/0 | 0>1 1, 1>2 1, 2>3 1, 3>4 1, 4>5 1, 5>6 1",
            Text(await site.Get<PathsResponse>("paths?start=/1&steps=7")));
        Assert.StartsWith("1 /2 1/0, 2 /3 1/0,", Text(await site.Get<PathsResponse>("paths?end=/8&steps=7")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_the_first_view_of_a_page_on()
    {
        var site = await Sessions("/ /p /a", "/p /b /p /c", "/ /a");

        var paths = await site.Get<PathsResponse>("paths?start=/p&steps=3");

        Assert.Equal((2, "1 /p 2/0, 2 /a 1/1, 2 /b 1/0, 3 /p 1/0 | 0>1 1, 0>2 1, 2>3 1"), ((int)paths.Sessions, Text(paths)));
    }

    [Fact]
    public async Task Up_to_the_last_view_of_a_page()
    {
        var site = await Sessions("/ /a /thanks /b", "/thanks /c /d /thanks", "/ /a", "/thanks");

        var paths = await site.Get<PathsResponse>("paths?end=/thanks&steps=3");

        Assert.Equal(
            (3, "1 / 1/0, 1 /c 1/0, 2 /a 1/0, 2 /d 1/0, 3 /thanks 3/0 | 0>2 1, 1>3 1, 2>4 1, 3>4 1"), ((int)paths.Sessions, Text(paths)));
    }

    [Fact]
    public async Task The_page_may_be_a_pattern()
    {
        var site = await Sessions("/ /blog/a /blog/b", "/ /x");

        Assert.Equal("1 /blog/a 1/0, 2 /blog/b 1/1 | 0>1 1", Text(await site.Get<PathsResponse>("paths?start=/blog/*")));
    }

    [Fact]
    public async Task What_has_no_node_of_its_own_is_the_rest_of_the_step()
    {
        var site = await Sessions("/ /a", "/ /a", "/ /b", "/ /c", "/x /c");

        Assert.Equal(
            "1 / 4/0, 1 * 1/0, 2 /a 2/2, 2 * 3/3 | 0>2 2, 0>3 2, 1>3 1", Text(await site.Get<PathsResponse>("paths?nodes=1")));
    }

    [Fact]
    public async Task Sessions_that_began_in_the_period_count_with_all_their_pages_and_filters_keep_sessions()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").OnDay("2026-11-19").At("23:59"), Pageview("/a").By("ann").At("00:01"),
            Pageview("/").By("bob").At("23:59").From("Google"), Pageview("/b").By("bob").OnDay("2026-11-21").At("00:01"),
            Pageview("/").By("eve").At("10:00"), Pageview("/c").By("eve").At("10:01"), Click("/c").By("eve").At("10:02"));

        Assert.Equal("1 / 2/0, 2 /b 1/1, 2 /c 1/1 | 0>1 1, 0>2 1", Text(await site.Get<PathsResponse>("paths")));
        Assert.Equal("1 / 1/0, 2 /b 1/1 | 0>1 1", Text(await site.Get<PathsResponse>("paths?source=Google")));
        Assert.Equal("1 / 1/0, 2 /c 1/1 | 0>1 1", Text(await site.Get<PathsResponse>("paths?page=/c")));
    }

    [Theory]
    [InlineData("UTC", 1)]
    [InlineData("America/New_York", 0)]
    public async Task The_day_is_the_one_of_the_sites_clock(string zone, int sessions)
    {
        var site = await TestSite.With(api, zone, Pageview("/").At("04:59"));

        Assert.Equal(sessions, (await site.Get<PathsResponse>("paths")).Sessions);
    }

    [Fact]
    public async Task Nothing_counts_as_nothing()
    {
        var site = await TestSite.With(api, Custom("ping"));

        foreach (var query in new[] { "", "start=/", "end=/" })
        {
            (await site.Get<PathsResponse>($"paths?{query}")).ShouldBe(new PathsResponse(0, 4, [], []));
        }
    }

    [Theory]
    [InlineData("start=/a&end=/b", "end")]
    [InlineData("steps=1", "steps")]
    [InlineData("steps=8", "steps")]
    [InlineData("nodes=0", "nodes")]
    [InlineData("nodes=51", "nodes")]
    [InlineData("from=/a", "from")]
    public async Task A_wrong_parameter_is_named(string query, string name)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask($"paths?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([name], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }
}
