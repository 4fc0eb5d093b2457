using System.Net;
using System.Text.Json;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>What the public userBehaviour.js library sends, in all its lists.</summary>
public sealed class BehaviorTests(Stores stores)
{
    private static string Payload(string site, long now) => $$$"""
        {"userInfo":{"windowSize":[1280,720],"appCodeName":"Mozilla","appName":"Netscape","vendor":"Google Inc.","platform":"Linux x86_64","userAgent":"..."},
         "time":{"startTime":{{{now - 15000}}},"currentTime":{{{now}}},"stopTime":0},
         "clicks":{"clickCount":1,"clickDetails":[[554,542,"html>body>div#login>input",{{{now - 12000}}}]]},
         "mouseMovements":[[1031,328,{{{now - 14000}}}],[1032,330,{{{now - 13000}}}]],"mouseScroll":[[0,400,{{{now - 13000}}}]],
         "keyboardActivities":[["Enter",{{{now - 11000}}}],["s",{{{now - 10900}}}],["3",{{{now - 10800}}}],["Shift",{{{now - 10700}}}],["Enter",{{{now - 10600}}}]],
         "navigationHistory":[["http://{{{site}}}/about",{{{now - 10000}}}]],
         "formInteractions":[["email_signup",{{{now - 9000}}}]],"touchEvents":[["touchstart",320,480,{{{now - 8000}}}]],
         "mediaInteractions":[["play","video.mp4",{{{now - 7000}}}]],"windowSizes":[[1280,720,{{{now - 6000}}}]],"visibilitychanges":[["hidden",{{{now - 5000}}}]],
         "customEvents":[["opened_menu",{{{now - 4500}}}]],
         "ecommerce_events":[{"event_type":"purchase","product_id":"p1","product_name":"Mug","price":"24.95","quantity":2,"order_id":"A1","value":49.9,"currency":"eur"},
                             {"event_type":"add_to_cart","product_id":"p1","product_name":"Mug","price":24.95,"quantity":1,"value":24.95}],
         "page_url":"http://{{{site}}}/login","experiment":"B"}
        """;

    [Fact]
    public async Task A_payload_is_taken_whole()
    {
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        var answer = await stores.Collector.PostAsync("api/track-behavior/", Payload(site, now), ("User-Agent", Posts.Browser));

        var session = JsonDocument.Parse(answer.Body).RootElement.GetProperty("session_id").GetString()!;
        Assert.Equal((HttpStatusCode.OK, $$"""{"status":"success","session_id":"{{session}}"}"""), (answer.Status, answer.Body));
        Assert.Contains($"analytics_session={session};", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "add_to_cart|/login|0|0||0||['Mug']|{'value':'24.95'}",
                "click|/login|554|942|html>body>div#login>input|0||[]|{'experiment':'B'}",
                "form_interaction|/about|0|0||0||[]|{'form':'email_signup'}",
                "key_activity|/login|0|0||0||[]|{'keys':'4','Enter':'2','key':'2'}",
                "media_play|/about|0|0||0||[]|{'media':'video.mp4'}",
                "opened_menu|/about|0|0||0||[]|{}",
                "pageview|/about|0|0||0||[]|{}",
                "pageview|/login|0|0||0||[]|{'platform':'Linux x86_64','vendor':'Google Inc.','appName':'Netscape','appCodeName':'Mozilla'}",
                "purchase|/login|0|0||49.9|A1|['Mug']|{}",
                "resize|/about|0|0||0||[]|{'width':'1280','height':'720'}",
                "visibility|/about|0|0||0||[]|{'state':'hidden'}",
            ],
            (await stores.StoredAsync(site, 11, "name path x y element_selector revenue order_id items.name props")).Order());
        Assert.Equal(
            ["move|/login|[1031,1032]|[328,730]|[0,1000]", "scroll|/login|[0]|[400]|[0]", "touch|/about|[320]|[480]|[0]"], await PointersAsync(site, 3));
    }

    [Fact]
    public async Task A_position_in_the_window_becomes_one_on_the_page_by_what_was_scrolled_before_it()
    {
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        // Where the page stood at first, two times it was scrolled, and a navigation, which begins at the top.
        await stores.Collector.PostAsync("api/track-behavior/", $$$"""
            {"page_url":"http://{{{site}}}/b","time":{"currentTime":{{{now}}}},"page_scroll":[5,100],
             "mouseScroll":[[0,900,{{{now - 6000}}}],[0,400,{{{now - 8000}}}]],
             "navigationHistory":[["http://{{{site}}}/a",{{{now - 20000}}}],["http://{{{site}}}/b",{{{now - 4000}}}]],
             "clicks":{"clickDetails":[[10,1,"html>a",{{{now - 21000}}}],[10,2,"html>a",{{{now - 9000}}}],[10,3,"html>a",{{{now - 7000}}}],[10,4,"html>a",{{{now - 6000}}}],[10,5,"html>a",{{{now - 3000}}}]]},
             "touchEvents":[["touchstart",10,6,{{{now - 5000}}}]],"mouseMovements":[[10,7,{{{now - 7500}}}],[10,8,{{{now - 5500}}}]]}
            """);

        Assert.Equal(
            ["/a|10|2", "/a|10|403", "/a|10|904", "/b|10|5", "/b|15|101"],
            (await stores.StoredAsync(site, 7, "name path x y")).Where(line => line.StartsWith("click|", StringComparison.Ordinal)).Select(line => line[6..]).Order());
        Assert.Equal(
            ["move|/a|[10,10]|[407,908]|[0,2000]", "scroll|/a|[0,0]|[900,400]|[0,0]", "touch|/a|[10]|[906]|[0]"], await PointersAsync(site, 3));
    }

    private Task<string[]> PointersAsync(string site, int count) => stores.LinesAsync(
        site,
        "SELECT concatWithSeparator('|', kind, path, toString(points.x), toString(points.y), toString(points.ms)) AS line FROM pointers "
        + "WHERE site_id = {site:UInt32} ORDER BY kind",
        count);

    [Fact]
    public async Task Requests_of_one_page_are_one_page_view_and_one_session()
    {
        var site = Stores.NewSite();
        var opened = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        string? cookie = null;
        for (var i = 0; i < 3; i++)
        {
            var answer = await stores.Collector.PostAsync(
                "api/track-behavior", $$$"""{"time":{"startTime":{{{opened}}},"currentTime":{{{opened + (i * 15000)}}},"stopTime":{{{(i == 2 ? opened + 30000 : 0)}}}},"clicks":{"clickCount":0,"clickDetails":[]}}""",
                ("User-Agent", i == 0 ? Posts.Browser : "the cookie counts"), ("Referer", $"http://{site}/page"), ("Cookie", cookie ?? "a=b"));
            cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        }

        Assert.Equal(["pageleave|/page|30000", "pageview|/page|0"], (await stores.StoredAsync(site, 2, "name path dwell_ms")).Order());
        Assert.Single((await stores.StoredAsync(site, 2, "visitor_id session_id")).Distinct());
    }

    [Fact]
    public async Task Bad_rows_are_named_and_good_ones_stored()
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync("api/track-behavior/", $$$"""
            {"page_url":"http://{{{site}}}/","clicks":{"clickDetails":[["x"],[1,2,"html>a",1763600003000],5]},"formInteractions":[[null,1763600006000]],"ecommerce_events":[7]}
            """);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(
            [
                "'clicks.clickDetails[0]' must be an array of 4 values with a time at its end",
                "'clicks.clickDetails[2]' must be an array of 4 values with a time at its end",
                "'ecommerce_events[0]' must be an object",
            ],
            JsonDocument.Parse(answer.Body).RootElement.GetProperty("refused").EnumerateArray().Select(r => r.GetProperty("reason").GetString()));
        Assert.Equal(["click|A", "form_interaction|"], (await stores.StoredAsync(site, 2, "name element_tag")).Order());
    }

    [Fact]
    public async Task A_mouse_that_rests_is_told_once()
    {
        var site = Stores.NewSite();
        var opened = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000;
        (long Start, long Now, string Moves)[] payloads =
        [
            (opened, opened + 15_000, $"[[10,20,{opened + 5_000}]]"),
            // As the library does it: the last position begins each payload that follows.
            (0, opened + 30_000, $"[[10,20,{opened + 5_000}],[30,40,{opened + 20_000}]]"),
            (0, opened + 45_000, $"[[30,40,{opened + 20_000}]]"),
        ];

        foreach (var (start, now, moves) in payloads)
        {
            await stores.Collector.PostAsync(
                "api/track-behavior/",
                $$$"""{"page_url":"http://{{{site}}}/","time":{"startTime":{{{start}}},"currentTime":{{{now}}},"stopTime":0},"mouseMovements":{{{moves}}}}""");
        }

        Assert.Equal(["move|/|[10]|[20]|[0]", "move|/|[30]|[40]|[0]"], (await PointersAsync(site, 2)).Order());
    }

    [Fact]
    public async Task A_navigation_that_the_library_tells_twice_is_one_page_and_a_jump_within_a_page_is_none()
    {
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        // The public library dispatches two events of its own for each pushState, and hears each of them.
        await stores.Collector.PostAsync("api/track-behavior/", $$$"""
            {"page_url":"http://{{{site}}}/b","time":{"currentTime":{{{now}}}},
             "navigationHistory":[["http://{{{site}}}/a",{{{now - 9000}}}],["http://{{{site}}}/a",{{{now - 9000}}}],["http://{{{site}}}/a#prices",{{{now - 8000}}}],
                                  ["http://{{{site}}}/b",{{{now - 5000}}}],["http://{{{site}}}/b",{{{now - 4999}}}]]}
            """);
        await stores.Collector.PostAsync("api/track-behavior/", $$$"""
            {"page_url":"http://{{{site}}}/c","navigationHistory":[["http://{{{site}}}/c#top",{{{now - 1000}}}]],"formInteractions":[["jumped",{{{now}}}]]}
            """);

        Assert.Equal(["form_interaction|/c", "pageview|/a", "pageview|/b"], (await stores.StoredAsync(site, 3, "name path")).Order());
    }

    [Fact]
    public async Task A_payload_that_says_where_it_began_counts_that_page_and_the_time_on_each()
    {
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        await stores.Collector.PostAsync("api/track-behavior/", $$$"""
            {"page_url":"http://{{{site}}}/b","page_start":"http://{{{site}}}/a","time":{"startTime":{{{now - 9000}}},"currentTime":{{{now}}},"stopTime":{{{now}}}},
             "clicks":{"clickDetails":[[1,2,"html>body>a.bg-[#fff].p-0.[&>li]:m-2#go",{{{now - 8000}}}]]},
             "navigationHistory":[["http://{{{site}}}/b",{{{now - 5000}}}]],"pageTimes":[[4000,{{{now - 5000}}}],[3500,{{{now - 1000}}}]]}
            """);

        Assert.Equal(
            [
                "click|/a|A|go|bg-[#fff] p-0 [&>li]:m-2|0", "pageleave|/a||||4000", "pageleave|/b||||3500", "pageview|/a||||0", "pageview|/b||||0",
            ],
            (await stores.StoredAsync(site, 5, "name path element_tag element_id element_class dwell_ms")).Order());
    }

    [Fact]
    public async Task What_the_browser_says_of_itself_is_told_once_a_page_and_a_form_may_answer_with_its_field()
    {
        var site = Stores.NewSite();
        var opened = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 30_000;
        var about = """{"windowSize":[1280,720],"appCodeName":"Mozilla","appName":"Netscape","vendor":"Google Inc.","platform":"Linux x86_64","userAgent":"..."}""";

        foreach (var startTime in (long[])[opened, 0])
        {
            var answer = await stores.Collector.PostAsync(
                "api/track-behavior/",
                $$$"""{"userInfo":{{{about}}},"time":{"startTime":{{{startTime}}},"currentTime":{{{opened}}},"stopTime":0},"page_url":"http://{{{site}}}/","visitor_id":"v","session_id":"s","formInteractions":[[{},{{{opened}}}]],"contextChange":[]}""");
            Assert.DoesNotContain("refused", answer.Body, StringComparison.Ordinal);
        }

        Assert.Equal(
            [
                "form_interaction|{}", "form_interaction|{}",
                "pageview|{'platform':'Linux x86_64','vendor':'Google Inc.','appName':'Netscape','appCodeName':'Mozilla'}",
            ],
            (await stores.StoredAsync(site, 3, "name props")).Order());
    }
}
