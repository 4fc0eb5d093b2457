using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using Analytics.Contracts;
using Analytics.TestKit;
using StackExchange.Redis;

namespace Analytics.QueryApi.Tests.Sites;

public sealed class SiteChangesTests(Api api)
{
    [Fact]
    public async Task Every_change_of_a_site_is_told_over_redis()
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        using var listener = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var told = Channel.CreateUnbounded<string>();
        await listener.GetSubscriber().SubscribeAsync("sites-changed", (_, key) => told.Writer.TryWrite(key!));
        await using var server = api.Server(("ConnectionStrings:redis", redis.ConnectionString));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        var site = $"k{Guid.NewGuid():n}";

        await client.PostAsJsonAsync("/api/sites", new NewSite(site));
        Assert.Equal(site, await told.Reader.ReadAsync());
        await client.PutAsJsonAsync($"/api/sites/{site}", new SiteChange("Another name"));
        Assert.Equal(site, await told.Reader.ReadAsync());
        await client.DeleteAsync($"/api/sites/{site}");
        Assert.Equal(site, await told.Reader.ReadAsync());
    }

    [Fact]
    public async Task A_site_can_be_changed_while_redis_is_away()
    {
        await using var server = api.Server(("ConnectionStrings:redis", "127.0.0.1:9")); // the discard port: nobody listens
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        var site = $"k{Guid.NewGuid():n}";
        var watch = Stopwatch.StartNew();

        using var response = await client.PostAsJsonAsync("/api/sites", new NewSite(site));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
        Assert.Equal(site, (await client.GetAsync<SiteResponse>($"/api/sites/{site}")).Key);
    }
}
