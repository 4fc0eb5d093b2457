using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class ParameterTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    // Values as the drivers send them: escaped as in TabSeparated. Answers are read as TabSeparated.
    public static TheoryData<string, string, string> Values => new()
    {
        { "UInt8", "200", "200" },
        { "Int64", "-9223372036854775808", "-9223372036854775808" },
        { "UInt256", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "115792089237316195423570985008687907853269984665640564039457584007913129639935" },
        { "Float64", "1.5e-10", "1.5e-10" },
        { "Decimal(18, 4)", "-12.3456", "-12.3456" },
        { "Bool", "true", "true" },
        { "String", "plain", "plain" },
        { "String", "'; DROP TABLE x; --", "\\'; DROP TABLE x; --" },
        { "String", "1' OR '1'='1", "1\\' OR \\'1\\'=\\'1" },
        { "String", "{a:String} $$ `x` \"y\" /* */", "{a:String} $$ `x` \"y\" /* */" },
        { "String", "tab\\tline\\nback\\\\slash", "tab\\tline\\nback\\\\slash" },
        { "String", "Zażółć 日本 🎉", "Zażółć 日本 🎉" },
        { "String", "", "" },
        { "Nullable(String)", "\\N", "\\N" },
        { "Nullable(Int32)", "\\N", "\\N" },
        { "LowCardinality(String)", "low", "low" },
        { "FixedString(3)", "abc", "abc" },
        { "Date", "2024-02-29", "2024-02-29" },
        { "Date32", "2100-01-01", "2100-01-01" },
        { "DateTime('UTC')", "2024-02-29 23:59:59", "2024-02-29 23:59:59" },
        { "DateTime64(6, 'UTC')", "2024-02-29 23:59:59.123456", "2024-02-29 23:59:59.123456" },
        { "UUID", "61f0c404-5cb3-11e7-907b-a6006ad3dba0", "61f0c404-5cb3-11e7-907b-a6006ad3dba0" },
        { "IPv4", "127.0.0.1", "127.0.0.1" },
        { "IPv6", "2001:db8::1", "2001:db8::1" },
        { "Enum8('a' = 1, 'b' = 2)", "b", "b" },
        { "Array(String)", "['it\\'s','b,c']", "['it\\'s','b,c']" },
        { "Array(Array(Nullable(Int32)))", "[[1,NULL],[]]", "[[1,NULL],[]]" },
        { "Array(UInt64)", "[]", "[]" },
        { "Map(String, UInt8)", "{'k':1,'l':2}", "{'k':1,'l':2}" },
        { "Tuple(Int8, String)", "(1,'x')", "(1,'x')" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Values_arrive_as_they_were_meant_in_address_and_form(string type, string value, string expected)
    {
        var sql = $"SELECT {{v:{type}}}";

        var inAddress = await engine.QueryAsync(sql, $"param_v={Uri.EscapeDataString(value)}");
        using var form = new MultipartFormDataContent { { new StringContent(sql), "query" }, { new StringContent(value), "param_v" } };
        using var inForm = await engine.Http.PostAsync("", form);

        Assert.Equal(expected + "\n", inAddress);
        Assert.Equal(expected + "\n", await inForm.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_form_may_carry_everything_and_an_address_the_rest()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("SELECT {a:UInt8} + {b:UInt8}, getSetting('max_threads')"), "query" },
            { new StringContent("1"), "param_a" },
            { new StringContent("1"), "max_threads" },
        };

        using var answer = await engine.Http.PostAsync("?param_b=2&default_format=CSV", form);

        Assert.Equal("3,1\n", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Names_can_be_parameters()
    {
        var table = await engine.NewTableAsync();
        await engine.QueryAsync("INSERT INTO {t:Identifier} VALUES (1, 'x')", $"param_t={table}");

        Assert.Equal("1\n", await engine.QueryAsync("SELECT {c:Identifier} FROM {t:Identifier}", $"param_t={table}&param_c=a"));
    }

    [Fact]
    public async Task A_missing_or_wrong_value_is_an_error()
    {
        using var missing = await engine.PostAsync("SELECT {a:UInt8}");
        using var wrong = await engine.PostAsync("SELECT {a:UInt8}", "param_a=many");

        Assert.Equal("456", missing.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Equal("457", wrong.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Many_callers_at_once_get_their_own_values()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => engine.QueryAsync("SELECT {v:String}", $"param_v=v{i}")));

        Assert.Equal(Enumerable.Range(0, 400).Select(i => $"v{i}\n"), answers);
    }
}
