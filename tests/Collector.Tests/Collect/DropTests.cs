using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Collector.Tests.Contracts;
using Analytics.Storage;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Collect;

/// <summary>Whom a collector in Production does not count, what it answers them, and where they show.</summary>
public sealed class DropTests(Stores stores)
{
    private const string Headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36";
    private const string Crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    [Fact]
    public async Task Each_is_dropped_for_its_reason_and_counted_apart()
    {
        var (connection, clickHouse) = await stores.NewDatabaseAsync();
        var site = Stores.NewSite();
        var now = DateTimeOffset.UtcNow;
        await new Sites(clickHouse).SaveAsync(
            new(Identifier.OfSite(site), site, site, [$"{site}.example"], "UTC", now)
            {
                IpStorage = Site.DiscardIp,
                HonourDnt = true,
                BlockedIps = ["198.51.100.0/24", "2001:db8::1"],
                BlockedPaths = ["/admin/*"],
                BlockedHosts = [$"staging.{site}.example"],
            },
            now);
        await new Sites(clickHouse).SaveAsync(new(Identifier.OfSite(site + "-2"), site + "-2", site, [], "UTC", now) { HonourGpc = false }, now);
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        await using var collector = await CollectorProcess.StartAsync(
            redis.ConnectionString, connection, "Production", ("Bots__ReferrerSpam__0", "spam.example"), ("Bots__EventsPerSecond", "20"));
        await Eventually.AnswersAsync(() => collector.PostAsync("collect", "{}"), answer => answer.Status == HttpStatusCode.BadRequest);

        var number = 0;
        async Task<string?> Send(string path = "/", string extra = "", string agent = Posts.Browser, string host = "", string key = "", params (string, string)[] headers)
        {
            var answer = await collector.PostAsync(
                "collect/batch",
                $$"""{"site":"{{(key.Length > 0 ? key : site)}}","visitor":"v{{number++}}","session":"s","page":{"url":"https://{{host}}{{site}}.example{{path}}"},"events":[{"name":"pageview"}]{{extra}}}""",
                [("User-Agent", agent), .. headers]);
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
            return answer.Dropped;
        }

        Assert.Null(await Send(headers: ("X-Forwarded-For", "8.8.8.8")));
        Assert.Null(await Send(extra: ",\"automation\":true", agent: Headless));
        Assert.Equal("bot", await Send(agent: Headless));
        Assert.Equal("bot", await Send(agent: Crawler));
        Assert.Equal("opted_out", await Send(headers: ("Sec-GPC", "1")));
        Assert.Equal("opted_out", await Send(headers: ("DNT", "1")));
        Assert.Null(await Send(key: site + "-2", headers: [("Sec-GPC", "1"), ("DNT", "1")]));
        Assert.Equal("blocked_ip", await Send(headers: ("X-Forwarded-For", "198.51.100.77")));
        Assert.Equal("blocked_ip", await Send(headers: ("X-Forwarded-For", "2001:db8::1")));
        Assert.Equal("blocked_path", await Send("/admin/users"));
        Assert.Equal("blocked_host", await Send(host: "staging."));
        Assert.Equal("unknown_site", await Send(key: "stranger"));
        var spam = await collector.PostAsync(
            "collect/batch", $$"""{"site":"{{site}}","visitor":"x","page":{"url":"/","referrer":"https://www.spam.example/buy"},"events":[{"name":"pageview"}]}""");
        Assert.Equal("referrer_spam", spam.Dropped);
        var flood = $$"""{"site":"{{site}}","visitor":"flood","session":"s","events":[{{string.Join(',', Enumerable.Repeat("""{"name":"x"}""", 21))}}]}""";
        Assert.Equal("rate", (await collector.PostAsync("collect/batch", flood)).Dropped);

        string[] reasons = ["automation", "blocked_host", "blocked_ip", "blocked_path", "bot", "opted_out", "rate", "referrer_spam", "unknown_site"];
        using var health = await HealthAsync(collector);
        var own = health.RootElement.GetProperty("sites").EnumerateArray().Single(s => s.GetProperty("site").GetString() == site);
        Assert.Equal(2, own.GetProperty("accepted").GetInt64());
        Assert.Equal(21, own.GetProperty("droppedBy").GetProperty("rate").GetInt64());
        Assert.Equal(30, own.GetProperty("dropped").GetInt64());
        Assert.Equal(31, health.RootElement.GetProperty("dropped").GetInt64());
        Assert.True(health.RootElement.GetProperty("isWriter").GetBoolean());

        // Counted in the store when the collector ends, and else every ten seconds.
        await collector.StopAsync();
        await using var heir = await CollectorProcess.StartAsync(redis.ConnectionString, connection, "Production");
        var counts = await Eventually.AnswersAsync(
            () => clickHouse.QueryAsync<Dropped>("SELECT reason, sum(count) AS count FROM drops WHERE contract = 'batch' GROUP BY reason ORDER BY reason"),
            rows => rows.Count == reasons.Length, seconds: 20);
        Assert.Equal(reasons, counts.Select(count => count.Reason));
        Assert.Equal(31, counts.Sum(count => count.Count));

        var places = await Eventually.AnswersAsync(
            () => clickHouse.QueryAsync<Posts.Row>($"SELECT concat(country, '|', ip) AS line FROM events WHERE site_id = {Identifier.OfSite(site)} ORDER BY line"),
            rows => rows.Count == 2);
        Assert.Equal(["US|", "|"], places.Select(row => row.Line));
    }

    [Fact]
    public async Task The_health_report_needs_a_key_and_knows_the_writers_work()
    {
        var site = Stores.NewSite();
        using var without = await stores.Collector.Http.GetAsync("api/ingest/health");
        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (without.StatusCode, without.Content.Headers.ContentType!.MediaType));

        await stores.Collector.PostAsync("collect", $$"""{"type":"pageview","websiteId":"{{site}}","visitorId":"v","sessionId":"s"}""");
        await stores.StoredAsync(site, 1, "name");

        // A batch is counted once it is released, a moment after its rows can be seen.
        using var health = await Eventually.AnswersAsync(
            () => HealthAsync(stores.Collector), answer => answer.RootElement.GetProperty("writer").GetProperty("batches").GetInt64() > 0);
        var root = health.RootElement;
        Assert.InRange(root.GetProperty("writer").GetProperty("inserts").GetInt64(), 1, long.MaxValue);
        Assert.InRange(root.GetProperty("writer").GetProperty("batches").GetInt64(), 1, long.MaxValue);
        Assert.InRange(root.GetProperty("writer").GetProperty("meanInsertMs").GetDouble(), 0.1, 60_000);
        Assert.InRange(root.GetProperty("buffer").GetProperty("lagSeconds").GetDouble(), 0, 30);
        Assert.Equal(0, root.GetProperty("setAside").GetInt64());
    }

    private sealed record Dropped(string Reason, long Count);

    private static async Task<JsonDocument> HealthAsync(CollectorProcess collector)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/ingest/health") { Headers = { { "X-Api-Key", CollectorProcess.Key } } };
        using var response = await collector.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonDocument>())!;
    }
}
