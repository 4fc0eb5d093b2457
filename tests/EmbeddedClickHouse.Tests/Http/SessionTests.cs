using System.Net;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class SessionTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    [Fact]
    public async Task A_session_keeps_tables_settings_and_its_database()
    {
        var session = $"session_id={Guid.NewGuid()}";

        await engine.QueryAsync("CREATE TEMPORARY TABLE mine (a Int8)", session);
        await engine.QueryAsync("INSERT INTO mine VALUES (7)", session);
        await engine.QueryAsync("SET max_block_size = 777", session);
        await engine.QueryAsync("USE system", session);

        Assert.Equal("7\t777\tsystem\n", await engine.QueryAsync("SELECT a, getSetting('max_block_size'), currentDatabase() FROM mine", session));
        Assert.Equal("778\n", await engine.QueryAsync("SELECT getSetting('max_block_size')", $"{session}&max_block_size=778"));
        Assert.Equal("777\n", await engine.QueryAsync("SELECT getSetting('max_block_size')", session));
        Assert.Equal("default\n", await engine.QueryAsync("SELECT currentDatabase()", $"{session}&database=default"));
        Assert.Equal("system\n", await engine.QueryAsync("SELECT currentDatabase()", session));
        using var other = await engine.PostAsync("SELECT * FROM mine", $"session_id={Guid.NewGuid()}");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task What_a_request_set_is_gone_with_it()
    {
        for (var i = 0; i < 20; i++)
        {
            await engine.QueryAsync("SET max_block_size = 555, async_insert = 1");
            await engine.QueryAsync("USE system");
            await engine.QueryAsync("CREATE TEMPORARY TABLE passing (a Int8)");
            await engine.QueryAsync("SELECT 1", "max_block_size=556&output_format_json_quote_64bit_integers=1&log_comment=x");
            using var failed = await engine.PostAsync("SELECT throwIf(1)", "max_block_size=557");
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => engine.QueryAsync("""
            SELECT currentDatabase(), getSetting('max_block_size') > 1000, getSetting('async_insert'), getSetting('log_comment'),
                   (SELECT count() FROM system.tables WHERE is_temporary), sleep(0.05)
            """)));
        Assert.All(answers, a => Assert.Equal("default\t1\tfalse\t\t0\t0\n", a));
    }

    [Theory]
    [InlineData("SET readonly = 1")]
    [InlineData("SET allow_ddl = 0")]
    [InlineData("SET dialect = 'kusto'")]
    [InlineData("SET dialect = 'prql'")]
    [InlineData("SET param_left = 5")]
    [InlineData("SET SQL_mine = 'x'")]
    [InlineData("SET max_memory_usage = 1")]
    [InlineData("SET max_execution_time = 0.000001")]
    [InlineData("SET max_result_rows = 1")]
    [InlineData("SET output_format_tsv_crlf_end_of_line = 1, log_comment = 'x\\ty'")]
    public async Task No_setting_stays_whatever_it_forbids(string set)
    {
        // More often than there are connections: none may be lost either.
        for (var i = 0; i < 70; i++)
        {
            using var done = await engine.PostAsync(set);
        }

        using var parameter = await engine.PostAsync("SELECT {left:UInt8}");
        Assert.Equal("456", parameter.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        using var custom = await engine.PostAsync("SELECT getSetting('SQL_mine')");
        Assert.False(custom.IsSuccessStatusCode);
        var table = await engine.NewTableAsync();
        Assert.Equal("0\t\n1\t\n", await engine.QueryAsync($"SELECT number, getSetting('log_comment') FROM numbers(2) WHERE (SELECT count() FROM {table}) = 0"));
    }

    [Theory]
    [InlineData("readonly=1")]
    [InlineData("readonly=2")]
    [InlineData("allow_ddl=0")]
    [InlineData("max_memory_usage=1")]
    [InlineData("max_execution_time=0.000001")]
    [InlineData("max_result_rows=1")]
    [InlineData("max_query_size=20")]
    [InlineData("max_parser_depth=2")]
    [InlineData("max_ast_elements=2")]
    [InlineData("output_format_tsv_crlf_end_of_line=1&log_comment=x%09y")]
    [InlineData("database=system")]
    [InlineData("final=1&readonly=2&session_timezone=Asia%2FKolkata")]
    public async Task What_one_request_sets_holds_for_no_other_of_whatever_kind(string settings)
    {
        var table = await engine.NewTableAsync();
        // Twice each: a connection keeps what was set, and finds it there again.
        for (var i = 0; i < 6; i++)
        {
            using var done = await engine.PostAsync("SELECT count() FROM system.one", settings);
            using var again = await engine.PostAsync("SELECT count() FROM system.one", settings);
            Assert.Equal(done.StatusCode, again.StatusCode);

            Assert.Equal(
                "0\t\tdefault\tEtc/UTC\n1\t\tdefault\tEtc/UTC\n",
                await engine.QueryAsync($"SELECT number, getSetting('log_comment'), currentDatabase(), timezone() FROM numbers(2) WHERE (SELECT count() FROM {table}) = 0"));
        }

        using var drop = await engine.PostAsync($"DROP TABLE {table}");
        Assert.True(drop.IsSuccessStatusCode);
        using var set = await engine.PostAsync("SELECT count() FROM system.one", settings);
        using var gone = await engine.PostAsync($"SELECT * FROM {table}");
        Assert.Equal("60", gone.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        var session = $"session_id={Guid.NewGuid()}";
        Assert.Equal("\tdefault\n", await engine.QueryAsync("SELECT getSetting('log_comment'), currentDatabase()", session));
    }

    [Fact]
    public async Task A_request_has_all_its_own_settings_whatever_the_one_before_had()
    {
        const string Sql = "SELECT getSetting('max_block_size'), getSetting('log_comment'), getSetting('max_threads')";
        foreach (var (settings, expected) in ((string, string)[])
            [
                ("max_block_size=777&max_threads=1", "777\t\t1\n"), ("max_block_size=777&max_threads=1", "777\t\t1\n"),
                ("max_block_size=778&max_threads=1", "778\t\t1\n"), ("max_threads=1&log_comment=a", "65409\ta\t1\n"),
                ("max_block_size=777&max_threads=3&log_comment=", "777\t\t3\n"),
            ])
        {
            Assert.Equal(expected, await engine.QueryAsync(Sql, settings));
        }
    }

    [Fact]
    public async Task A_session_serves_one_request_at_a_time()
    {
        var session = $"session_id={Guid.NewGuid()}";
        var slow = engine.QueryAsync("SELECT sleep(1)", session);
        await Task.Delay(300);

        using var second = await engine.PostAsync("SELECT 1", session);

        Assert.Equal("373", second.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        await slow;
        Assert.Equal("1\n", await engine.QueryAsync("SELECT 1", session));
    }

    [Fact]
    public async Task A_session_ends_with_its_timeout_and_can_be_asked_for()
    {
        var session = $"session_id={Guid.NewGuid()}";
        using var unknown = await engine.PostAsync("SELECT 1", $"{session}&session_check=1");
        await engine.QueryAsync("CREATE TEMPORARY TABLE short (a Int8)", $"{session}&session_timeout=1");
        var known = await engine.QueryAsync("SELECT count() FROM short", $"{session}&session_check=1&session_timeout=1");

        await Task.Delay(3500);
        using var ended = await engine.PostAsync("SELECT 1", $"{session}&session_check=1");

        Assert.Equal("372", unknown.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("0\n", known);
        Assert.Equal("372", ended.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_session_ends_with_the_request_that_closes_it()
    {
        var session = $"session_id={Guid.NewGuid()}";
        await engine.QueryAsync("CREATE TEMPORARY TABLE closing (a Int8)", session);
        Assert.Equal("0\n", await engine.QueryAsync("SELECT count() FROM closing", $"{session}&close_session=1"));

        using var ended = await engine.PostAsync("SELECT 1", $"{session}&session_check=1");
        Assert.Equal("372", ended.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        using var anew = await engine.PostAsync("SELECT count() FROM closing", session);
        Assert.Equal("60", anew.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_timeout_without_a_session_means_nothing() =>
        Assert.Equal("1\n", await engine.QueryAsync("SELECT 1", "session_timeout=7200"));

    [Fact]
    public async Task Sessions_that_set_nothing_make_room_for_new_ones()
    {
        for (var i = 0; i < 120; i++)
        {
            Assert.Equal("1\n", await engine.QueryAsync("SELECT 1", $"session_id={Guid.NewGuid()}"));
        }
    }

    [Fact]
    public async Task More_sessions_than_there_are_connections_wait_for_those_that_end()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var session = $"session_id={Guid.NewGuid()}&session_timeout=5";
            await engine.QueryAsync($"CREATE TEMPORARY TABLE mine AS SELECT {i} AS n", session);
            Assert.Equal($"{i}\n", await engine.QueryAsync("SELECT n FROM mine", session));
        }));
    }
}
