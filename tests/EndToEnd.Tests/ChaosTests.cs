using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Analytics.Storage;
using Analytics.TestKit;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// Mixed traffic on two collectors while random processes are killed and the stores are paused: every acknowledged event is stored once.
/// ANALYTICS_CHAOS_SECONDS sets how long (60; the promise is held against 180), ANALYTICS_CHAOS_SEED repeats a run's traffic and faults.
/// </summary>
[Collection(nameof(ChaosTests))]
public sealed class ChaosTests
{
    // Senders repeat what was not answered, the writer takes over from one that was killed, ClickHouse reads its parts again.
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(2);

    // Longer than a lease and a push's repetition: what is doubled late is seen as well.
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Number("ANALYTICS_CHAOS_SECONDS") ?? 60);

    [Theory]
    [InlineData(RedisKind.Garnet)]
    [InlineData(RedisKind.Redis)]
    public async Task What_was_acknowledged_is_stored_once_whatever_dies(RedisKind kind)
    {
        var ct = TestContext.Current.CancellationToken;
        var seed = Number("ANALYTICS_CHAOS_SEED") ?? Random.Shared.Next();
        var site = $"chaos-{Guid.NewGuid():N}";

        // Garnet is the stack's own; Debian's server is one that is already there.
        await using var redis = kind == RedisKind.Redis ? await RedisServer.StartAsync(kind, ct: ct) : null;
        await using var system = new RunningSystem { Options = ["--collectors", "2", .. RedisOption(redis)] };
        await system.InitializeAsync();

        var traffic = new ChaosTraffic(system.Public, site, seed);
        var monkey = new ChaosMonkey(system, redis, seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"ANALYTICS_CHAOS_SEED={seed}");
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            end.CancelAfter(Duration);
            var sending = traffic.RunAsync(Recovery, end.Token, ct);
            await monkey.RunAsync(end.Token);
            await sending;
        }

        var clock = Stopwatch.StartNew();
        await RunningSystem.EventuallyAsync(
            () => StoredAsync(system.ClickHouse, site), stored => Missing(traffic, stored).Count == 0, Recovery);
        var settled = clock.Elapsed;
        await Task.Delay(Aftermath, ct);

        var found = await StoredAsync(system.ClickHouse, site);
        var story = $"""
            {kind}, ANALYTICS_CHAOS_SEED={seed}, {Duration.TotalSeconds} s, stored {settled.TotalSeconds:0.0} s after the last answer
            {traffic}
            {string.Join(Environment.NewLine, monkey.Story)}
            """;
        TestContext.Current.TestOutputHelper?.WriteLine(story);
        Assert.True(traffic.Surprises.IsEmpty, $"{string.Join(Environment.NewLine, traffic.Surprises.Take(10))}\n{story}");
        Assert.True(traffic.Acknowledged.Count > Duration.TotalSeconds, $"Next to nothing was acknowledged.\n{story}");
        AssertNone("missing", Missing(traffic, found), story);
        AssertNone("stored twice or never sent", Doubled(traffic, found), story);

        // What views derive from the events, and the table beside them, hold the same requests once.
        var derived = await DerivedAsync(system.ClickHouse, site);
        var events = found.Sum(request => request.Events);
        var expected = new Derived(events, events, found.Count(request => traffic.KindOf(request.Request) == ChaosTraffic.Kind.Batch));
        var wrong = derived == expected ? [] : await WrongSessionsAsync(system.ClickHouse, site);
        Assert.True(derived == expected, $"{derived}, not {expected}; {wrong.Count} sessions are wrong: {string.Join(", ", wrong.Take(50))}\n{story}");
    }

    private static void AssertNone(string what, List<Stored> requests, string story) => Assert.True(
        requests.Count == 0, $"{requests.Count} requests {what}: {string.Join(", ", requests.Take(20))}\n{story}");

    private static List<Stored> Missing(ChaosTraffic traffic, List<Stored> stored)
    {
        var found = stored.ToDictionary(request => request.Request, request => request.Different);
        return
        [
            .. traffic.Acknowledged.Keys
                .Select(request => new Stored(request, traffic.EventsOf(request), found.GetValueOrDefault(request)))
                .Where(request => request.Different < request.Events),
        ];
    }

    // A request without an answer may be there, whole and once.
    private static List<Stored> Doubled(ChaosTraffic traffic, List<Stored> stored) =>
    [
        .. stored.Where(request => request.Request > traffic.Sent
            || request.Events != request.Different
            || request.Events != traffic.EventsOf(request.Request)),
    ];

    private static async Task<List<Stored>> StoredAsync(ClickHouse clickHouse, string site)
    {
        try
        {
            return await clickHouse.QueryAsync<Stored>(
                """
                SELECT toInt32(splitByChar('.', props['n'])[1]) AS request, count() AS events, uniqExact(props['n']) AS different
                FROM events
                WHERE hostname = {hostname:String}
                GROUP BY request
                """,
                Hostname(site), TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ClickHouseException or JsonException)
        {
            return []; // still coming up
        }
    }

    private static async Task<Derived> DerivedAsync(ClickHouse clickHouse, string site) => (await clickHouse.QueryAsync<Derived>(
        """
        WITH (SELECT any(site_id) FROM events WHERE hostname = {hostname:String}) AS site
        SELECT
            (SELECT toInt64(sum(events)) FROM sessions WHERE site_id = site) AS session_events,
            (SELECT toInt64(sum(changes)) FROM event_changes WHERE site_id = site) AS changes,
            (SELECT toInt64(count()) FROM pointers WHERE site_id = site) AS pointers
        """,
        Hostname(site), TestContext.Current.CancellationToken)).Single();

    // Each session is one request's. Which they are tells which insert it was.
    private static Task<List<WrongSession>> WrongSessionsAsync(ClickHouse clickHouse, string site) => clickHouse.QueryAsync<WrongSession>(
        """
        WITH (SELECT any(site_id) FROM events WHERE hostname = {hostname:String}) AS site
        SELECT session_key AS session, toInt64(sum(count)) AS events, toInt64(sum(summed)) AS summed
        FROM
        (
            SELECT session_key, 1 AS count, 0 AS summed FROM events WHERE site_id = site
            UNION ALL
            SELECT session_key, 0 AS count, events AS summed FROM sessions WHERE site_id = site
        )
        GROUP BY session_key
        HAVING events != summed
        ORDER BY length(session_key), session_key
        """,
        Hostname(site), TestContext.Current.CancellationToken);

    private static Dictionary<string, object?> Hostname(string site) => new() { ["hostname"] = $"{site}.example" };

    private static string[] RedisOption(RedisServer? redis) => redis is null ? [] : ["--redis", redis.ConnectionString];

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <param name="Events">Rows that came of the request.</param>
    /// <param name="Different">Those among them that differ.</param>
    private sealed record Stored(int Request, long Events, long Different);

    private sealed record Derived(long SessionEvents, long Changes, long Pointers);

    private sealed record WrongSession(string Session, long Events, long Summed);
}

/// <summary>Two cores: what other tests measure would be this one's doing.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
public sealed class ChaosTestsDefinition;
