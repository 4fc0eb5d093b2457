using System.Net;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>The examples of the texts that this system replaces, as they stand there but for the site's name.</summary>
public sealed class ExampleTests(Stores stores)
{
    [Fact]
    public async Task A_pageview_of_the_analytics_script_is_taken_from_curl_and_counted()
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync("collect", $$$"""
            {
              "type": "pageview",
              "websiteId": "{{{site}}}",
              "domain": "yourdomain.com",
              "href": "http://localhost:3000/",
              "referrer": null,
              "viewport": {"width": 1920, "height": 1080},
              "visitorId": "uuid-here",
              "sessionId": "session-uuid-here"
            }
            """, ("User-Agent", "curl/8.14.1"));

        Assert.Equal((HttpStatusCode.Accepted, """{"accepted":1,"refused":[]}"""), (answer.Status, answer.Body));
        Assert.Equal(
            ["pageview|collect|session-uuid-here|localhost|/|1920|1080|Direct"],
            await stores.StoredAsync(site, 1, "name contract session_key hostname path viewport_width viewport_height channel"));
    }

    [Fact]
    public async Task Buffered_clicks_of_the_analytics_script_are_taken()
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync("api/events", $$$"""
            {
              "metadata": {
                "sessionId": "session-uuid",
                "url": "http://{{{site}}}/",
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
            """);

        Assert.Equal((HttpStatusCode.Accepted, 1), (answer.Status, answer.Accepted));
        Assert.Equal(
            ["click|buffered|session-uuid|BUTTON|submit-btn|btn btn-primary|Submit|100|200|1920|1080"],
            await stores.StoredAsync(
                site, 1, "name contract session_key element_tag element_id element_class element_text x y screen_width screen_height"));
    }

    [Fact]
    public async Task An_element_that_came_without_a_selector_is_named_by_its_id_or_its_tag()
    {
        var site = Stores.NewSite();

        await stores.Collector.PostAsync("api/events", $$$"""
            {"metadata":{"sessionId":"s","url":"http://{{{site}}}/"},"analytics":[
             {"type":"click","tag":"BUTTON","id":"submit-btn","x":1,"y":1},
             {"type":"click","tag":"A","x":2,"y":2},
             {"type":"click","tag":"A","id":"home","selector":"#nav>a","x":3,"y":3}]}
            """);

        Assert.Equal(["#submit-btn|1", "a|2", "#nav>a|3"], await stores.StoredAsync(site, 3, "element_selector x"));
    }

    [Fact]
    public async Task Custom_and_identify_events_keep_what_they_carry()
    {
        var site = Stores.NewSite();
        var collector = stores.Collector;
        await collector.PostAsync("collect", $$$"""
            {"type":"custom","websiteId":"{{{site}}}","href":"http://a.example/","visitorId":"v","sessionId":"s","eventName":"signup","eventData":{"plan":"pro","price":9.9,"list":[1,2]},"extra":true}
            """);
        await collector.PostAsync("collect", $$$"""
            {"type":"identify","websiteId":"{{{site}}}","href":"http://a.example/","visitorId":"v","sessionId":"s","userId":"u1","traits":{"name":"Ann"}}
            """);

        Assert.Equal(
            ["signup||{'plan':'pro','price':'9.9','list':'[1,2]','extra':'true'}", "identify|u1|{'name':'Ann'}"],
            await stores.StoredAsync(site, 2, "name user_id props"));
    }

    [Fact]
    public async Task Journey_events_are_taken_one_by_one_and_as_an_array()
    {
        var site = Stores.NewSite();
        var collector = stores.Collector;
        await collector.PostAsync("api/events", $$$"""
            {"session_id":"j1","event_type":"page_view","page_url":"http://{{{site}}}/a?x=1","timestamp":"{{{DateTime.UtcNow.AddMinutes(-3):O}}}"}
            """);
        var answer = await collector.PostAsync("api/events", $$$"""
            [{"session_id":"j1","event_type":"click","url":"http://{{{site}}}/a","timestamp":{{{DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeMilliseconds()}}},"x":10,"y":20,"viewport":{"width":800,"height":600}},
             {"session_id":"j1","event_type":"click","url":"http://{{{site}}}/a","x":"far","y":20},
             {"session_id":"j2","event_type":"page_view","page_url":"http://{{{site}}}/b"}]
            """);

        Assert.Equal("""{"accepted":2,"refused":[{"index":1,"reason":"'x' must be a number","field":"x"}]}""", answer.Body);
        Assert.Equal(
            ["pageview|journey|j1|/a|x=1|0|0|0", "click|journey|j1|/a||10|20|800", "pageview|journey|j2|/b||0|0|0"],
            await stores.StoredAsync(site, 3, "name contract session_key path query x y viewport_width"));
    }

    [Fact]
    public async Task A_recording_is_kept_byte_for_byte()
    {
        var site = Stores.NewSite();
        const string Recording = """[{"type":4,"data":{"href":"http://é/"},"timestamp":1},{"type":2,"data":{},"timestamp":2}]""";

        await stores.Collector.PostAsync("api/events", $$$"""{"metadata":{"sessionId":"r","websiteId":"{{{site}}}"},"analytics":[],"replay":{{{Recording}}}}""");

        Assert.Equal(["2|" + Recording], await stores.LinesAsync(
            site, "SELECT concat(toString(events), '|', chunk) AS line FROM replay WHERE site_id = {site:UInt32}"));
    }

    [Fact]
    public async Task A_click_without_a_visitor_belongs_to_the_visitor_of_its_session()
    {
        var site = Stores.NewSite();
        await stores.Collector.PostAsync("collect", $$$"""{"type":"pageview","websiteId":"{{{site}}}","href":"http://{{{site}}}/","visitorId":"v9","sessionId":"s9"}""");
        await stores.Collector.PostAsync("api/events", $$$"""{"metadata":{"sessionId":"s9","websiteId":"{{{site}}}"},"analytics":[{"type":"click","x":1,"y":1}]}""");

        var visitors = await stores.StoredAsync(site, 2, "visitor_id");

        Assert.Equal([visitors[0], visitors[0]], visitors);
    }

    [Theory]
    [InlineData("pageview.json")]
    [InlineData("identify.json")]
    [InlineData("visit.json")]
    public async Task What_the_tracker_sends_is_taken_whole(string file)
    {
        var site = Stores.NewSite();
        var golden = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "golden", file));
        var events = System.Text.Json.JsonDocument.Parse(golden).RootElement.GetProperty("events").GetArrayLength();

        var answer = await stores.Collector.PostAsync(
            "collect/batch", golden.Replace("\"shop\"", $"\"{site}\"", StringComparison.Ordinal), ("User-Agent", Posts.Browser));

        Assert.Equal($$$"""{"accepted":{{{events}}},"refused":[]}""", answer.Body);
        Assert.Equal(events, (await stores.StoredAsync(site, events, "name")).Length);
    }

    [Fact]
    public async Task A_batch_of_our_own_is_stored_in_all_its_parts()
    {
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var answer = await stores.Collector.PostAsync("collect/batch", $$$"""
            {"site":"{{{site}}}","batch":"b-{{{site}}}","visitor":"v","session":"s","user":null,"sentAt":{{{now}}},
             "page":{"url":"https://shop.example/p/1?utm_source=nl&gclid=secret&q=1#part","referrer":"https://www.google.com/search?q=mug","title":"Mug","viewport":[1280,720],"document":[1280,4000],"screen":[1920,1080],"language":"en-GB","timezone":"Europe/Madrid"},
             "events":[{"name":"pageview","at":0},{"name":"click","at":1200,"x":640,"y":410,"element":{"selector":"#buy","tag":"BUTTON","text":"Buy","ex":0.4,"ey":0.5}},
                       {"name":"purchase","at":9000,"revenue":49.9,"currency":"EUR","order":"A1","items":[{"sku":"p1","name":"Mug","price":24.95,"quantity":2}],"props":{"coupon":"X"}}],
             "points":{"move":[[10,20,100],[11,21,150]],"scroll":[[0,400,300]],"touch":[]},
             "replay":{"seq":0,"events":[{"type":2}]}}
            """, ("User-Agent", Posts.Browser));

        Assert.Equal("""{"accepted":3,"refused":[]}""", answer.Body);
        Assert.Equal(
            [
                "pageview|nl|gclid|q=1|www.google.com/search|nl|Paid Search|Chrome|Linux|desktop|0|0|0|0||[]|{}",
                "click|nl|gclid|q=1|www.google.com/search|nl|Paid Search|Chrome|Linux|desktop|640|410|4000|0||[]|{}",
                "purchase|nl|gclid|q=1|www.google.com/search|nl|Paid Search|Chrome|Linux|desktop|0|0|0|49.9|A1|[2]|{'coupon':'X'}",
            ],
            (await stores.StoredAsync(
                site, 3, "name utm_source click_id query referrer source channel browser os device x y element_x revenue order_id items.quantity props"))
            .Select(line => line.Replace("|65535|", "|0|", StringComparison.Ordinal)));
        Assert.Equal(["move|[10,11]|[20,21]|[0,50]", "scroll|[0]|[400]|[0]"], await stores.LinesAsync(
            site,
            "SELECT concatWithSeparator('|', kind, toString(points.x), toString(points.y), toString(points.ms)) AS line "
            + "FROM pointers WHERE site_id = {site:UInt32} ORDER BY kind",
            count: 2));
        Assert.Equal(["""[{"type":2}]"""], await stores.LinesAsync(
            site, "SELECT chunk AS line FROM replay WHERE site_id = {site:UInt32}"));
    }
}
