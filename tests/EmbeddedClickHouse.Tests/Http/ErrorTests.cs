using System.Net;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class ErrorTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    [Theory]
    [InlineData("SELECT * FROM no_such_table", 60, "UNKNOWN_TABLE", HttpStatusCode.NotFound)]
    [InlineData("SELECT * FROM nowhere.t", 81, "UNKNOWN_DATABASE", HttpStatusCode.NotFound)]
    [InlineData("SELECT no_such_column", 47, "UNKNOWN_IDENTIFIER", HttpStatusCode.NotFound)]
    [InlineData("SELECT no_such_function(1)", 46, "UNKNOWN_FUNCTION", HttpStatusCode.NotFound)]
    [InlineData("SELEC 1", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("SELECT 1 +", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("SELECT 'open", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("SELECT 1; SELECT 2", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("CREATE TABLE x (a Int8) ENGINE = Memory; nonsense", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("-- nothing", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("1 + 1", 62, "SYNTAX_ERROR", HttpStatusCode.BadRequest)]
    [InlineData("SELECT 1 FORMAT NoSuchFormat", 73, "UNKNOWN_FORMAT", HttpStatusCode.NotFound)]
    [InlineData("SELECT 1 SETTINGS no_such_setting = 1", 115, "UNKNOWN_SETTING", HttpStatusCode.NotFound)]
    [InlineData("SELECT toInt8('x')", 6, "CANNOT_PARSE_TEXT", HttpStatusCode.BadRequest)]
    [InlineData("SELECT throwIf(1, 'mine')", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO", HttpStatusCode.InternalServerError)]
    [InlineData("SELECT intDiv(1, 0)", 153, "ILLEGAL_DIVISION", HttpStatusCode.InternalServerError)]
    [InlineData("CREATE TABLE bad (a NoSuchType) ENGINE = Memory", 50, "UNKNOWN_TYPE", HttpStatusCode.NotFound)]
    [InlineData("CREATE TABLE bad (a Int8) ENGINE = NoSuchEngine", 56, "UNKNOWN_STORAGE", HttpStatusCode.NotFound)]
    [InlineData("DROP TABLE no_such_table", 60, "UNKNOWN_TABLE", HttpStatusCode.NotFound)]
    [InlineData("USE nowhere", 81, "UNKNOWN_DATABASE", HttpStatusCode.NotFound)]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x'", 358, "INTO_OUTFILE_NOT_ALLOWED", HttpStatusCode.InternalServerError)]
    public async Task Errors_have_ClickHouses_code_name_and_status(string sql, int code, string name, HttpStatusCode status)
    {
        using var answer = await engine.PostAsync(sql);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Matches($@"^Code: {code}\. DB::Exception: [\s\S]*\({name}\) \(version \d+\.\d+\.\d+\.\d+\)\n$", text);
        Assert.Equal(1, System.Text.RegularExpressions.Regex.Count(text, "DB::Exception"));
        Assert.Equal(code.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal(status, answer.StatusCode);
        Assert.NotEmpty(answer.Headers.GetValues("X-ClickHouse-Query-Id").Single());
    }

    [Theory]
    [InlineData("no_such_setting=1", "115")]
    [InlineData("database=nowhere", "81")]
    [InlineData("default_format=NoSuchFormat", "73")]
    [InlineData("default_format=TSV'", "73")]
    [InlineData("max_threads=many", "27")]
    [InlineData("max_result_rows=1", "396")]
    [InlineData("session_id=x&session_timeout=4000", "374")]
    [InlineData("session_id=", "744")]
    public async Task Parameters_that_cannot_be_met_are_errors(string parameters, string code)
    {
        using var answer = await engine.PostAsync("SELECT * FROM numbers(5)", parameters);

        Assert.False(answer.IsSuccessStatusCode);
        Assert.Equal(code, answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task A_syntax_error_of_an_insert_quotes_the_callers_text_only()
    {
        using var answer = await engine.PostAsync("1", "query=INSERT%20INTO%20a-b%20(x)%20FORMAT%20TSV");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Contains("-b (x) FORMAT TSV", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the request", text, StringComparison.Ordinal);
        Assert.DoesNotContain("query_id", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait_end_of_query=1", HttpStatusCode.InternalServerError)]
    [InlineData("http_wait_end_of_query=1", HttpStatusCode.InternalServerError)]
    [InlineData("wait_end_of_query=1&http_wait_end_of_query=0", HttpStatusCode.OK)]
    public async Task Who_waits_for_the_end_gets_a_late_error_as_a_status(string parameters, HttpStatusCode status)
    {
        const string Sql = "SELECT toInt32(number), throwIf(number = 200000, 'late') FROM system.numbers LIMIT 400000 SETTINGS max_block_size = 1000";
        using var request = new HttpRequestMessage(HttpMethod.Post, "?" + parameters) { Content = new StringContent(Sql) };
        using var answer = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Get_reads_only()
    {
        var table = await engine.NewTableAsync();

        Assert.Equal("0\n", await engine.Http.GetStringAsync($"?query=SELECT%20count()%20FROM%20{table}"));
        foreach (var sql in new[] { $"INSERT INTO {table} VALUES (1, 'x')", $"DROP TABLE {table}", "SET max_threads = 1", $"INSERT INTO {table} SELECT 1, 'x'" })
        {
            using var refused = await engine.Http.GetAsync($"?query={Uri.EscapeDataString(sql)}");
            Assert.Equal("164", refused.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        }

        Assert.Equal("0\n", await engine.QueryAsync($"SELECT count() FROM {table}", "readonly=1"));
    }

    [Fact]
    public async Task The_first_of_two_statements_does_not_run()
    {
        var table = Requests.NewName();

        using var refused = await engine.PostAsync($"CREATE TABLE {table} (a Int8) ENGINE = Memory; SELECT 1");

        Assert.Equal("0\n", await engine.QueryAsync($"EXISTS {table}"));
    }
}
