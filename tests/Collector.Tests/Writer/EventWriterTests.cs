using System.Diagnostics;
using System.Net.Http.Json;
using Analytics.Collector.Buffer;
using Analytics.Collector.Tests.Contracts;
using Analytics.Storage;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Writer;

public sealed class EventWriterTests(Stores stores)
{
    [Fact]
    public async Task An_event_is_visible_soon_after_its_answer()
    {
        var site = Stores.NewSite();
        await stores.Collector.PostAsync("collect", $$"""{"type":"pageview","websiteId":"{{site}}","visitorId":"v","sessionId":"s"}""");
        var answered = Stopwatch.StartNew();

        Assert.Single(await stores.StoredAsync(site, 1, "name"));

        // Two seconds are promised; a machine that runs all tests at once gets one more.
        Assert.InRange(answered.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Rows_that_ClickHouse_refuses_are_set_aside_and_stop_nothing()
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        await using var collector = await CollectorProcess.StartAsync(redis.ConnectionString, stores.ClickHouseConnection);
        using var connection = Buffer.Pushes.Connect(redis.ConnectionString);
        using var buffer = Buffer.Pushes.Buffer(connection);
        await buffer.StartAsync(CancellationToken.None);
        var site = Stores.NewSite();
        var part = new RequestPart();
        part.Begin(BufferTable.Events);
        part.Add(new BrokenRow());

        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(part));
        Assert.Equal(1, await Eventually.AnswersAsync(() => connection.Database.HashLengthAsync(BufferKeys.Poison), length => length == 1));
        Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(Buffer.Pushes.Part(site, 1)));

        Assert.Single(await stores.StoredAsync(site, 1, "name"));
        using var health = await collector.Http.GetAsync("health");
        Assert.Equal("Degraded", (await health.Content.ReadFromJsonAsync<Health>())!.Parts["writer"]);
        await buffer.StopAsync(CancellationToken.None);
    }

    private sealed record Health(Dictionary<string, string> Parts);

    /// <summary>Ends in the middle of its second column.</summary>
    private sealed class BrokenRow : IRow
    {
        public static string Table => EventRow.Table;

        public static IReadOnlyList<string> Columns => EventRow.Columns;

        public void WriteTo(RowBinaryWriter writer)
        {
            writer.UInt32(1);
            writer.UInt8(1);
        }
    }
}
