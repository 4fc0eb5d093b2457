using System.Net;

namespace Analytics.AspNetCore.Tests.Requests;

public sealed class PageVisitTests
{
    [Fact]
    public async Task A_page_visit_is_logged_once_with_what_the_browser_said()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, ("Referer", "https://search.example/find?q=secret"), ("Sec-Fetch-Dest", "document"));

        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        using var answer = await visitor.GetAsync("products/mug?token=secret&utm_source=nl&UTM_Campaign=a%20b");

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        var id = cookie.Split('=', ';')[1];
        Assert.True(Guid.TryParseExact(id, "D", out _));
        Assert.Equal($"uid={id}; max-age=31536000; path=/; samesite=lax; httponly", cookie, ignoreCase: true);

        var request = Assert.Single((await collector.WithAsync(1)).Requests);
        Assert.Equal("/collect/batch", request.Path);
        Assert.Equal(RunningSite.Browser, request.Headers["User-Agent"]);
        Assert.Equal("en-GB,en;q=0.8", request.Headers["Accept-Language"]);
        Assert.Equal("127.0.0.1", request.Headers["X-Forwarded-For"]);
        Assert.False(request.Headers.ContainsKey("traceparent"));

        var at = request.Json.GetProperty("page").GetProperty("at").GetInt64();
        var sentAt = request.Json.GetProperty("sentAt").GetInt64();
        Assert.InRange(at, before, sentAt);
        Assert.Equal(
            $$"""
            {"site":"shop.example","batch":"{{request.Batch}}","visitor":"{{id}}","sentAt":{{sentAt}},"page":{"url":"{{site.Address}}products/mug?utm_source=nl&UTM_Campaign=a%20b","referrer":"https://search.example/find","at":{{at}}},"events":[{"name":"pageview","at":0}]}
            """,
            request.Body);
    }

    [Fact]
    public async Task A_visitor_keeps_the_id_of_the_first_page()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var ann = site.Visitor();
        using var bob = site.Visitor();

        await ann.GetAsync("");
        await bob.GetAsync("");
        using var second = await ann.GetAsync("products/mug");

        Assert.False(second.Headers.Contains("Set-Cookie"));
        await collector.WithAsync(3);
        Assert.Equal([1, 2], collector.Events.GroupBy(e => e.Request.Visitor).Select(visitor => visitor.Count()).Order());
        Assert.Equal(3, collector.Requests.Count);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("short")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task A_cookie_that_is_no_id_is_replaced(string forged)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, ("Cookie", "uid=" + Uri.EscapeDataString(forged)));

        using var answer = await visitor.GetAsync("");

        Assert.True(answer.Headers.Contains("Set-Cookie"));
        Assert.True(Guid.TryParse((await collector.WithAsync(1)).Requests.Single().Visitor, out _));
    }

    [Theory]
    [InlineData("site.css")]
    [InlineData("about.html")]
    [InlineData("gone")]
    [InlineData("nowhere")]
    [InlineData("broken")]
    [InlineData("health")]
    [InlineData("api/stock")]
    [InlineData("", "Sec-Purpose", "prefetch;prerender")]
    [InlineData("", "Purpose", "prefetch")]
    [InlineData("", "Sec-Fetch-Dest", "iframe")]
    [InlineData("", "Sec-Fetch-Dest", "empty")]
    [InlineData("", "X-Requested-With", "XMLHttpRequest")]
    public async Task What_is_no_visit_of_a_page_is_not_logged(string path, string? header = null, string? value = null)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, header is null ? [] : [(header, value!)]);
        using var other = site.Visitor();

        using var answer = await visitor.GetAsync(path);
        using var head = await visitor.SendAsync(new(HttpMethod.Head, "thanks"));
        await other.GetAsync("thanks");

        Assert.False(answer.Headers.Contains("Set-Cookie"));
        await collector.WithAsync(1);
        await site.StopAsync();
        Assert.Equal(["/thanks"], collector.Requests.Select(request => new Uri(request.Url).AbsolutePath));
    }

    [Theory]
    [InlineData("app/settings", null, null)]
    [InlineData("", "Accept", "text/html; blazor-enhanced-nav=on")]
    [InlineData("", "HX-Boosted", "true")]
    public async Task Pages_of_applications_are_pages(string path, string? header, string? value)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: true, header is null ? [] : [(header, value!), ("Sec-Fetch-Dest", "empty")]);

        using var answer = await visitor.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/" + path, new Uri((await collector.WithAsync(1)).Requests.Single().Url).AbsolutePath);
    }

    [Fact]
    public async Task Options_say_what_is_left_out_and_what_comes_in()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(
            collector,
            options =>
            {
                options.StaticPages = true;
                options.UserId = _ => "user-7";
                options.Filter = context => context.Request.Path != "/thanks";
            },
            change: null,
            "--ActivityTracking:ExcludedPaths:0", "/products/", "--ActivityTracking:QueryParameters:0", "*", "--ActivityTracking:ForwardAddress", "false");
        using var visitor = site.Visitor();

        await visitor.GetAsync("thanks");
        await visitor.GetAsync("products/mug");
        await visitor.GetAsync("health");
        await visitor.GetAsync("about.html?all=1");

        await collector.WithAsync(1);
        await site.StopAsync();
        var request = Assert.Single(collector.Requests);
        Assert.Equal("/about.html?all=1", new Uri(request.Url).PathAndQuery);
        Assert.Equal("user-7", request.Json.GetProperty("user").GetString());
        Assert.False(request.Headers.ContainsKey("X-Forwarded-For"));
    }

    [Fact]
    public async Task Odd_headers_reach_the_collector_and_hold_nothing_up()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
        using var visitor = new HttpClient(handler) { BaseAddress = site.Address };
        visitor.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Browsér 1.0 ☃");
        visitor.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", new string('x', 5000));

        using var answer = await visitor.GetAsync("products/%F0%9F%98%80?utm_source=%");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var request = (await collector.WithAsync(1)).Requests.Single();
        Assert.Equal("Browsér 1.0 ☃", request.Headers["User-Agent"]);
        Assert.Equal(256, request.Headers["Accept-Language"].Length);
    }
}
