using System.Diagnostics.Metrics;
using Analytics.Collector.Buffer;
using Analytics.Collector.Collect;
using Analytics.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Tests.Buffer;

/// <summary>Parts of a running collector, put together by hand for tests of the buffer alone.</summary>
internal static class Pushes
{
    public static RedisConnection Connect(string connectionString) => new(new ConfigurationBuilder()
        .AddInMemoryCollection([new("ConnectionStrings:redis", connectionString)]).Build());

    public static BufferDrain Drain(RedisConnection redis, TimeProvider? time = null, BufferOptions? options = null) =>
        new(redis, time ?? TimeProvider.System, options ?? new(), NullLogger.Instance);

    public static CollectMetrics Metrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), new IngestLedger(TimeProvider.System));

    public static EventBuffer Buffer(RedisConnection redis, BufferOptions? options = null) =>
        new(redis, new(redis, NullLogger<RedisDurability>.Instance), Options.Create(options ?? new()), Metrics(), TimeProvider.System, NullLogger<EventBuffer>.Instance);

    /// <summary>A request's rows: events of one site, named by number.</summary>
    public static RequestPart Part(string site, int first, int count = 1, string? requestId = null, DateTimeOffset? at = null)
    {
        var part = new RequestPart();
        if (requestId is not null)
        {
            part.Identify(new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(requestId)).AsSpan(0, 16)));
        }

        part.Begin(BufferTable.Events);
        for (var i = 0; i < count; i++)
        {
            part.Add(new EventRow
            {
                SiteId = Identifier.OfSite(site),
                Timestamp = at ?? DateTimeOffset.UtcNow,
                Name = "pageview",
                VisitorId = (ulong)(first + i),
                SessionId = (ulong)(first + i),
                SessionKey = (first + i).ToString(System.Globalization.CultureInfo.InvariantCulture),
                Path = "/",
            });
        }

        return part;
    }

    /// <summary>Claims until nothing is left, inserts, and releases: the writer without its clock.</summary>
    public static async Task<int> DrainAllAsync(BufferDrain drain, ClickHouse clickHouse)
    {
        var batches = 0;
        foreach (var id in await drain.UnfinishedAsync())
        {
            if (await drain.ResumeAsync(id) is { } batch)
            {
                await InsertAsync(batch, clickHouse);
                await drain.ReleaseAsync(batch);
                batches++;
            }
        }

        while ((await drain.PlanAsync(50_000, 8 << 20)).Entries is { Count: > 0 } plan)
        {
            if (await drain.ClaimAsync(plan) is { } batch)
            {
                await InsertAsync(batch, clickHouse);
                await drain.ReleaseAsync(batch);
                batches++;
            }
        }

        return batches;
    }

    public static async Task InsertAsync(Batch batch, ClickHouse clickHouse)
    {
        foreach (var insert in batch.Inserts)
        {
            Assert.True(BufferSchema.TryGet(insert.Table, insert.Schema, out var table, out var columns));
            var rows = new byte[insert.Bytes];
            var at = 0;
            foreach (var piece in insert.Pieces)
            {
                piece.CopyTo(rows.AsMemory(at));
                at += piece.Length;
            }

            await clickHouse.InsertAsync(table, columns, new ByteArrayContent(rows), batch.Token(insert));
        }
    }

    public static Task<Counts> CountAsync(ClickHouse clickHouse, string site) => clickHouse.QueryAsync<Counts>(
        "SELECT toInt64(count()) AS events, toInt64(uniqExact((session_id, timestamp))) AS distinct, "
        + "(SELECT toInt64(sum(events)) FROM sessions WHERE site_id = {site:UInt32}) AS in_sessions FROM events WHERE site_id = {site:UInt32}",
        new Dictionary<string, object?> { ["site"] = Identifier.OfSite(site) }).ContinueWith(t => t.Result.Single(), TaskScheduler.Default);

    public sealed record Counts(long Events, long Distinct, long InSessions)
    {
        public static Counts Exactly(long events) => new(events, events, events);
    }
}
