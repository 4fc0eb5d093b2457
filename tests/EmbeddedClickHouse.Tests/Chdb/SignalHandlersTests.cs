using System.Diagnostics;
using System.Text.Json;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Chdb;

/// <summary>The engine brings signal handlers of its own; this looks whether .NET's garbage collector still gets its threads stopped.</summary>
public sealed class SignalHandlersTests
{
    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task The_garbage_collector_stops_threads_during_and_after_queries()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var table = await engine.NewTableAsync();

        var during = await CollectionsAsync(engine, () => LoadAsync(engine, table));
        await engine.QueryAsync("SELECT uniqExact(number), groupArray(number) FROM numbers(1000000) FORMAT Null");
        var after = await CollectionsAsync(engine, () => LoadAsync(engine, table));

        // A library version that broke the handlers gave 12 in 15 s.
        Assert.True(during >= 10 && after >= 10, $"{during} collections during, {after} after");
    }

    // Bodies in many requests at once: the engine's process allocates on all its threads while the engine works.
    private static async Task LoadAsync(EmbeddedEngine engine, string table)
    {
        var insert = Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(2000));
        var text = $"SELECT length('{new string('x', 200_000)}')";
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            while (Stopwatch.GetElapsedTime(started) < Phase)
            {
                if (i % 2 == 0)
                {
                    (await engine.PostAsync(insert)).EnsureSuccessStatusCode();
                }
                else
                {
                    Assert.Equal("200000\n", await engine.QueryAsync(text));
                }
            }
        }));
    }

    private static async Task<int> CollectionsAsync(EmbeddedEngine engine, Func<Task> work)
    {
        var before = await ReadAsync(engine);
        await work();
        return await ReadAsync(engine) - before;
    }

    private static async Task<int> ReadAsync(EmbeddedEngine engine)
    {
        using var health = JsonDocument.Parse(await engine.Http.GetStringAsync("health"));
        return health.RootElement.GetProperty("collections").GetInt32();
    }
}
