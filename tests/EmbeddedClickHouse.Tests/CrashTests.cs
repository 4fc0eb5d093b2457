using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests;

/// <summary>What is left after the process was killed; each test has an engine of its own.</summary>
public sealed class CrashTests
{
    [Fact]
    public async Task Rows_inserted_before_and_again_after_a_kill_count_once_in_table_and_view()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        await engine.QueryAsync("CREATE TABLE events (a UInt32, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 10000");
        await engine.QueryAsync("""
            CREATE TABLE sums (k UInt32, n AggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY k
            SETTINGS non_replicated_deduplication_window = 10000
            """);
        await engine.QueryAsync("CREATE MATERIALIZED VIEW view TO sums AS SELECT a % 7 AS k, sumState(toUInt64(1)) AS n FROM events GROUP BY k");
        var batch = Requests.Join("INSERT INTO events FORMAT RowBinary\n", Requests.Rows(50_000));
        const string Token = "insert_deduplication_token=batch-1&deduplicate_blocks_in_dependent_materialized_views=1";

        (await engine.PostAsync(batch, Token)).EnsureSuccessStatusCode();
        engine.Kill9();
        await engine.RestartAsync();
        (await engine.PostAsync(batch, Token)).EnsureSuccessStatusCode();
        Assert.Equal("50000\n", await engine.QueryAsync("SELECT count() FROM events"));
        Assert.Equal("50000\n", await engine.QueryAsync("SELECT sumMerge(n) FROM sums"));

        (await engine.PostAsync(batch, Token.Replace("batch-1", "batch-2", StringComparison.Ordinal))).EnsureSuccessStatusCode();
        Assert.Equal("100000\n", await engine.QueryAsync("SELECT sumMerge(n) FROM sums"));
    }

    [Fact]
    public async Task Killed_in_the_middle_of_inserts_it_has_every_batch_whole_or_not_at_all_and_a_retry_completes_them()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        await engine.QueryAsync("CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 10000");
        var batches = Enumerable.Range(0, 40).Select(i => Requests.Join("INSERT INTO t FORMAT RowBinary\n", Requests.Rows(5_000, i * 5_000))).ToArray();
        var confirmed = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < batches.Length; i++)
            {
                (await engine.PostAsync(batches[i], $"insert_deduplication_token=b{i}")).EnsureSuccessStatusCode();
                Interlocked.Increment(ref confirmed);
            }
        });
        while (Volatile.Read(ref confirmed) < 10)
        {
            await Task.Delay(5);
        }

        engine.Kill9();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => writing);
        await engine.RestartAsync();
        var stored = int.Parse(await engine.QueryAsync("SELECT count() FROM t"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(0, stored % 5_000);
        Assert.InRange(stored / 5_000, confirmed, confirmed + 1);

        for (var i = 0; i < batches.Length; i++)
        {
            (await engine.PostAsync(batches[i], $"insert_deduplication_token=b{i}")).EnsureSuccessStatusCode();
        }

        Assert.Equal("200000\t200000\n", await engine.QueryAsync("SELECT count(), uniqExact(a) FROM t"));
    }

    [Fact]
    public async Task Asked_to_stop_it_finishes_what_runs_and_starts_again_with_everything()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        await engine.QueryAsync("CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a");
        var running = engine.QueryAsync("INSERT INTO t SELECT number + sleepEachRow(0.1) FROM numbers(15)");
        await Task.Delay(300);

        Assert.Equal(0, await engine.StopAsync());
        await running;
        await engine.RestartAsync();

        Assert.Equal("15\n", await engine.QueryAsync("SELECT count() FROM t"));
    }

    [Fact]
    public async Task No_request_leaves_a_file_behind_and_a_killed_process_only_until_its_next_start()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        string[] Files() => Directory.GetFiles(Path.Combine(engine.DataDirectory, "tmp", "requests")).Select(Path.GetFileName).ToArray()!;
        await engine.QueryAsync("CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a");

        (await engine.PostAsync(Requests.Join("INSERT INTO t FORMAT RowBinary\n", Requests.Rows(100)))).EnsureSuccessStatusCode();
        (await engine.PostAsync("SELECT * FROM t", "enable_http_compression=1", "zstd")).EnsureSuccessStatusCode();
        using var failed = await engine.PostAsync("INSERT INTO t FORMAT RowBinary\nx");
        Assert.Equal(["engine.xml"], Files());

        var running = engine.PostAsync("SELECT sleep(3)");
        await Task.Delay(300);
        engine.Kill9();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
        Assert.Equal(2, Files().Length);
        await engine.RestartAsync();
        await engine.Http.GetAsync("ping");
        Assert.Equal(["engine.xml"], Files());
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_says_so_and_ends()
    {
        await using var engine = await EmbeddedEngine.StartAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EmbeddedEngine.StartAsync(
            new Dictionary<string, string> { ["Engine__DataDirectory"] = engine.DataDirectory }));

        Assert.Contains("ended with code 2", refused.Message);
        Assert.Contains("Another process works on the data in " + engine.DataDirectory, refused.Message);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://[::]:0")]
    public async Task It_listens_to_this_machine_only(string urls)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => EmbeddedEngine.StartAsync(
            new Dictionary<string, string> { ["ASPNETCORE_URLS"] = urls }));

        Assert.Contains("ended with code 3", refused.Message);
        Assert.Contains("can be reached from other machines", refused.Message);
    }

    [Fact]
    public async Task With_a_user_set_only_the_user_is_let_in()
    {
        await using var engine = await EmbeddedEngine.StartAsync(
            new Dictionary<string, string> { ["Engine__User"] = "ann", ["Engine__Password"] = "secret" });

        async Task<string> Ask(Action<HttpRequestMessage> identify, string parameters = "")
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"?{parameters}") { Content = new StringContent("SELECT 1") };
            identify(request);
            using var answer = await engine.Http.SendAsync(request);
            return answer.IsSuccessStatusCode ? "in" : $"{(int)answer.StatusCode} {answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single()}";
        }

        Assert.Equal("in", await Ask(r => r.Headers.Authorization = new("Basic", Convert.ToBase64String("ann:secret"u8))));
        Assert.Equal("in", await Ask(r => { r.Headers.Add("X-ClickHouse-User", "ann"); r.Headers.Add("X-ClickHouse-Key", "secret"); }));
        Assert.Equal("in", await Ask(_ => { }, "user=ann&password=secret"));
        Assert.Equal("403 516", await Ask(r => r.Headers.Authorization = new("Basic", Convert.ToBase64String("ann:wrong"u8))));
        Assert.Equal("403 516", await Ask(_ => { }));
    }
}
