using System.Diagnostics;
using System.Net;

namespace Analytics.QueryApi.Tests.Exports;

/// <summary>Exports that are much longer than memory should be; alone, because they look at the process's memory and the engine's queries.</summary>
[Collection(nameof(LongExportTests))]
public sealed class LongExportTests(Api api, LongExportTests.ManyEvents events) : IClassFixture<LongExportTests.ManyEvents>
{
    private const int Million = 1_000_000;

    [Fact]
    public async Task A_million_events_leave_with_the_memory_of_a_few()
    {
        using var response = await api.Client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 16];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (bytes, rows, most, looked) = (0L, 0L, 0L, 0L);
        for (int read; (read = await body.ReadAsync(buffer)) > 0;)
        {
            bytes += read;
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
            if (bytes - looked > 50 << 20)
            {
                (looked, most) = (bytes, Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before));
            }
        }

        Assert.Equal(Million, rows);
        Assert.True(bytes > 500 << 20, $"{bytes} bytes are no long answer.");
        Assert.True(most < 16 << 20, $"{most} bytes more were held while {bytes} left.");
    }

    [Fact]
    public async Task The_query_ends_when_the_caller_leaves()
    {
        await EndAsync(); // those of tests before this one, whose callers left as well
        using var response = await api.Client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        _ = await body.ReadAsync(new byte[1 << 16]);
        Assert.Equal(1, await RunningAsync());

        await body.DisposeAsync();

        await EndAsync();
    }

    [Fact]
    public async Task An_error_in_the_middle_breaks_the_answer_off()
    {
        await using var server = api.Server(("Exports:MaxSeconds", "1"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        using var response = await client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var received = new MemoryStream();
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // the engine waits for the caller, and its time runs out

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(received));

        Assert.DoesNotContain("DB::Exception", System.Text.Encoding.UTF8.GetString(received.ToArray()), StringComparison.Ordinal);
        await EndAsync();
    }

    [Fact]
    public async Task Only_a_few_run_at_a_time_and_the_next_is_told_to_come_back()
    {
        await using var server = api.Server(("Exports:MaxAtOnce", "1"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        using (var first = await client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);

            using var second = await client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead);

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (second.StatusCode, second.Content.Headers.ContentType?.MediaType));
            Assert.Equal(TimeSpan.FromSeconds(30), second.Headers.RetryAfter?.Delta);
        }

        await EndAsync();
        using var third = await client.GetAsync(events.Address, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    private async Task EndAsync()
    {
        var waited = Stopwatch.StartNew();
        while (await RunningAsync() > 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "The query still runs.");
            await Task.Delay(10);
        }
    }

    private Task<long> RunningAsync() => api.ClickHouse.ScalarAsync<long>(
        "SELECT count() FROM system.processes WHERE position(query, 'FROM events AS event') > 0 AND position(query, 'FORMAT JSONEachRow') > 0 "
        + "AND position(query, 'system.processes') = 0");

    public sealed class ManyEvents(Api api) : IAsyncLifetime
    {
        public string Address { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            var site = await TestSite.With(api);
            Address = $"/api/sites/{site.Key}/export/events?from=2026-11-20&to=2026-11-20";
            await api.ClickHouse.ExecuteAsync(
                $$"""
                INSERT INTO events (site_id, timestamp, name, visitor_id, session_id, hostname, path, title)
                SELECT {site:UInt32}, toDateTime64('2026-11-20 00:00:00', 3, 'UTC') + intDiv(number, 100), 'pageview', intDiv(number, 100), intDiv(number, 100),
                    'shop.example', concat('/product/', toString(number)), 'A product of the shop'
                FROM numbers({{Million}})
                """,
                new Dictionary<string, object?> { ["site"] = site.Id });
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

[CollectionDefinition(nameof(LongExportTests), DisableParallelization = true)]
public sealed class LongExports;
