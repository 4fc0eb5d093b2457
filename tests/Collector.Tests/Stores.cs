using System.Globalization;
using Analytics.Storage;
using Analytics.TestKit;

[assembly: AssemblyFixture(typeof(Analytics.Collector.Tests.Stores))]

namespace Analytics.Collector.Tests;

/// <summary>
/// What most tests share: an engine with the schema, one server of each Redis kind, and a collector in Development over the first.
/// Tests stay apart by their site. Those that kill or count everything start their own.
/// </summary>
public sealed class Stores : IAsyncLifetime
{
    private static int lastSite;

    private RedisServer redis = null!;
    private RedisServer garnet = null!;

    public EmbeddedEngine Engine { get; private set; } = null!;

    public CollectorProcess Collector { get; private set; } = null!;

    public ClickHouse ClickHouse { get; private set; } = null!;

    public string ClickHouseConnection => new Uri(Engine.BaseAddress, "analytics").ToString();

    public RedisServer Server(RedisKind kind) => kind == RedisKind.Redis ? redis : garnet;

    /// <summary>A site of this test's own.</summary>
    public static string NewSite() => string.Create(
        CultureInfo.InvariantCulture, $"site-{Environment.ProcessId}-{Interlocked.Increment(ref lastSite)}");

    public async ValueTask InitializeAsync()
    {
        var engine = EmbeddedEngine.StartAsync();
        var servers = Task.WhenAll(RedisServer.StartAsync(RedisKind.Redis), RedisServer.StartAsync(RedisKind.Garnet));
        Engine = await engine;
        (redis, garnet) = ((await servers)[0], (await servers)[1]);
        ClickHouse = ClickHouseRegistration.Create(ClickHouseConnection);
        await new Migrations(ClickHouse).ApplyAsync();
        Collector = await CollectorProcess.StartAsync(redis.ConnectionString, ClickHouseConnection);
    }

    /// <summary>A database of its own, for tests that count everything there is.</summary>
    public async Task<(string Connection, ClickHouse ClickHouse)> NewDatabaseAsync()
    {
        var connection = new Uri(Engine.BaseAddress, "db_" + Guid.NewGuid().ToString("N")).ToString();
        var clickHouse = ClickHouseRegistration.Create(connection);
        await new Migrations(clickHouse).ApplyAsync();
        return (connection, clickHouse);
    }

    public async ValueTask DisposeAsync()
    {
        await Collector.DisposeAsync();
        await redis.DisposeAsync();
        await garnet.DisposeAsync();
        await Engine.DisposeAsync();
    }
}

internal static class Eventually
{
    /// <summary>Asks until the answer is as wanted or 10 seconds have passed; the last answer is then compared by the caller.</summary>
    public static async Task<T> AnswersAsync<T>(Func<Task<T>> ask, Func<T, bool> isWanted, int seconds = 10)
    {
        var end = DateTime.UtcNow.AddSeconds(seconds);
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer) || DateTime.UtcNow > end)
            {
                return answer;
            }

            await Task.Delay(50);
        }
    }
}
