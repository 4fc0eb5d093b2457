using System.Net;
using Analytics.Storage;
using Microsoft.Extensions.DependencyInjection;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Errors;

public sealed class ErrorTests(Api api)
{
    [Fact]
    public async Task With_the_store_away_callers_are_told_to_come_back()
    {
        await using var server = Api.Server("http://127.0.0.1:9/analytics"); // the discard port: nobody listens
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        foreach (var path in new[] { "/api/sites", "/api/sites/x/stats/overview", "/stats", "/api/heatmap?url=/" })
        {
            using var response = await client.GetAsync(path);

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
            Assert.DoesNotContain("127.0.0.1", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var health = await client.GetAsync("/health");
        using var alive = await client.GetAsync("/alive");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (health.StatusCode, alive.StatusCode));
    }

    [Fact]
    public async Task A_question_that_takes_too_much_memory_is_refused_with_advice()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 50_000).Select(i => Pageview($"/{i}").By($"visitor-{i}").In($"session-{i}"))]);
        await using var server = api.Server(("Query:MaxMemoryBytes", "3000000"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);

        using var response = await client.GetAsync($"/api/sites/{site.Key}/stats/breakdown/page?from=2026-11-20&to=2026-11-20");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("shorter period", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(50_000, (await site.Breakdown("page")).Total);
    }

    [Fact]
    public async Task An_address_that_is_not_there_is_a_problem_too()
    {
        using var response = await api.Client.GetAsync("/api/nothing");

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Health_includes_the_store()
    {
        using var client = api.CreateClient();

        (await client.GetJsonAsync("/health")).ShouldBeJson("""{"status":"Healthy","parts":{"clickhouse":"Healthy"}}""");
    }

    [Fact]
    public async Task Limits_of_time_and_memory_go_with_every_query()
    {
        await using var server = api.Server(("Query:MaxSeconds", "7"), ("Query:MaxMemoryBytes", "123456789"));
        var clickHouse = server.Services.GetRequiredService<ClickHouse>();

        Assert.Equal(
            "7 123456789 61728394",
            await clickHouse.ScalarAsync<string>(
                "SELECT concat(getSetting('max_execution_time'), ' ', getSetting('max_memory_usage'), ' ', getSetting('max_bytes_before_external_group_by'))"));
    }

    [Fact]
    public async Task Reports_cannot_write()
    {
        var clickHouse = api.Services.GetRequiredService<ClickHouse>();

        var e = await Assert.ThrowsAsync<ClickHouseException>(() => clickHouse.ExecuteAsync("DROP TABLE events"));

        Assert.Equal(164, e.Code);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{number:UInt64}")]
    public async Task A_query_ends_when_its_caller_leaves(string number)
    {
        var clickHouse = api.Services.GetRequiredService<ClickHouse>();
        var mark = $"left-{Guid.NewGuid():n}";
        using var left = new CancellationTokenSource();
        var query = clickHouse.QueryAsync<object>(
            $"SELECT '{mark}', count() FROM numbers(100000000000) WHERE sipHash64(number) = {number}", new Dictionary<string, object?> { ["number"] = 1 }, left.Token);
        while (await RunningAsync() == 0)
        {
            await Task.Delay(10);
        }

        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        var patience = DateTime.UtcNow.AddSeconds(10);
        while (await RunningAsync() > 0)
        {
            Assert.True(DateTime.UtcNow < patience, "The query still runs.");
            await Task.Delay(10);
        }

        Task<long> RunningAsync() => api.ClickHouse.ScalarAsync<long>(
            "SELECT count() FROM system.processes WHERE position(query, {mark:String}) > 0 AND position(query, 'system.processes') = 0",
            new Dictionary<string, object?> { ["mark"] = mark });
    }
}
