using Analytics.Collector.Buffer;
using Analytics.TestKit;
using StackExchange.Redis;

namespace Analytics.Collector.Tests.Buffer;

/// <summary>Every step of the way out of the buffer, cut short and taken up again, on both servers and a real engine.</summary>
public sealed class BufferDrainTests(Stores stores, BufferDrainTests.Servers servers) : IClassFixture<BufferDrainTests.Servers>
{
    public static TheoryData<RedisKind> Kinds => [RedisKind.Redis, RedisKind.Garnet];

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_is_appended_is_stored_once(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 300, eventsEach: 3);

        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(900), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_entry_pushed_twice_is_stored_once_even_when_the_second_comes_after_the_first_was_stored(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 1);
        var (ids, entries) = await test.ReadAsync();

        await test.PushRawAsync(ids, entries);
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);
        await test.PushRawAsync(ids, entries);
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(1), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_request_id_counts_once_in_a_batch_and_across_batches(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(Pushes.Part(test.Site, 1, requestId: "a" + test.Site));
        await test.AppendAsync(Pushes.Part(test.Site, 2, requestId: "a" + test.Site));
        await test.AppendAsync(Pushes.Part(test.Site, 3, requestId: "b" + test.Site));
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);
        await test.AppendAsync(Pushes.Part(test.Site, 4, requestId: "b" + test.Site));
        await test.AppendAsync(Pushes.Part(test.Site, 5));
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(3), await test.CountAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_left_before_its_insert_is_finished_by_another(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 20);
        Assert.NotNull(await test.Drain.ClaimAsync((await test.Drain.PlanAsync(50_000, 8 << 20)).Entries));

        await Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(20), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_left_between_insert_and_release_is_not_stored_again(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 20);
        var batch = await test.Drain.ClaimAsync((await test.Drain.PlanAsync(50_000, 8 << 20)).Entries);
        await Pushes.InsertAsync(batch!, stores.ClickHouse);
        await test.AppendAsync(requests: 5, first: 1000);

        await Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(25), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_registered_but_not_claimed_is_finished_by_another_and_by_its_owner_who_wakes_up(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 10);
        var plan = (await test.Drain.PlanAsync(50_000, 8 << 20)).Entries;
        var batch = Guid.NewGuid().ToString("N");
        await test.Database.HashSetAsync(BufferKeys.Batches, batch, string.Join('\n', plan.Select(id => id.Text)));

        await Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse);
        // The owner, paused all the while, registers and goes on as if nothing had happened.
        await test.Database.HashSetAsync(BufferKeys.Batches, batch, string.Join('\n', plan.Select(id => id.Text)));
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(10), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_owner_that_wakes_up_after_another_finished_its_batch_stores_nothing_twice(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        await test.AppendAsync(requests: 10);
        var batch = await test.Drain.ClaimAsync((await test.Drain.PlanAsync(50_000, 8 << 20)).Entries);

        await Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse);
        await test.AppendAsync(requests: 7, first: 500);
        await Pushes.InsertAsync(batch!, stores.ClickHouse);
        await test.Drain.ReleaseAsync(batch!);
        await Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(17), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Two_that_drain_at_once_store_each_entry_once(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        for (var i = 0; i < 40; i++)
        {
            await test.AppendAsync(Pushes.Part(test.Site, i * 5, 5));
        }

        await Task.WhenAll(
            Pushes.DrainAllAsync(test.Drain, stores.ClickHouse), Pushes.DrainAllAsync(test.OtherDrain, stores.ClickHouse));
        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(Pushes.Counts.Exactly(200), await test.CountAsync());
        await test.AssertEmptyAsync();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_over_several_months_is_not_stored_again_in_any_of_them(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        var now = DateTimeOffset.UtcNow;
        for (var month = 0; month < 6; month++)
        {
            await test.AppendAsync(Pushes.Part(test.Site, month * 10, 10, at: now.AddMonths(-month)));
        }

        var batch = await test.Drain.ClaimAsync((await test.Drain.PlanAsync(50_000, 8 << 20)).Entries);
        for (var time = 0; time < 3; time++)
        {
            await Pushes.InsertAsync(batch!, stores.ClickHouse);
        }

        Assert.Equal(Pushes.Counts.Exactly(60), await test.CountAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_batch_over_more_months_than_an_insert_usually_may_is_stored_once(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        var now = DateTimeOffset.UtcNow;
        for (var month = 0; month < 150; month++)
        {
            await test.AppendAsync(Pushes.Part(test.Site, month * 2, 2, at: now.AddMonths(-month)));
        }

        var batch = await test.Drain.ClaimAsync((await test.Drain.PlanAsync(50_000, 8 << 20)).Entries);
        for (var time = 0; time < 3; time++)
        {
            await Pushes.InsertAsync(batch!, stores.ClickHouse);
        }

        Assert.Equal(Pushes.Counts.Exactly(300), await test.CountAsync());
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_entry_of_eight_megabytes_goes_through(RedisKind kind)
    {
        await using var test = await StartAsync(kind);
        var part = new RequestPart();
        part.Begin(BufferTable.Replay);
        part.Add(new Storage.ReplayRow
        {
            SiteId = Storage.Identifier.OfSite(test.Site),
            Timestamp = DateTimeOffset.UtcNow,
            Events = 1,
            Chunk = new byte[8 << 20],
        });
        await test.AppendAsync(part);

        await Pushes.DrainAllAsync(test.Drain, stores.ClickHouse);

        Assert.Equal(8 << 20, await stores.ClickHouse.ScalarAsync<long>(
            "SELECT toInt64(sum(length(chunk))) FROM replay WHERE site_id = {site:UInt32}",
            new Dictionary<string, object?> { ["site"] = Storage.Identifier.OfSite(test.Site) }));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task One_leads_until_it_stops_or_dies(RedisKind kind)
    {
        await using var test = await StartAsync(kind);

        Assert.True(await test.Drain.TryLeadAsync());
        Assert.False(await test.OtherDrain.TryLeadAsync());
        Assert.True(await test.Drain.TryLeadAsync());
        await test.Drain.StopLeadingAsync();
        Assert.True(await test.OtherDrain.TryLeadAsync());
    }

    private async Task<Shard> StartAsync(RedisKind kind)
    {
        var shard = new Shard(servers.Of(kind).ConnectionString, stores);
        await shard.ClearAsync();
        return shard;
    }

    /// <summary>Apart from those that a collector drains: these tests look at all that is in the buffer.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private RedisServer redis = null!;
        private RedisServer garnet = null!;

        public RedisServer Of(RedisKind kind) => kind == RedisKind.Redis ? redis : garnet;

        public async ValueTask InitializeAsync()
        {
            redis = await RedisServer.StartAsync(RedisKind.Redis);
            garnet = await RedisServer.StartAsync(RedisKind.Garnet);
        }

        public async ValueTask DisposeAsync()
        {
            await redis.DisposeAsync();
            await garnet.DisposeAsync();
        }
    }

    private sealed class Shard : IAsyncDisposable
    {
        private readonly RedisConnection redis;
        private readonly RedisConnection other;
        private readonly EventBuffer buffer;
        private readonly Stores stores;

        public Shard(string connection, Stores stores)
        {
            this.stores = stores;
            redis = Pushes.Connect(connection);
            other = Pushes.Connect(connection);
            buffer = Pushes.Buffer(redis);
            Drain = Pushes.Drain(redis);
            OtherDrain = Pushes.Drain(other);
            buffer.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        public string Site { get; } = Stores.NewSite();

        public BufferDrain Drain { get; }

        public BufferDrain OtherDrain { get; }

        public IDatabase Database => redis.Database;

        public Task<long> ClearAsync() => Database.KeyDeleteAsync(
            [BufferKeys.Index, BufferKeys.Entries, BufferKeys.Batches, BufferKeys.Sealed, BufferKeys.Lease]);

        public async Task AppendAsync(RequestPart part) => Assert.Equal(AppendOutcome.Stored, await buffer.AppendAsync(part));

        public async Task AppendAsync(int requests, int eventsEach = 1, int first = 0)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, requests)
                .Select(i => buffer.AppendAsync(Pushes.Part(Site, first + (i * eventsEach), eventsEach))));
            Assert.All(outcomes, outcome => Assert.Equal(AppendOutcome.Stored, outcome));
        }

        public async Task<(RedisValue[] Ids, RedisValue[] Entries)> ReadAsync()
        {
            var ids = await Database.SortedSetRangeByRankAsync(BufferKeys.Index);
            return (ids, await Database.HashGetAsync(BufferKeys.Entries, ids));
        }

        public async Task PushRawAsync(RedisValue[] ids, RedisValue[] entries)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                await Database.HashSetAsync(BufferKeys.Entries, ids[i], entries[i], When.NotExists);
                await Database.SortedSetAddAsync(BufferKeys.Index, ids[i], 1);
            }
        }

        public Task<Pushes.Counts> CountAsync() => Pushes.CountAsync(stores.ClickHouse, Site);

        public async Task AssertEmptyAsync()
        {
            Assert.Equal(0, await Database.SortedSetLengthAsync(BufferKeys.Index));
            Assert.Equal(0, await Database.HashLengthAsync(BufferKeys.Entries));
            Assert.Equal(0, await Database.HashLengthAsync(BufferKeys.Batches));
            Assert.Equal(0, await Database.HashLengthAsync(BufferKeys.Sealed));
        }

        public async ValueTask DisposeAsync()
        {
            await buffer.StopAsync(CancellationToken.None);
            buffer.Dispose();
            redis.Dispose();
            other.Dispose();
        }
    }
}
