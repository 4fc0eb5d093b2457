using System.Diagnostics;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class CancelTests(EngineFixture fixture)
{
    private const string Endless = "SELECT count() FROM system.numbers WHERE NOT ignore(number)";

    private readonly EmbeddedEngine engine = fixture.Engine;

    // The engine keeps another text of a statement with parameters than the one that was sent.
    [Theory]
    [InlineData("SELECT '{mark}', count() FROM system.numbers WHERE number != {n:UInt64}", "&wait_end_of_query=1")]
    [InlineData("SELECT '{mark}', count() FROM system.numbers WHERE number != {n:UInt64} SETTINGS max_threads = 1 FORMAT JSONEachRow", "&wait_end_of_query=1")]
    [InlineData("SELECT '{mark}', number FROM system.numbers WHERE number != {n:UInt64} FORMAT JSONEachRow", "")]
    public async Task A_query_with_parameters_ends_when_its_client_leaves(string sql, string parameters)
    {
        var mark = $"INTO OUTFILE \\'x.AB\\' {Guid.NewGuid():n}"; // a text that looks like what tells the id does not
        using (var left = new CancellationTokenSource())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"?param_n=18446744073709551615{parameters}")
            {
                Content = new StringContent(sql.Replace("{mark}", mark, StringComparison.Ordinal)),
            };
            var answer = engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, left.Token);
            await UntilAsync(mark[^32..], running: true);
            await left.CancelAsync();
            if (answer.IsCompletedSuccessfully)
            {
                (await answer).Dispose();
            }
        }

        await UntilAsync(mark[^32..], running: false);
    }

    [Theory]
    [InlineData("it's ")]
    [InlineData("long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long ")]
    public async Task A_query_with_parameters_is_replaced_by_its_id(string start)
    {
        var id = Uri.EscapeDataString($"{start}{Guid.NewGuid()}");
        var mark = Guid.NewGuid().ToString("n");
        var first = engine.PostAsync($"SELECT '{mark}', count() FROM system.numbers WHERE number != {{n:UInt64}}", $"query_id={id}&param_n=18446744073709551615");
        await UntilAsync(mark, running: true);

        Assert.Equal("3\n", await engine.QueryAsync("SELECT {n:UInt8}", $"query_id={id}&param_n=3&replace_running_query=1"));
        using var ended = await first;
        Assert.Equal("394", ended.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Kill_query_finds_the_clients_id_of_a_query_with_parameters()
    {
        var id = Guid.NewGuid().ToString();
        var mark = Guid.NewGuid().ToString("n");
        var running = engine.PostAsync($"SELECT '{mark}', count() FROM system.numbers WHERE number != {{n:UInt64}}", $"query_id={id}&param_n=18446744073709551615");
        await UntilAsync(mark, running: true);

        Assert.NotEmpty(await engine.QueryAsync($"KILL QUERY WHERE query_id = '{id}' SYNC FORMAT TSV"));
        using var answer = await running;
        Assert.Equal("394", answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

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

    private async Task UntilAsync(string mark, bool running)
    {
        var count = $"SELECT count() > 0 FROM system.processes WHERE position(query, '{mark}') > 0 AND position(query, 'system.processes') = 0";
        for (var i = 0; await engine.QueryAsync(count) != (running ? "1\n" : "0\n"); i++)
        {
            Assert.True(i < 200, running ? "The query does not run." : "The query still runs.");
            await Task.Delay(50);
        }
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
