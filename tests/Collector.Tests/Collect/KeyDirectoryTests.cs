using System.Net;
using Analytics.Collector.Tests.Contracts;
using Analytics.Storage;
using Analytics.TestKit;
using StackExchange.Redis;

namespace Analytics.Collector.Tests.Collect;

/// <summary>Keys of the store at the collector's door: sending old events, and reading how the collector is.</summary>
public sealed class KeyDirectoryTests(Stores stores)
{
    [Fact]
    public async Task A_stored_key_sends_old_events_to_its_sites_and_no_others()
    {
        var (mine, other) = (Stores.NewSite(), Stores.NewSite());
        await stores.Collector.PostAsync("collect/batch", Body(mine, "first"));
        await stores.Collector.PostAsync("collect/batch", Body(other, "first"));
        await stores.StoredAsync(other, 1, "name");
        var (key, _) = await SaveAsync([ApiKey.CollectScope], [mine]);

        var known = await Eventually.AnswersAsync(() => Backfill(mine, "old", key), answer => answer.Status == HttpStatusCode.Accepted);
        var foreign = await Backfill(other, "old", key);
        var unknown = await Backfill("site-that-nobody-made", "old", key);

        Assert.Equal((HttpStatusCode.Accepted, null), (known.Status, known.Dropped));
        Assert.Equal((HttpStatusCode.Accepted, "unknown_site"), (foreign.Status, foreign.Dropped));
        Assert.Equal((HttpStatusCode.Accepted, "unknown_site"), (unknown.Status, unknown.Dropped));
        Assert.Equal(["first", "old"], (await stores.StoredAsync(mine, 2, "name")).Order());
        Assert.Equal(["first"], await stores.StoredAsync(other, 1, "name"));
    }

    [Fact]
    public async Task A_key_without_the_scope_sends_nothing_old_and_one_without_query_reads_no_health()
    {
        var site = Stores.NewSite();
        var (reader, _) = await SaveAsync([ApiKey.QueryScope, ApiKey.AdminScope], [ApiKey.AllSites]);
        var (writer, _) = await SaveAsync([ApiKey.CollectScope], [ApiKey.AllSites]);

        var refused = await Eventually.AnswersAsync(() => Backfill(site, "old", reader), answer => answer.Status == HttpStatusCode.Forbidden);

        Assert.Equal((HttpStatusCode.Forbidden, "X-Backfill needs an API key with the scope 'collect'."), (refused.Status, refused.Detail));
        Assert.Equal(HttpStatusCode.OK, await HealthAsync(reader));
        Assert.Equal(HttpStatusCode.Forbidden, await HealthAsync(writer));
        Assert.Equal(HttpStatusCode.Unauthorized, await HealthAsync(ApiKeyText.Create().Key));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_within_a_second_of_the_word()
    {
        var site = Stores.NewSite();
        var (key, saved) = await SaveAsync([ApiKey.CollectScope], [ApiKey.AllSites]);
        await Eventually.AnswersAsync(() => Backfill(site, "old", key), answer => answer.Status == HttpStatusCode.Accepted);

        await new ApiKeys(stores.ClickHouse).DeleteAsync(saved, DateTimeOffset.UtcNow);
        await TellAsync("keys-changed", saved.Id);
        await Task.Delay(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.Unauthorized, (await Backfill(site, "old", key)).Status);
    }

    [Fact]
    public async Task A_sites_new_privacy_is_obeyed_within_a_second_of_the_word()
    {
        var key = Stores.NewSite();
        await stores.Collector.PostAsync("collect/batch", Body(key, "before"));
        await stores.StoredAsync(key, 1, "name");
        var sites = new Storage.Sites(stores.ClickHouse);
        var site = await Eventually.AnswersAsync(async () => (await sites.ListAsync()).Find(one => one.Key == key), one => one is not null);

        await sites.SaveAsync(site! with { BlockedPaths = ["/private/*"], HonourDnt = true }, DateTimeOffset.UtcNow);
        await TellAsync("sites-changed", key);
        await Task.Delay(TimeSpan.FromSeconds(1));

        Assert.Equal("blocked_path", (await stores.Collector.PostAsync("collect/batch", Body(key, "after", "/private/a"))).Dropped);
        Assert.Equal("opted_out", (await stores.Collector.PostAsync("collect/batch", Body(key, "after"), ("DNT", "1"))).Dropped);
        Assert.Null((await stores.Collector.PostAsync("collect/batch", Body(key, "after"))).Dropped);
    }

    private static string Body(string site, string name, string path = "/") => $$$"""
        {"site":"{{{site}}}","visitor":"v","session":"s","page":{"url":"https://shop.example{{{path}}}"},"events":[{"name":"{{{name}}}"}]}
        """;

    private Task<Posts.Answer> Backfill(string site, string name, string key) =>
        stores.Collector.PostAsync("collect/batch", Body(site, name), ("X-Backfill", "true"), ("Authorization", $"Bearer {key}"));

    private async Task<HttpStatusCode> HealthAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/ingest/health") { Headers = { { "X-Api-Key", key } } };
        using var response = await stores.Collector.Http.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<(string Text, ApiKey Key)> SaveAsync(string[] scopes, string[] sites)
    {
        var (text, id) = ApiKeyText.Create();
        var key = new ApiKey(id, "a test", scopes, sites) { Hash = ApiKeyText.Hash(text), Created = DateTimeOffset.UtcNow };
        await new ApiKeys(stores.ClickHouse).SaveAsync(key, DateTimeOffset.UtcNow.AddSeconds(-1));
        await TellAsync("keys-changed", id);
        return (text, key);
    }

    // As the query API does it.
    private async Task TellAsync(string channel, string what)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(stores.Server(RedisKind.Redis).ConnectionString);
        await redis.GetSubscriber().PublishAsync(channel, what);
    }
}
