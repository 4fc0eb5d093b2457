using Analytics.TestKit;

namespace Analytics.Storage.Tests;

/// <summary>An insert that is repeated under its token counts once in every table, also when the server was killed in between.</summary>
public sealed class RepeatedInsertTests
{
    private const ulong Visitor = 7;

    [Fact]
    public async Task A_block_stored_right_after_the_migrations_counts_once_when_it_is_repeated_after_a_kill()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var clickHouse = ClickHouseRegistration.Create($"{engine.BaseAddress}analytics");
        await new Migrations(clickHouse).ApplyAsync();
        async Task Insert()
        {
            await clickHouse.InsertAsync<EventRow>(Events(), "batch-events");
            await clickHouse.InsertAsync<PointerRow>(Pointers(), "batch-pointers");
        }

        await Insert();
        var stored = await BlocksAsync(clickHouse, engine);
        var derived = await clickHouse.QueryAsync<Row>(
            "SELECT DISTINCT extract(create_table_query, ' TO \\\\w+\\\\.(\\\\w+) ') AS name FROM system.tables WHERE database = 'analytics' AND engine = 'MaterializedView'");
        Assert.Empty(derived.Select(row => row.Name).Except(stored.Keys)); // every view has derived something: none is left out here

        await Insert();
        Assert.Equal(Told(stored), Told(await BlocksAsync(clickHouse, engine)));

        engine.Kill9();
        await engine.RestartAsync();
        await Insert();
        Assert.Equal(Told(stored), Told(await BlocksAsync(clickHouse, engine)));
    }

    private static string Told(SortedDictionary<string, int> blocks) => string.Join(", ", blocks);

    // How many blocks each table has taken: merges do not change that.
    private static async Task<SortedDictionary<string, int>> BlocksAsync(ClickHouse clickHouse, EmbeddedEngine engine)
    {
        var tables = await clickHouse.QueryAsync<Row>("SELECT name, toString(uuid) AS id FROM system.tables WHERE database = 'analytics' AND engine LIKE '%MergeTree'");
        var blocks = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            var logs = new DirectoryInfo(Path.Combine(engine.DataDirectory, "store", table.Id[..3], table.Id, "deduplication_logs"));
            var count = logs.Exists ? logs.EnumerateFiles().Sum(log => File.ReadLines(log.FullName).Count()) : 0;
            if (count > 0)
            {
                blocks.Add(table.Name, count);
            }
        }

        return blocks;
    }

    private static EventRow[] Events() =>
    [
        Event("pageview"),
        Event("click", e => (e.ElementSelector, e.ElementText, e.X, e.Y) = ("#buy", "Buy", 100, 200)),
        Event("rage_click", e => (e.ElementSelector, e.X, e.Y) = ("#buy", 100, 200)),
        Event("pageleave", e => e.ScrollDepth = 60),
        Event("identify", e => e.Props = [new("plan", "free")]),
        Event("purchase", e => (e.Revenue, e.Currency, e.OrderId) = (9.5m, "EUR", "o-1")),
    ];

    private static EventRow Event(string name, Action<EventRow>? with = null)
    {
        var row = new EventRow
        {
            SiteId = 1,
            Timestamp = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero),
            Name = name,
            VisitorId = Visitor,
            SessionId = Visitor,
            UserId = "ann",
            Hostname = "a.example",
            Path = "/",
            DocumentWidth = 1280,
            DocumentHeight = 4000,
        };
        with?.Invoke(row);
        return row;
    }

    private static PointerRow[] Pointers() =>
    [
        new() { SiteId = 1, Timestamp = new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero), Kind = "move", Path = "/", Points = [new(10, 20, 0)] },
    ];

    private sealed record Row(string Name, string Id = "");
}
