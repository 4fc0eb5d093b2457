using System.Net;
using System.Text.Json;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// What "accepted means stored" is worth: each part of the path is killed with SIGKILL in the middle of 100,000 events, the AppHost
/// restarts it, and the store holds every event once.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class CrashTests(RunningSystem system)
{
    private const int Requests = 1_000;
    private const int EventsPerRequest = 100;

    [Theory]
    [InlineData("collector")]
    [InlineData("clickhouse")]
    [InlineData("redis")]
    public async Task A_killed_process_loses_no_event_and_doubles_none(string resource)
    {
        var site = $"crash-{resource}-{Guid.NewGuid():N}";
        var killed = system.ProcessId(resource);
        var sent = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Requests),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (request, ct) =>
            {
                await SendUntilAcceptedAsync(site, request, ct);
                if (Interlocked.Increment(ref sent) == Requests / 3)
                {
                    system.Kill9(resource);
                }
            });

        var stored = await RunningSystem.EventuallyAsync(() => CountAsync(site), count => count.Events >= Requests * EventsPerRequest, TimeSpan.FromSeconds(60));

        // Once more after a while: a duplicate may arrive late.
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
        stored = await CountAsync(site);
        Assert.Equal(new Counts(100_000, 100_000, 100_000, 100_000), stored);
        Assert.NotEqual(killed, system.ProcessId(resource));
    }

    // The tracker's behaviour: the same batch id until the server answers that it has it.
    private async Task SendUntilAcceptedAsync(string site, int request, CancellationToken ct)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var body = JsonSerializer.Serialize(new
        {
            site,
            batch = $"{site}-{request}",
            visitor = $"visitor-{request}",
            session = $"session-{site}-{request}",
            sentAt = now,
            page = new { url = $"https://{site}.example/p/{request % 10}", title = "Crash", at = now - 1000 },
            events = Enumerable.Range(0, EventsPerRequest).Select(i => new { name = "step", at = i, props = new { n = $"{request}.{i}" } }),
        });
        while (true)
        {
            try
            {
                using var content = new StringContent(body);
                using var response = await system.Public.PostAsync("/collect/batch", content, ct);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    return;
                }

                Assert.True((int)response.StatusCode >= 500, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}");
            }
            catch (HttpRequestException)
            {
                // The gateway itself is never killed here; a broken connection is retried like any failure.
            }

            await Task.Delay(100, ct);
        }
    }

    private async Task<Counts> CountAsync(string site)
    {
        try
        {
            var parameters = new Dictionary<string, object?> { ["hostname"] = $"{site}.example" };
            var rows = await system.ClickHouse.QueryAsync<Counts>(
                """
                SELECT
                    count() AS events,
                    uniqExact(props['n']) AS distinct_events,
                    (SELECT sum(events) FROM sessions WHERE site_id IN (SELECT DISTINCT site_id FROM events WHERE hostname = {hostname:String})) AS session_events,
                    sum(1) AS rows
                FROM events
                WHERE hostname = {hostname:String}
                """,
                parameters, TestContext.Current.CancellationToken);
            return rows.Single();
        }
        catch (HttpRequestException)
        {
            return new Counts(0, 0, 0, 0); // the engine is down at this moment
        }
    }

    private sealed record Counts(long Events, long DistinctEvents, long SessionEvents, long Rows);
}
