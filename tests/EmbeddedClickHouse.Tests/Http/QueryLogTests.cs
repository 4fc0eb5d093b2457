using System.Text.Json;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class QueryLogTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    [Fact]
    public async Task A_query_is_in_the_log_as_soon_as_it_was_answered()
    {
        var id = $"it's \"{Guid.NewGuid()}\"";
        var request = new HttpRequestMessage(HttpMethod.Post, $"?query_id={Uri.EscapeDataString(id)}&max_threads=3&log_comment=nightly")
        {
            Content = new StringContent("SELECT number\nFROM numbers(7)\n\n/* every ' \t line */"),
        };
        request.Headers.Add("User-Agent", "report/1.0 (nightly)");
        using var answer = await engine.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();

        var row = await RowOfAsync(id);

        Assert.Equal(
            ["QueryFinish", "Select", "SELECT number\nFROM numbers(7)\n\n/* every ' \t line */", "7", "7", "report/1.0 (nightly)", "3", "nightly", "1"],
            [
                .. Strings(row, "type", "query_kind", "query", "result_rows", "read_rows", "http_user_agent"),
                row.GetProperty("Settings").GetProperty("max_threads").ToString(),
                .. Strings(row, "log_comment", "recent"),
            ]);
    }

    [Fact]
    public async Task A_large_answer_is_in_the_log_at_its_end()
    {
        var id = $"{Guid.NewGuid()}";
        await engine.QueryAsync("SELECT number FROM numbers(1000000)", $"query_id={id}");

        Assert.Equal(["QueryFinish", "1000000"], Strings(await RowOfAsync(id), "type", "result_rows"));
    }

    [Fact]
    public async Task An_insert_is_there_without_its_rows()
    {
        var id = $"{Guid.NewGuid()}";
        var table = await engine.NewTableAsync();
        using var answer = await engine.PostAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(3)), $"query_id={id}");
        answer.EnsureSuccessStatusCode();

        Assert.Equal(
            ["QueryFinish", "Insert", $"INSERT INTO {table} FORMAT RowBinary\n", "3"],
            Strings(await RowOfAsync(id), "type", "query_kind", "query", "written_rows"));
    }

    [Theory]
    [InlineData("SELECT throwIf(number = 3, 'boom') FROM numbers(10)", "ExceptionWhileProcessing", "395")]
    [InlineData("SELEC 1", "ExceptionBeforeStart", "62")]
    public async Task A_query_that_failed_says_why(string sql, string type, string code)
    {
        var id = $"{Guid.NewGuid()}";
        using var answer = await engine.PostAsync(sql, $"query_id={id}");

        var row = await RowOfAsync(id);

        Assert.Equal([type, code], Strings(row, "type", "exception_code"));
        Assert.Equal((await answer.Content.ReadAsStringAsync()).Trim(), row.GetProperty("exception").GetString());
    }

    [Theory]
    [InlineData("SYSTEM FLUSH LOGS")]
    [InlineData("SYSTEM FLUSH LOGS query_log")]
    [InlineData("system flush logs /* now */")]
    public async Task Logs_can_be_flushed(string sql)
    {
        var id = $"{Guid.NewGuid()}";
        await engine.QueryAsync("SELECT 1", $"query_id={id}");

        Assert.Equal("", await engine.QueryAsync(sql));
        var logged = await engine.QueryAsync(
            "SELECT count() FROM merge('system', '^query_l.g$') WHERE query_id = {id:String}", $"param_id={id}");
        Assert.Equal("1\n", logged);
    }

    private async Task<JsonElement> RowOfAsync(string id)
    {
        var rows = await engine.QueryAsync(
            "SELECT *, abs(now() - event_time) < 60 AS recent FROM system.query_log WHERE query_id = {id:String} FORMAT JSONEachRow",
            $"param_id={Uri.EscapeDataString(id)}&output_format_json_quote_64bit_integers=0");
        return JsonDocument.Parse(rows).RootElement; // one row, or no JSON
    }

    private static string[] Strings(JsonElement row, params string[] names) => [.. names.Select(name => row.GetProperty(name).ToString())];
}
