using System.Net;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>What a page loads, in all its faces. That they work in a browser: EndToEnd.Tests.</summary>
public sealed class ScriptTests(Stores stores)
{
    public static TheoryData<string> Scripts => ["script.js", "tracking.js", "js/userBehaviour.js", "t/index.js", "t/capture.js", "t/vitals.js"];

    [Theory, MemberData(nameof(Scripts))]
    public async Task A_script_is_served_to_pages_of_any_origin_for_an_hour(string script)
    {
        foreach (var (accepted, encoding) in ((string, string)[])[("", ""), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")])
        {
            using var answer = await SendAsync(HttpMethod.Get, script, accepted);
            var body = await answer.Content.ReadAsByteArrayAsync();

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/javascript; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault() ?? "");
            Assert.Equal("public, max-age=3600, stale-while-revalidate=86400", Header(answer, "Cache-Control"));
            Assert.Equal("Accept-Encoding", Header(answer, "Vary"));
            Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
            Assert.Equal("cross-origin", Header(answer, "Cross-Origin-Resource-Policy"));
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
            Assert.InRange(body.Length, 1_000, encoding.Length > 0 ? 7 * 1024 : 24 * 1024);
        }
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task What_a_browser_has_is_not_sent_again(string script)
    {
        var tags = new List<string>();
        foreach (var accepted in (string[])["", "gzip", "br"])
        {
            using var first = await SendAsync(HttpMethod.Get, script, accepted);
            var tag = first.Headers.ETag!.ToString();
            using var second = await SendAsync(HttpMethod.Get, script, accepted, tag);
            using var older = await SendAsync(HttpMethod.Get, script, accepted, "\"another\"");

            Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.OK), (second.StatusCode, older.StatusCode));
            Assert.Empty(await second.Content.ReadAsByteArrayAsync());
            Assert.Equal(tag, second.Headers.ETag!.ToString());
            Assert.Equal("public, max-age=3600, stale-while-revalidate=86400", Header(second, "Cache-Control"));
            tags.Add(tag);
        }

        // Each encoding is a thing of its own to a cache.
        Assert.Equal(3, tags.Distinct().Count());
    }

    [Theory, MemberData(nameof(Scripts))]
    public async Task A_question_for_the_head_alone_is_answered_with_it(string script)
    {
        using var whole = await SendAsync(HttpMethod.Get, script, "gzip");
        using var head = await SendAsync(HttpMethod.Head, script, "gzip");

        Assert.Equal((HttpStatusCode.OK, whole.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(whole.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_module_that_does_not_exist_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await stores.Collector.Http.GetAsync("t/nothing.js")).StatusCode);

    [Fact]
    public async Task Scripts_under_other_names_post_to_other_names_and_the_usual_ones_go_on_working()
    {
        await using var collector = await CollectorProcess.StartAsync(
            stores.Server(RedisKind.Redis).ConnectionString, stores.ClickHouseConnection, "Development",
            ("Tracker__ScriptPath", "/s.js"), ("Tracker__CollectPath", "/b"), ("Tracker__ModulesPath", "/m/"),
            ("Tracker__TrackingScriptPath", "/u/u.js"), ("Tracker__TrackPath", "/u/a"),
            ("Tracker__BehaviourScriptPath", "/v.js"), ("Tracker__BehaviourPath", "/v/"));

        foreach (var (name, usual, chosen, hidden) in ((string, string, string[], string[])[])
            [
                ("s.js", "script.js", ["\"/b\"", "\"/m/\""], ["/collect/batch", "\"/t/\""]),
                ("m/index.js", "t/index.js", ["\"/b\""], ["/collect/batch"]),
                ("u/u.js", "tracking.js", ["\"/u/a\""], ["/api/track\""]),
                ("v.js", "js/userBehaviour.js", ["\"/v\""], ["/api/track-behavior"]),
                ("m/capture.js", "t/capture.js", [], []),
            ])
        {
            var script = await collector.Http.GetStringAsync(name);
            Assert.Equal(script, await collector.Http.GetStringAsync(usual));
            Assert.All(chosen, path => Assert.Contains(path, script, StringComparison.Ordinal));
            Assert.All(hidden, path => Assert.DoesNotContain(path, script, StringComparison.Ordinal));
        }

        var site = Stores.NewSite();
        foreach (var (path, body) in ((string, string)[])
            [
                ("b", $$"""{"site":"{{site}}","page":{"url":"https://x.example/1"},"events":[{"name":"pageview"}]}"""),
                ("u/a", $$"""{"site_id":"{{site}}","action_type":"page_visit","page":"https://x.example/2"}"""),
                ("v", $$"""{"site_id":"{{site}}","page_url":"https://x.example/3","navigationHistory":[["https://x.example/3",{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}]]}"""),
                ("collect/batch", $$"""{"site":"{{site}}","page":{"url":"https://x.example/4"},"events":[{"name":"pageview"}]}"""),
            ])
        {
            var answer = await collector.PostAsync(path, body, ("User-Agent", Posts.Browser));
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{path}: {answer.Status} {answer.Body}");
        }

        Assert.Equal(["/1", "/2", "/3", "/4"], (await stores.StoredAsync(site, 4, "path")).Order());
        using var preflight = await collector.Http.SendAsync(new(HttpMethod.Options, "b") { Headers = { { "Origin", "https://x.example" } } });
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string script, string accepted, string? tag = null)
    {
        using var request = new HttpRequestMessage(method, script);
        if (accepted.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        return await stores.Collector.Http.SendAsync(request);
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
