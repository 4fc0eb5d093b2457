using Analytics.Collector.Buffer;
using Analytics.Storage;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Buffer;

public sealed class EventBufferKillTests(Stores stores)
{
    public static TheoryData<RedisKind> Kinds => [RedisKind.Redis, RedisKind.Garnet];

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_was_acknowledged_is_stored_once_when_the_server_is_killed_and_paused_in_the_middle(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        using var buffer = Pushes.Buffer(redis, new BufferOptions { AttemptTimeout = TimeSpan.FromSeconds(1), ConnectPatience = TimeSpan.FromSeconds(20) });
        await buffer.StartAsync(CancellationToken.None);
        var site = Stores.NewSite();
        using var stop = new CancellationTokenSource();

        var senders = Enumerable.Range(0, 16).Select(sender => Task.Run(() => SendAsync(buffer, site, sender, stop.Token))).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await Task.Delay(300);
            server.Kill9();
            await server.RestartAsync();
            await Task.Delay(300);
        }

        server.Pause();
        await Task.Delay(1_500);
        server.Resume();
        await Task.Delay(300);
        await stop.CancelAsync();
        var outcomes = (await Task.WhenAll(senders)).SelectMany(o => o).ToList();
        await buffer.StopAsync(CancellationToken.None);
        await Pushes.DrainAllAsync(Pushes.Drain(redis), stores.ClickHouse);

        Assert.DoesNotContain(outcomes, outcome => outcome != AppendOutcome.Stored);
        Assert.InRange(outcomes.Count, 500, int.MaxValue);
        Assert.Equal(Pushes.Counts.Exactly(outcomes.Count), await Pushes.CountAsync(stores.ClickHouse, site));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_largest_request_goes_through_each_of_the_servers(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        using var buffer = Pushes.Buffer(redis, new BufferOptions { AttemptTimeout = TimeSpan.FromSeconds(20) });
        await buffer.StartAsync(CancellationToken.None);
        var site = Identifier.OfSite(Stores.NewSite());
        var part = new RequestPart();
        part.Begin(BufferTable.Replay);
        part.Add(new ReplayRow { SiteId = site, SessionId = 1, VisitorId = 1, Timestamp = DateTimeOffset.UtcNow, Events = 1, Chunk = new byte[RequestPart.MaxLength - 100] });
        Assert.InRange(part.Length, RequestPart.MaxLength - 100, RequestPart.MaxLength);

        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(part));
        await buffer.StopAsync(CancellationToken.None);
        await Pushes.DrainAllAsync(Pushes.Drain(redis), stores.ClickHouse);

        Assert.Equal(RequestPart.MaxLength - 100, await stores.ClickHouse.ScalarAsync<long>($"SELECT toInt64(sum(length(chunk))) FROM replay WHERE site_id = {site}"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_server_that_is_away_is_noticed_within_the_patience_and_found_again_within_two_seconds(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        using var buffer = Pushes.Buffer(redis, new BufferOptions { ConnectPatience = TimeSpan.FromMilliseconds(500) });
        await buffer.StartAsync(CancellationToken.None);
        var site = Stores.NewSite();
        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(Pushes.Part(site, 1)));

        server.Kill9();
        await Eventually.AnswersAsync(() => Task.FromResult(redis.IsConnected), connected => !connected);
        Assert.Equal(AppendOutcome.Unavailable, await buffer.AppendAsync(Pushes.Part(site, 2)).WaitAsync(TimeSpan.FromSeconds(3)));
        await server.RestartAsync();
        await Eventually.AnswersAsync(() => Task.FromResult(redis.IsConnected), connected => connected, seconds: 2);

        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(Pushes.Part(site, 3)));
        await buffer.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_full_buffer_says_so_and_opens_again_when_it_is_drained()
    {
        await using var server = await RedisServer.StartAsync(RedisKind.Redis);
        using var redis = Pushes.Connect(server.ConnectionString);
        using var buffer = Pushes.Buffer(redis, new BufferOptions { MaxBytes = 1 << 20 });
        await buffer.StartAsync(CancellationToken.None);
        var site = Stores.NewSite();
        var sent = 0;
        while (!buffer.IsFull && sent < 2_000_000)
        {
            Assert.NotEqual(AppendOutcome.Unavailable, await buffer.AppendAsync(Pushes.Part(site, sent, 100)));
            sent += 100;
        }

        Assert.Equal(AppendOutcome.Full, await buffer.AppendAsync(Pushes.Part(site, sent)));
        await Pushes.DrainAllAsync(Pushes.Drain(redis), stores.ClickHouse);
        Assert.False(await Eventually.AnswersAsync(() => Task.FromResult(buffer.IsFull), full => !full));
        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(Pushes.Part(site, sent)));
        await buffer.StopAsync(CancellationToken.None);
    }

    private static async Task<List<AppendOutcome>> SendAsync(EventBuffer buffer, string site, int sender, CancellationToken ct)
    {
        var outcomes = new List<AppendOutcome>();
        while (!ct.IsCancellationRequested)
        {
            outcomes.Add(await buffer.AppendAsync(Pushes.Part(site, (sender * 1_000_000) + outcomes.Count)));
        }

        return outcomes;
    }
}
