using Analytics.Collector.Buffer;
using Analytics.Collector.Tests.Enrichment;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Buffer;

/// <summary>What is remembered of requests, and that it does not grow for ever.</summary>
public sealed class RequestIdsTests(Stores stores)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    public static TheoryData<RedisKind> Kinds => [RedisKind.Redis, RedisKind.Garnet];

    [Theory, MemberData(nameof(Kinds))]
    public async Task An_id_is_remembered_for_a_day_and_forgotten_within_the_hour_after_it(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        var time = new ManualTime(Start);
        var drain = Pushes.Drain(redis, time);
        var site = Stores.NewSite();

        await StoreAsync(redis, drain, site, [1]);
        await LookThroughAsync(drain);
        time.Now = Start.AddHours(23);
        await StoreAsync(redis, drain, site, [1, 2]);
        await LookThroughAsync(Pushes.Drain(redis, time));
        Assert.Equal((2, 2), (await CountAsync(site), await RememberedAsync(redis)));

        time.Now = Start.AddHours(24).AddMinutes(2);
        await LookThroughAsync(Pushes.Drain(redis, time));

        Assert.Equal(1, await RememberedAsync(redis));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task With_more_ids_than_there_is_room_for_the_oldest_are_forgotten_first(RedisKind kind)
    {
        await using var server = await RedisServer.StartAsync(kind);
        using var redis = Pushes.Connect(server.ConnectionString);
        var time = new ManualTime(Start);
        var drain = Pushes.Drain(redis, time, new BufferOptions { RequestIds = 256 * 16 });
        var site = Stores.NewSite();

        for (var round = 0; round < 6; round++)
        {
            await StoreAsync(redis, drain, site, Ids(round));
            await LookThroughAsync(drain);
            time.Now = time.Now.AddMinutes(1);
        }

        Assert.InRange(await RememberedAsync(redis), 2_000, 256 * 16);
        await StoreAsync(redis, drain, site, Ids(5));
        Assert.Equal(6_000, await CountAsync(site));

        static IEnumerable<int> Ids(int round) => Enumerable.Range(round * 1_000, 1_000);
    }

    private async Task StoreAsync(RedisConnection redis, BufferDrain drain, string site, IEnumerable<int> requests)
    {
        using var buffer = Pushes.Buffer(redis);
        await buffer.StartAsync(CancellationToken.None);
        Assert.All(
            await Task.WhenAll(requests.Select(request => buffer.AppendAsync(Pushes.Part(site, request, requestId: $"{site} {request}")))),
            outcome => Assert.Equal(AppendOutcome.Stored, outcome));
        await Pushes.DrainAllAsync(drain, stores.ClickHouse);
        await buffer.StopAsync(CancellationToken.None);
    }

    /// <summary>As many looks as it takes for every bucket to have its turn.</summary>
    private static async Task LookThroughAsync(BufferDrain drain)
    {
        for (var look = 0; look < 32; look++)
        {
            await drain.ForgetRequestsAsync();
        }
    }

    private static async Task<long> RememberedAsync(RedisConnection redis)
    {
        var lengths = await Task.WhenAll(Enumerable.Range(0, 256).Select(bucket => redis.Database.HashLengthAsync(BufferKeys.Requests((byte)bucket))));
        return lengths.Sum();
    }

    private async Task<long> CountAsync(string site) => (await Pushes.CountAsync(stores.ClickHouse, site)).Events;
}
