using System.Net;
using Analytics.QueryApi.Compatibility;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Compatibility;

/// <summary>The reads of 004: plain arrays.</summary>
public sealed class SessionAnalyticsTests(Api api)
{
    private const string DemoUrl = "file:///C:/Users/me/tracker/demo%20page.html";
    private const string DemoPath = "/C:/Users/me/tracker/demo%20page.html";

    [Fact]
    public async Task Sessions_tell_how_many_events_they_have_last_active_first()
    {
        var site = await TestSite.With(api,
            Pageview("/a").In("s1").At("10:00"), Click("/a").In("s1").At("10:05"), Click("/a").In("s1").At("10:06"),
            Pageview("/b").By("bob").In("s2").At("10:01").Having(row => row.UserId = "u2"));

        using var response = await api.Client.GetAsync($"/api/sessions?site={site.Key}");

        Assert.Equal("2", response.Headers.GetValues("X-Total-Count").Single());
        (await api.Client.GetJsonAsync($"/api/sessions?site={site.Key}")).ShouldBeJson($$"""
            [
              {"session_id":"s1","site":"{{site.Key}}","event_count":3,"page_views":1,"clicks":2,
               "first_seen":"2026-11-20T10:00:00+00:00","last_seen":"2026-11-20T10:06:00+00:00","entry_page":"/a","user_id":""},
              {"session_id":"s2","site":"{{site.Key}}","event_count":1,"page_views":1,"clicks":0,
               "first_seen":"2026-11-20T10:01:00+00:00","last_seen":"2026-11-20T10:01:00+00:00","entry_page":"/b","user_id":"u2"}
            ]
            """);
        Assert.Equal(1, (await api.Client.GetJsonAsync($"/api/sessions?site={site.Key}&limit=1&offset=1")).GetArrayLength());
    }

    [Fact]
    public async Task A_journey_is_an_ordered_array()
    {
        var session = $"s-{Guid.NewGuid():n}";
        await TestSite.With(api,
            Click("/a", 640, 410, "#buy", "Buy").In(session).At("10:00:05"), Pageview("/a").In(session).At("10:00").Having(row => row.Title = "A"));

        (await api.Client.GetJsonAsync($"/api/sessions/{session}/events")).ShouldBeJson($$"""
            [
              {"session_id":"{{session}}","event_type":"page_view","page_url":"https://shop.example/a","timestamp":"2026-11-20T10:00:00+00:00",
               "x":null,"y":null,"title":"A","element":"","text":""},
              {"session_id":"{{session}}","event_type":"click","page_url":"https://shop.example/a","timestamp":"2026-11-20T10:00:05+00:00",
               "x":640,"y":410,"title":"","element":"#buy","text":"Buy"}
            ]
            """);
    }

    [Theory]
    [InlineData("https://shop.example/a")]
    [InlineData("http://SHOP.example/a?utm_source=x#top")]
    [InlineData("https://shop.example/a/")]
    [InlineData("/a")]
    public async Task A_heatmap_is_the_points_clicked_on_a_page_however_its_address_is_written(string url)
    {
        var site = await TestSite.With(api,
            Click("/a", 10, 20).At("10:00"), Click("/a", 10, 20).At("10:01"), Click("/a", 5, 6).At("10:02"), Click("/b", 1, 1));

        (await api.Client.GetJsonAsync($"/api/heatmap?site={site.Key}&url={Uri.EscapeDataString(url)}")).ShouldBeJson("""
            [
              {"x":10,"y":20,"count":2,"width":1000,"last_seen":"2026-11-20T10:01:00+00:00"},
              {"x":5,"y":6,"count":1,"width":1000,"last_seen":"2026-11-20T10:02:00+00:00"}
            ]
            """);
    }

    [Theory]
    [InlineData("https://other.example/a")]
    [InlineData("https://shop.example/")]
    [InlineData("https://shop.example/A")]
    [InlineData("nonsense")]
    public async Task Another_page_has_no_points(string url)
    {
        var site = await TestSite.With(api, Click("/a", 10, 20));

        Assert.Equal(0, (await api.Client.GetJsonAsync($"/api/heatmap?site={site.Key}&url={Uri.EscapeDataString(url)}")).GetArrayLength());
    }

    [Theory]
    [InlineData(DemoUrl)]
    [InlineData("file:///C:/Users/me/tracker/demo page.html")]
    [InlineData(DemoUrl + "?x=1")]
    public async Task A_page_from_disk_has_a_heatmap_too(string url)
    {
        var site = await TestSite.With(api, Click(DemoPath, 10, 20).Having(row => row.Hostname = ""));

        Assert.Equal(1, (await api.Client.GetJsonAsync($"/api/heatmap?site={site.Key}&url={Uri.EscapeDataString(url)}")).GetArrayLength());
    }

    [Fact]
    public async Task Pages_are_named_by_addresses_that_the_heatmap_takes()
    {
        var site = await TestSite.With(api,
            Pageview("/a").At("10:00"), Pageview("/a").At("11:00"), Click("/a").At("11:01"),
            Pageview(DemoPath).Having(row => row.Hostname = "").At("09:00"), Click(DemoPath).Having(row => row.Hostname = "").At("09:01"));

        var pages = await api.Client.GetJsonAsync($"/api/pages?site={site.Key}");

        pages.ShouldBeJson($$"""
            [
              {"url":"https://shop.example/a","hostname":"shop.example","path":"/a","site":"{{site.Key}}","page_views":2,"clicks":1,"last_seen":"2026-11-20T11:01:00+00:00"},
              {"url":"{{DemoUrl}}","hostname":"","path":"{{DemoPath}}","site":"{{site.Key}}","page_views":1,"clicks":1,"last_seen":"2026-11-20T09:01:00+00:00"}
            ]
            """);
        foreach (var page in pages.EnumerateArray())
        {
            var url = Uri.EscapeDataString(page.GetProperty("url").GetString()!);
            Assert.Equal(1, (await api.Client.GetJsonAsync($"/api/heatmap?site={site.Key}&url={url}")).GetArrayLength());
        }
    }

    [Theory]
    [InlineData("shop.example", "/p", "https://shop.example/p")]
    [InlineData("", "/C:/Users/me/demo.html", "file:///C:/Users/me/demo.html")]
    [InlineData("", "/dashboard", "/dashboard")] // a contract names its pages by their paths
    [InlineData("", "", "")]
    public void Addresses_are_put_together(string hostname, string path, string url) => Assert.Equal(url, PageAddress.Of(hostname, path));

    [Fact]
    public async Task A_session_nobody_knows_is_not_found()
    {
        using var response = await api.Client.GetAsync("/api/sessions/nobody/events");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("https://münchen.example/größe", "xn--mnchen-3ya.example", "/gr%C3%B6%C3%9Fe")]
    [InlineData("https://a.example", "a.example", "/")]
    [InlineData("https://münchen.example/größe", "münchen.example", "/größe")]
    [InlineData("https://a.example:8443/p", "a.example", "/p")]
    [InlineData("http://[::1]:8080/p", "[::1]", "/p")]
    [InlineData("file:///home/me/demo.html", "", "/home/me/demo.html")]
    public void Addresses_are_taken_apart(string url, string hostname, string path)
    {
        var (hosts, paths) = PageAddress.Parse(url);

        Assert.Contains(hostname, hosts);
        Assert.Contains(path, paths);
    }
}
