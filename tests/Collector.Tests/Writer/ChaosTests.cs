using System.Net.Http.Json;
using Analytics.Storage;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Writer;

/// <summary>
/// Everything at once, as processes: two collectors, Redis and the engine are killed while clients send batches and repeat, under the
/// same id, what was not acknowledged. In the end each event is stored once.
/// </summary>
public sealed class ChaosTests(Stores stores)
{
    private const int Clients = 8;
    private const int EventsEach = 10;

    public static TheoryData<RedisKind> Kinds => [RedisKind.Redis, RedisKind.Garnet];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Each_event_is_stored_once_whoever_is_killed(RedisKind kind)
    {
        await using var redis = await RedisServer.StartAsync(kind);
        var (connection, clickHouse) = await stores.NewDatabaseAsync();
        var collectors = new[]
        {
            await CollectorProcess.StartAsync(redis.ConnectionString, connection),
            await CollectorProcess.StartAsync(redis.ConnectionString, connection),
        };
        var site = Stores.NewSite();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(() => SendAsync(client, site, collectors, stop.Token))).ToArray();
        try
        {
            for (var round = 0; round < 2; round++)
            {
                await Task.Delay(700);
                collectors[round].Kill9();
                await Task.Delay(200);
                await using (collectors[round])
                {
                    collectors[round] = await CollectorProcess.StartAsync(redis.ConnectionString, connection);
                }

                redis.Kill9();
                await redis.RestartAsync();
                await Task.Delay(500);
                redis.Pause();
                await Task.Delay(1_000);
                redis.Resume();
            }

            await collectors[0].StopAsync();
            await stop.CancelAsync();
            var sent = (await Task.WhenAll(clients)).Sum();

            Assert.InRange(sent, 100, int.MaxValue);
            var expected = Pushes(sent * EventsEach);
            Assert.Equal(expected, await Eventually.AnswersAsync(
                () => Buffer.Pushes.CountAsync(clickHouse, site), counts => counts == expected, seconds: 30));
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var collector in collectors)
            {
                await collector.DisposeAsync();
            }
        }

        static Buffer.Pushes.Counts Pushes(long events) => Buffer.Pushes.Counts.Exactly(events);
    }

    [Fact]
    public async Task Events_are_taken_while_ClickHouse_is_away_and_stored_once_when_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        await using var engine = await EmbeddedEngine.StartAsync();
        var connection = new Uri(engine.BaseAddress, "analytics").ToString();
        var clickHouse = ClickHouseRegistration.Create(connection);
        await new Migrations(clickHouse).ApplyAsync();
        await using var collector = await CollectorProcess.StartAsync(redis.ConnectionString, connection);
        var site = Stores.NewSite();
        var sent = 0;

        async Task SendSomeAsync()
        {
            for (var i = 0; i < 50; i++, sent++)
            {
                using var response = await collector.Http.PostAsJsonAsync("collect/batch", Batch(site, sent));
                Assert.Equal(System.Net.HttpStatusCode.Accepted, response.StatusCode);
            }
        }

        await SendSomeAsync();
        await Task.Delay(1_050);
        engine.Kill9();
        await SendSomeAsync();
        using (var health = await collector.Http.GetAsync("health"))
        {
            Assert.Equal("200 Degraded", $"{(int)health.StatusCode} {(await health.Content.ReadFromJsonAsync<HealthAnswer>())!.Status}");
        }

        await engine.RestartAsync();
        await SendSomeAsync();

        var expected = Buffer.Pushes.Counts.Exactly(sent * EventsEach);
        Assert.Equal(expected, await Eventually.AnswersAsync(
            () => Buffer.Pushes.CountAsync(clickHouse, site), counts => counts == expected, seconds: 20));
    }

    private sealed record HealthAnswer(string Status);

    private static async Task<int> SendAsync(int client, string site, CollectorProcess[] collectors, CancellationToken ct)
    {
        var sent = 0;
        while (!ct.IsCancellationRequested)
        {
            var batch = Batch(site, (client * 1_000_000) + sent);
            for (var attempt = 0; !await TrySendAsync(collectors[(client + attempt) % 2], batch); attempt++)
            {
                Assert.InRange(attempt, 0, 2_000);
                await Task.Delay(20, CancellationToken.None);
            }

            sent++;
        }

        return sent;
    }

    private static async Task<bool> TrySendAsync(CollectorProcess collector, object batch)
    {
        try
        {
            using var response = await collector.Http.PostAsJsonAsync("collect/batch", batch);
            return response.StatusCode == System.Net.HttpStatusCode.Accepted;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    // Each batch is a session of its own and each event has a time of its own, so that a missing one and one stored twice both show.
    private static object Batch(string site, int number) => new
    {
        site,
        batch = $"{site}-{number}",
        visitor = $"v{number}",
        session = $"s{number}",
        page = new { url = $"http://{site}.example/{number}" },
        events = Enumerable.Range(0, EventsEach).Select(i => new { name = "pageview", at = i }),
    };
}
