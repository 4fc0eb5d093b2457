using System.Diagnostics;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class CancelTests(EngineFixture fixture)
{
    private const string Endless = "SELECT count() FROM system.numbers WHERE NOT ignore(number)";

    private readonly EmbeddedEngine engine = fixture.Engine;

    [Fact]
    public async Task A_query_ends_when_its_client_leaves()
    {
        var id = Guid.NewGuid().ToString();
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.QueryAsync(Endless, $"query_id={id}", leaving.Token));

        await EndsAsync(id);
    }

    [Fact]
    public async Task A_stream_ends_when_its_client_stops_reading_and_leaves()
    {
        var id = Guid.NewGuid().ToString();
        var request = new HttpRequestMessage(HttpMethod.Post, $"?query_id={id}") { Content = new StringContent("SELECT * FROM system.numbers FORMAT RowBinary") };
        using (var answer = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[5_000_000]);
        }

        await EndsAsync(id);
    }

    [Theory]
    [InlineData("SYNC")]
    [InlineData("ASYNC")]
    public async Task Kill_query_finds_the_clients_id(string how)
    {
        var id = $"it's {Guid.NewGuid()}";
        var running = engine.PostAsync(Endless, $"query_id={Uri.EscapeDataString(id)}");
        await Task.Delay(500);

        var killed = await engine.QueryAsync($"KILL QUERY WHERE query_id = '{id.Replace("'", "\\'", StringComparison.Ordinal)}' {how} FORMAT TSV");

        Assert.NotEmpty(killed);
        using var answer = await running;
        Assert.Equal("394", answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task One_id_runs_once_unless_it_replaces_itself()
    {
        var id = Guid.NewGuid().ToString();
        var first = engine.PostAsync(Endless, $"query_id={id}");
        await Task.Delay(500);

        using var second = await engine.PostAsync("SELECT 1", $"query_id={id}");
        var third = await engine.QueryAsync("SELECT 3", $"query_id={id}&replace_running_query=1");

        Assert.Equal("216", second.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("3\n", third);
        Assert.Equal("394", (await first).Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_query_has_the_time_it_is_given()
    {
        var started = Stopwatch.GetTimestamp();

        using var answer = await engine.PostAsync(Endless, "max_execution_time=1");

        Assert.Equal("159", answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.9, 10);
    }

    [Fact]
    public async Task The_process_list_shows_what_runs_and_nothing_that_failed()
    {
        using var failed = await engine.PostAsync("SELECT throwIf(number = 5, 'left over') FROM numbers(10)");
        var running = engine.QueryAsync("SELECT sleep(1) AS shown");
        await Task.Delay(300);

        var list = await engine.QueryAsync("SHOW PROCESSLIST");

        Assert.Contains("AS shown", list);
        Assert.DoesNotContain("left over", list);
        await running;
    }

    private async Task EndsAsync(string id)
    {
        var tag = Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(id));
        for (var i = 0; i < 100; i++)
        {
            if (await engine.QueryAsync($"SELECT count() FROM system.processes WHERE endsWith(query, concat('{tag}', '*/'))") == "0\n")
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("The query still runs.");
    }
}
