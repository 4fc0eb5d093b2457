using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>
/// Every example of an event in the five texts, exactly as it is written there, sent as curl sends it, and what must be in the store
/// afterwards. The texts name no site: the page's host does, or the Origin.
/// </summary>
public sealed class TextExampleTests(Stores stores)
{
    private const string Curl = "curl/8.14.1";

    /// <param name="Header">What tells the site where the example itself does not; SITE stands for the test's own.</param>
    /// <param name="Answer">ID stands for an id that is new each time.</param>
    /// <param name="Stored">One line an event, in the alphabet's order.</param>
    public sealed record Example(string Text, string Path, string Body, string? Header, HttpStatusCode Status, string Answer, string Stored, string Columns);

    private static readonly Example[] Examples =
    [
        new(
            "000: manual tracking", "api/track",
            """
            {
                "action_type": "button_click",
                "page": "/",
                "element_id": "submit-btn",
                "additional_data": "{\"element_text\": \"Submit Form\"}"
            }
            """,
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true}""",
            "click|track|/|submit-btn|Submit Form|{'element_text':'Submit Form'}", "name contract path element_id element_text props"),
        new(
            "000: UserTracking.track, custom action", "api/track",
            """{"action_type":"custom_action","page":"/","element_id":"element-id","additional_data":{"custom_data":"value"}}""",
            "Referer: http://SITE/", HttpStatusCode.OK, """{"success":true}""",
            "custom_action|track|/|element-id|{'custom_data':'value'}", "name contract path element_id props"),
        new(
            "000: UserTracking.track, content", "api/track",
            """{"action_type":"content_view","page":"/articles?page=2","element_id":"article-123","additional_data":"{\"article_title\": \"Sample Article\", \"reading_time\": \"5 minutes\"}"}""",
            "Referer: http://SITE/articles", HttpStatusCode.OK, """{"success":true}""",
            "content_view|/articles|page=2|article-123|{'article_title':'Sample Article','reading_time':'5 minutes'}", "name path query element_id props"),
        new(
            "000: UserTracking.track, preference", "api/track",
            """{"action_type":"preference_change","page":"/settings","element_id":"theme-toggle","additional_data":{"new_theme":"dark","previous_theme":"light"}}""",
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true}""",
            "preference_change|/settings|theme-toggle|{'new_theme':'dark','previous_theme':'light'}", "name path element_id props"),
        new(
            "000: log_user_activity", "api/track",
            """{"action_type":"custom_action","page":"/api/custom-action","element_id":"custom-element","additional_data":"{\"context\": \"custom\"}"}""",
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true}""",
            "custom_action|/api/custom-action|custom-element|{'context':'custom'}", "name path element_id props"),
        .. new[] { ("page_visit", "pageview"), ("button_click", "click"), ("form_submit", "form_submit"), ("form_submit_success", "form_submit_success"), ("form_submit_error", "form_submit_error"), ("input_focus", "input_focus") }
            .Select(action => new Example(
                $"000: {action.Item1}", "api/track", $$"""{"action_type":"{{action.Item1}}","page":"/form"}""", "Origin: http://SITE", HttpStatusCode.OK,
                """{"success":true}""", action.Item2 + "|/form", "name path")),
        new(
            "000: UserTracking.track, special element", "api/track",
            """{"action_type":"special_interaction","page":"/","element_id":"special-button","additional_data":{"timestamp":"2026-11-20T10:00:00.000Z","user_scroll_position":0}}""",
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true}""",
            "special_interaction|/|special-button|{'timestamp':'2026-11-20T10:00:00.000Z','user_scroll_position':'0'}", "name path element_id props"),
        new(
            "001: what userBehaviour hands over", "api/track-behavior/",
            """
            {"userInfo":{"windowSize":[1280,720],"appCodeName":"Mozilla","appName":"Netscape","vendor":"Google Inc.","platform":"Linux x86_64","userAgent":"..."},
             "time":{"startTime":1763600000000,"currentTime":1763600015000,"stopTime":0},
             "clicks":{"clickCount":1,"clickDetails":[[554,542,"html>body>div#login>input",1763600003000]]},
             "mouseMovements":[[1031,328,1763600001000]],"mouseScroll":[[0,400,1763600002000]],
             "keyboardActivities":[["Enter",1763600004000]],"navigationHistory":[["https://SITE/about",1763600005000]],
             "formInteractions":[["email_signup",1763600006000]],"touchEvents":[["touchstart",320,480,1763600007000]],
             "mediaInteractions":[["play","video.mp4",1763600008000]],"windowSizes":[[1280,720,1763600009000]],"visibilitychanges":[["hidden",1763600010000]]}
            """,
            "Referer: https://SITE/login", HttpStatusCode.OK, """{"status":"success","session_id":"ID"}""",
            """
            click|/login|554|942|html>body>div#login>input|{}
            form_interaction|/about|0|0||{'form':'email_signup'}
            key_activity|/login|0|0||{'keys':'1','Enter':'1'}
            media_play|/about|0|0||{'media':'video.mp4'}
            pageview|/about|0|0||{}
            pageview|/login|0|0||{'platform':'Linux x86_64','vendor':'Google Inc.','appName':'Netscape','appCodeName':'Mozilla'}
            resize|/about|0|0||{'width':'1280','height':'720'}
            visibility|/about|0|0||{'state':'hidden'}
            """, "name path x y element_selector props"),
        new(
            "001: a sale", "api/track-behavior/",
            """{"page_url":"https://SITE/thanks","ecommerce_events":[{"event_type":"purchase","product_id":"p1","product_name":"Mug","price":24.95,"quantity":2,"order_id":"A1","value":49.9,"currency":"EUR"}]}""",
            null, HttpStatusCode.OK, """{"status":"success","session_id":"ID"}""",
            "purchase|/thanks|A1|49.9|EUR|['p1']|['Mug']|[24.95]|[2]", "name path order_id revenue currency items.sku items.name items.price items.quantity"),
        new(
            "002: custom", "collect",
            """{"type":"custom","websiteId":"SITE","domain":"yourdomain.com","href":"http://localhost:3000/","visitorId":"uuid-here","sessionId":"session-uuid-here","eventName":"signup","eventData":{"plan":"pro"}}""",
            null, HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""", "signup|session-uuid-here|{'plan':'pro'}", "name session_key props"),
        new(
            "002: identify", "collect",
            """{"type":"identify","websiteId":"SITE","domain":"yourdomain.com","href":"http://localhost:3000/","visitorId":"uuid-here","sessionId":"session-uuid-here","userId":"user-1","traits":{"name":"Ann"}}""",
            null, HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""", "identify|user-1|{'name':'Ann'}", "name user_id props"),
        new(
            "002: buffered, all kinds", "api/events",
            """
            {"metadata":{"sessionId":"session-uuid","websiteId":"SITE","visitorId":"uuid-here","url":"http://localhost:3000/a","screen":"1920x1080","timestamp":1763600000000},
             "analytics":[{"type":"scroll","depth":75,"timestamp":1763600000000},{"type":"external_link","url":"https://other.example/x","text":"Other","timestamp":1763600000000}],
             "replay":[{"type":4,"data":{"href":"http://localhost:3000/a"},"timestamp":1763600000000}]}
            """,
            null, HttpStatusCode.Accepted, """{"accepted":2,"refused":[]}""",
            """
            outbound|/a|0|https://other.example/x|Other
            scroll|/a|75||
            """, "name path scroll_depth element_href element_text"),
        new(
            "003: a session begins", "api/session/start", """{"user_id":"user123","page_url":"/dashboard"}""",
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true,"session_id":"ID"}""", "session_start|activity|user123|/dashboard", "name contract user_id path"),
        new(
            "002: immediate", "collect",
            """
            {
              "type": "pageview",
              "websiteId": "your-website-id",
              "domain": "yourdomain.com",
              "href": "http://localhost:3000/",
              "referrer": null,
              "viewport": {"width": 1920, "height": 1080},
              "visitorId": "uuid-here",
              "sessionId": "session-uuid-here"
            }
            """,
            null, HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""",
            "pageview|collect|session-uuid-here|localhost|/|1920|1080", "name contract session_key hostname path viewport_width viewport_height"),
        new(
            "002: buffered", "api/events",
            """
            {
              "metadata": {
                "sessionId": "session-uuid",
                "url": "http://localhost:3000/",
                "screen": "1920x1080",
                "timestamp": "2025-01-01T00:00:00.000Z"
              },
              "analytics": [
                {
                  "type": "click",
                  "tag": "BUTTON",
                  "id": "submit-btn",
                  "class": "btn btn-primary",
                  "text": "Submit",
                  "x": 100,
                  "y": 200,
                  "timestamp": 1704067200000
                }
              ],
              "replay": []
            }
            """,
            null, HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""",
            "click|buffered|session-uuid|BUTTON|submit-btn|btn btn-primary|Submit|100|200", "name contract session_key element_tag element_id element_class element_text x y"),
        new(
            "003: activity", "api/activity/track",
            """
            {
                "user_id": "user123",
                "activity_type": "page_view",
                "page_url": "/dashboard",
                "metadata": {
                  "referrer": "https://google.com",
                  "utm_source": "search"
                }
            }
            """,
            "Origin: http://SITE", HttpStatusCode.OK, """{"success":true,"session_id":"ID"}""",
            "pageview|activity|user123|/dashboard|google.com|search|{'referrer':'https://google.com','utm_source':'search'}", "name contract user_id path referrer source props"),
        new(
            "004: page view", "api/events", """{"session_id":"abc","event_type":"page_view","page_url":"file:///C:/Users/<your-path>/tracker/demo.html","timestamp":"2026-11-20T10:00:00Z"}""",
            "X-Nothing: 1", HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""",
            "pageview|journey|abc|/C:/Users/<your-path>/tracker/demo.html", "name contract session_key path"),
        new(
            "004: click", "api/events", """{"session_id":"abc","event_type":"click","page_url":"http://SITE/demo.html","timestamp":"2026-11-20T10:00:01Z","x":120,"y":340}""",
            null, HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}""", "click|journey|abc|120|340", "name contract session_key x y"),
        new(
            "004: an array", "api/events",
            """
            [{"session_id":"abc","event_type":"page_view","url":"http://SITE/demo.html","timestamp":1763632800000},
             {"session_id":"abc","event_type":"click","url":"http://SITE/demo.html","timestamp":1763632801000,"x":120,"y":340,"viewport":{"width":1280,"height":720}}]
            """,
            null, HttpStatusCode.Accepted, """{"accepted":2,"refused":[]}""",
            """
            click|abc|/demo.html|120|340|1280
            pageview|abc|/demo.html|0|0|0
            """, "name session_key path x y viewport_width"),
    ];

    public static TheoryData<string> Names => [.. Examples.Select(example => example.Text)];

    [Theory, MemberData(nameof(Names))]
    public async Task An_example_is_answered_as_its_text_says_and_stored(string name)
    {
        var example = Examples.Single(e => e.Text == name);
        var own = Stores.NewSite();
        var body = example.Body.Replace("SITE", own, StringComparison.Ordinal);
        var header = example.Header?.Replace("SITE", own, StringComparison.Ordinal).Split(": ") ?? ["Accept", "*/*"];
        var answer = await stores.Collector.PostAsync(example.Path, body, ("User-Agent", Curl), (header[0], header[1]));

        Assert.Equal(example.Status, answer.Status);
        Assert.Null(answer.Dropped);
        Assert.Matches("^" + Regex.Escape(example.Answer).Replace("\"ID\"", "\"[0-9a-f-]{36}\"", StringComparison.Ordinal) + "$", answer.Body);

        if (body.Contains(own, StringComparison.Ordinal) || header[1].Contains(own, StringComparison.Ordinal))
        {
            var expected = example.Stored.Trim().Split('\n', StringSplitOptions.TrimEntries);
            var stored = await stores.StoredAsync(own, expected.Length, example.Columns);
            Assert.Equal(expected, stored.Order(StringComparer.Ordinal));
            return;
        }

        // It names a site that belongs to whichever test was first to see it.
        var columns = string.Join(", ", example.Columns.Split(' ').Select(column => $"toString({column})"));
        var all = await Eventually.AnswersAsync(
            async () => (await stores.ClickHouse.QueryAsync<Posts.Row>($"SELECT concatWithSeparator('|', {columns}) AS line FROM events")).Select(row => row.Line),
            lines => lines.Contains(example.Stored));
        Assert.Contains(example.Stored, all);
    }

    [Fact]
    public async Task A_session_of_003_begins_gathers_what_its_user_does_and_ends()
    {
        var site = Stores.NewSite();
        var collector = stores.Collector;

        var started = await collector.PostAsync("api/session/start", $$"""{"user_id":"u-{{site}}","site_id":"{{site}}"}""");
        var session = JsonDocument.Parse(started.Body).RootElement.GetProperty("session_id").GetString()!;
        await collector.PostAsync("api/activity/track", $$"""{"user_id":"u-{{site}}","site_id":"{{site}}","activity_type":"page_view","page_url":"/a"}""");
        var ended = await collector.PostAsync("api/session/end/" + session, "");
        await collector.PostAsync("api/activity/track", $$"""{"user_id":"u-{{site}}","site_id":"{{site}}","activity_type":"search","page_url":"/b","metadata":"{\"q\":\"mug\"}"}""");
        var unknown = await collector.PostAsync("api/session/end/never-begun", "");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound), (started.Status, ended.Status, unknown.Status));
        Assert.Equal($$"""{"success":true,"session_id":"{{session}}"}""", ended.Body);
        var stored = await stores.StoredAsync(site, 4, $"name user_id session_key='{session}' props");
        Assert.Equal(
            [$"pageview|u-{site}|1|{{}}", $"search|u-{site}|0|{{'q':'mug'}}", $"session_end|u-{site}|1|{{}}", $"session_start|u-{site}|1|{{}}"], stored.Order());
        Assert.Single((await stores.StoredAsync(site, 4, "visitor_id")).Distinct());
    }

    [Fact]
    public async Task Visitors_of_000_are_told_apart_by_their_cookie()
    {
        var site = Stores.NewSite();
        foreach (var header in (string[])["uid=ann", "a=b; uid=bob", "uid=ann"])
        {
            await stores.Collector.PostAsync("api/track", """{"action_type":"page_visit","page":"/"}""", ("Cookie", header), ("Referer", $"http://{site}/"));
        }

        await stores.Collector.PostAsync("api/track", """{"action_type":"page_visit","page":"/"}""", ("X-Visitor-Id", "ann"), ("Referer", $"http://{site}/"));

        Assert.Equal(2, (await stores.StoredAsync(site, 4, "visitor_id session_id")).Distinct().Count());
    }

    [Theory]
    [InlineData("api/track", "{}", "'action_type' must be given")]
    [InlineData("api/track", """{"action_type":["x"]}""", "'action_type' must be a string")]
    [InlineData("api/track", """{"action_type":"x","additional_data":5}""", "'additional_data' must be an object")]
    [InlineData("api/track-behavior/", "[]", "The body must be an object.")]
    [InlineData("api/track-behavior", """{"clicks":[]}""", "'clicks' must be an object")]
    [InlineData("api/track-behavior/", """{"userInfo":{"windowSize":5}}""", "'userInfo.windowSize' must be a width and a height")]
    [InlineData("api/activity/track", """{"user_id":"u"}""", "'activity_type' must be a name of 1 to 120 characters")]
    [InlineData("api/activity/track", """{"activity_type":"x","metadata":[]}""", "'metadata' must be an object")]
    [InlineData("api/session/start", """{"user_id":{}}""", "'user_id' must be a string")]
    public async Task A_field_of_the_wrong_type_is_named(string path, string body, string problem)
    {
        var answer = await stores.Collector.PostAsync(path, body);

        Assert.Equal((HttpStatusCode.BadRequest, problem), (answer.Status, answer.Detail));
    }
}
