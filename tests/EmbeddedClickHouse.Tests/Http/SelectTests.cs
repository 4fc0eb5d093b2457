using System.IO.Compression;
using System.Net;
using System.Text;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class SelectTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    [Theory]
    [InlineData("ping")]
    [InlineData("replicas_status")]
    [InlineData("")]
    public async Task Says_ok_without_a_query(string path) => Assert.Equal("Ok.\n", await engine.Http.GetStringAsync(path));

    [Fact]
    public async Task Is_healthy_and_alive_and_knows_no_other_path()
    {
        Assert.Equal(HttpStatusCode.OK, (await engine.Http.GetAsync("health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await engine.Http.GetAsync("alive")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await engine.Http.GetAsync("nowhere")).StatusCode);
    }

    [Fact]
    public async Task Answers_what_the_drivers_ask_first()
    {
        var answer = (await engine.QueryAsync("SELECT version(), timezone() FORMAT TSV")).Trim().Split('\t');

        Assert.Matches(@"^\d+\.\d+\.\d+\.\d+$", answer[0]);
        Assert.NotEmpty(answer[1]);
    }

    [Theory]
    [InlineData("SELECT 1 AS x, 'a' AS y", "", "TabSeparated", "1\ta\n", "text/tab-separated-values")]
    [InlineData("SELECT 1 AS x, 'a' AS y", "default_format=CSV", "CSV", "1,\"a\"\n", "text/csv")]
    [InlineData("SELECT 1 AS x, 'a' AS y FORMAT JSONEachRow;", "default_format=CSV", "JSONEachRow", "{\"x\":1,\"y\":\"a\"}\n", "application/x-ndjson")]
    [InlineData("SELECT 1 AS x FORMAT RowBinaryWithNamesAndTypes", "", "RowBinaryWithNamesAndTypes", "\u0001\u0001x\u0005UInt8\u0001", "application/octet-stream")]
    [InlineData("SELECT 1 AS x WHERE 0 FORMAT RowBinaryWithNamesAndTypes", "", "RowBinaryWithNamesAndTypes", "\u0001\u0001x\u0005UInt8", "application/octet-stream")]
    [InlineData("SELECT 1 SETTINGS max_threads = 1 FORMAT TSV", "", "TSV", "1\n", "text/tab-separated-values")]
    [InlineData("SELECT 1 FORMAT TSV SETTINGS max_threads = 1", "", "TSV", "1\n", "text/tab-separated-values")]
    [InlineData("SELECT 1 SETTINGS max_threads = 1 -- the end", "", "TabSeparated", "1\n", "text/tab-separated-values")]
    [InlineData("(SELECT 1) UNION ALL (SELECT 1)", "", "TabSeparated", "1\n1\n", "text/tab-separated-values")]
    [InlineData("WITH 2 AS two SELECT two /* ; */ ;", "", "TabSeparated", "2\n", "text/tab-separated-values")]
    [InlineData("SELECT format FROM (SELECT 'f' AS format) ORDER BY format DESC", "", "TabSeparated", "f\n", "text/tab-separated-values")]
    [InlineData("SELECT '--;/*' AS `a;b` -- ; x", "", "TabSeparated", "--;/*\n", "text/tab-separated-values")]
    [InlineData("EXISTS TABLE system.one FORMAT CSV", "", "CSV", "1\n", "text/csv")]
    [InlineData("DESCRIBE TABLE system.one SETTINGS describe_compact_output = 1", "", "TabSeparated", "dummy\tUInt8\n", "text/tab-separated-values")]
    [InlineData("SHOW DATABASES LIKE 'system'", "default_format=JSONCompactEachRow", "JSONCompactEachRow", "[\"system\"]\n", "application/x-ndjson")]
    [InlineData("SELECT 1 FORMAT Null", "", "Null", "", "text/plain")]
    public async Task Answers_in_the_format_that_is_asked_for(string sql, string parameters, string format, string expected, string type)
    {
        using var answer = await engine.PostAsync(sql, parameters);

        Assert.Equal(expected, await answer.Content.ReadAsStringAsync());
        Assert.Equal(format, answer.Headers.GetValues("X-ClickHouse-Format").Single());
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("database=system&default_format=JSONCompactEachRow")]
    [InlineData("database=&default_format=")]
    [InlineData("max_threads=1")]
    public async Task Headers_for_database_and_format_count_more_than_the_address(string parameters)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "?" + parameters) { Content = new StringContent("SELECT currentDatabase()") };
        request.Headers.Add("X-ClickHouse-Database", "information_schema");
        request.Headers.Add("X-ClickHouse-Format", "CSV");

        Assert.Equal("\"information_schema\"\n", await (await engine.Http.SendAsync(request)).Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("a%0D%0Ab", "ab")]
    [InlineData("%C3%A9%F0%9F%98%80", "é😀")]
    public async Task An_id_of_any_characters_comes_back_without_those_that_control(string id, string expected)
    {
        // SocketsHttpHandler reads headers as Latin-1 unless it is told.
        using var client = new HttpClient(new SocketsHttpHandler { ResponseHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 })
        {
            BaseAddress = engine.Http.BaseAddress,
        };
        using var answer = await client.PostAsync($"?query_id={id}", new StringContent("SELECT 1"));

        Assert.Equal("1\n", await answer.Content.ReadAsStringAsync());
        Assert.Equal(expected, answer.Headers.GetValues("X-ClickHouse-Query-Id").Single());
    }

    [Fact]
    public async Task Who_accepts_compression_gets_it_where_nothing_else_is_said()
    {
        using var compressed = await engine.PostAsync("SELECT 1", "", "gzip");

        Assert.Equal(["gzip"], compressed.Content.Headers.ContentEncoding);
        Assert.Equal("1\n", await DecodeAsync(compressed, "gzip"));
    }

    [Fact]
    public async Task A_statement_without_rows_answers_in_no_format()
    {
        using var answer = await engine.PostAsync("CREATE DATABASE IF NOT EXISTS without_rows", "default_format=CSV");

        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.False(answer.Headers.Contains("X-ClickHouse-Format"));
    }

    [Fact]
    public async Task The_format_may_come_in_a_header_and_the_query_in_address_and_body_together()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "?query=SELECT%201%20%2B") { Content = new StringContent("2") };
        request.Headers.Add("X-ClickHouse-Format", "JSONCompactEachRow");

        Assert.Equal("[3]\n", await (await engine.Http.SendAsync(request)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Says_what_it_is_and_what_the_query_did()
    {
        using var answer = await engine.PostAsync("SELECT * FROM numbers(10)", "query_id=mine%26yours");

        Assert.Equal("mine&yours", answer.Headers.GetValues("X-ClickHouse-Query-Id").Single());
        Assert.NotEmpty(answer.Headers.GetValues("X-ClickHouse-Timezone").Single());
        Assert.NotEmpty(answer.Headers.GetValues("X-ClickHouse-Server-Display-Name").Single());
        var summary = System.Text.Json.JsonDocument.Parse(answer.Headers.GetValues("X-ClickHouse-Summary").Single()).RootElement;
        Assert.Equal("10", summary.GetProperty("read_rows").GetString());
        Assert.Equal("80", summary.GetProperty("read_bytes").GetString());
        Assert.Equal("10", summary.GetProperty("result_rows").GetString());
        Assert.NotEqual("0", summary.GetProperty("elapsed_ns").GetString());
    }

    [Fact]
    public async Task A_result_larger_than_memory_would_like_streams_through_a_bounded_process()
    {
        var before = ResidentMegabytes();
        using var answer = await engine.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "") { Content = new StringContent("SELECT number, toString(number) AS s FROM numbers(30000000) FORMAT RowBinaryWithNames") },
            HttpCompletionOption.ResponseHeadersRead);
        var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 16];
        long total = 0;
        var peak = 0L;
        for (int read, n = 0; (read = await body.ReadAsync(buffer)) > 0; n++)
        {
            total += read;
            if (n % 500 == 0)
            {
                peak = Math.Max(peak, ResidentMegabytes());
            }
        }

        // One header of 10 bytes, then rows of 8 bytes, a length byte and the digits.
        Assert.Equal(10 + (30_000_000L * 9) + Digits(30_000_000), total);
        Assert.True(peak - before < 200, $"{before} MB before, {peak} MB while {total >> 20} MB went out");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task Answers_are_compressed_when_both_sides_say_so(string encoding)
    {
        const string Sql = "SELECT number FROM numbers(200000) FORMAT TSV";
        var plain = await engine.QueryAsync(Sql);

        using var compressed = await engine.PostAsync(Sql, "enable_http_compression=1", encoding);
        using var notAsked = await engine.PostAsync(Sql, "enable_http_compression=0", encoding);
        using var empty = await engine.PostAsync("SELECT 1 WHERE 0", "enable_http_compression=1", encoding);

        Assert.Equal(encoding, compressed.Content.Headers.ContentEncoding.Single());
        Assert.Equal(plain, await DecodeAsync(compressed, encoding));
        Assert.Empty(notAsked.Content.Headers.ContentEncoding);
        Assert.Equal(plain, await notAsked.Content.ReadAsStringAsync());
        Assert.Equal("", await DecodeAsync(empty, encoding));
    }

    [Fact]
    public async Task The_server_prefers_among_encodings_as_ClickHouse_does()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "?enable_http_compression=1") { Content = new StringContent("SELECT 1") };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, lz4, br, zstd");

        Assert.Equal("zstd", (await engine.Http.SendAsync(request)).Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task An_error_late_in_a_stream_is_told_at_its_end_and_the_body_is_left_incomplete()
    {
        using var answer = await engine.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "?max_block_size=1000")
            {
                Content = new StringContent("SELECT number, throwIf(number = 2000000, 'far away') FROM numbers(4000000) FORMAT RowBinary"),
            },
            HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var tag = answer.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        var received = new MemoryStream();

        await Assert.ThrowsAnyAsync<IOException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(received));

        var end = Encoding.UTF8.GetString(received.ToArray()[^2000..]);
        Assert.Contains($"__exception__\r\n{tag}\r\nCode: 395. DB::Exception: far away", end);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("gzip")]
    public async Task An_error_late_in_a_compressed_stream_can_be_unpacked(string encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "?enable_http_compression=1&max_block_size=10000")
        {
            Content = new StringContent("SELECT toString(sipHash64(number)) FROM numbers(2000000) WHERE NOT throwIf(number = 1900000, 'far away') FORMAT TSV"),
        };
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        using var answer = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var tag = answer.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();
        var received = new MemoryStream();
        await Task.Delay(1000); // slow readers get all of it as well
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(received));

        // As the body of an insert: the engine takes no frame that is not whole.
        var table = Requests.NewName();
        await engine.QueryAsync($"CREATE TABLE {table} (s String) ENGINE = Memory");
        using var stored = await engine.PostAsync(
            received.ToArray(), $"query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT RawBLOB")}", encoding);
        Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync());

        var end = await engine.QueryAsync($"SELECT substring(s, -2000) FROM {table} FORMAT RawBLOB");
        Assert.Contains($"__exception__\r\n{tag}\r\nCode: 395. DB::Exception: far away", end, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("lz4")]
    public async Task A_compressed_answer_begins_before_the_query_ends_and_ends_with_its_reader(string encoding)
    {
        var id = $"{Guid.NewGuid()}";
        var request = new HttpRequestMessage(HttpMethod.Post, $"?enable_http_compression=1&query_id={id}")
        {
            Content = new StringContent("SELECT sipHash64(number) FROM system.numbers"),
        };
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        using (var answer = await engine.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[1 << 20]);
        }

        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (await engine.QueryAsync("SELECT count() FROM system.query_log WHERE query_id = {id:String}", $"param_id={id}") == "0\n")
        {
            Assert.True(DateTime.UtcNow < deadline, "The query goes on without its reader.");
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task Waiting_for_the_end_of_the_query_turns_a_late_error_into_a_status()
    {
        using var answer = await engine.PostAsync(
            "SELECT number, throwIf(number = 2000000, 'far away') FROM numbers(4000000) FORMAT RowBinary", "wait_end_of_query=1&max_block_size=1000");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("395", answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    private async Task<string> DecodeAsync(HttpResponseMessage answer, string encoding)
    {
        var body = await answer.Content.ReadAsStreamAsync();
        if (encoding is "zstd" or "lz4")
        {
            // .NET cannot: the engine decodes its own as the body of a request that only passes it through.
            var packed = await answer.Content.ReadAsByteArrayAsync();
            var table = Requests.NewName();
            await engine.QueryAsync($"CREATE TABLE {table} (s String) ENGINE = Memory");
            using var stored = await engine.PostAsync(packed, $"query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT LineAsString")}", encoding);
            Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync());
            return await engine.QueryAsync($"SELECT s FROM {table} ORDER BY toUInt64(s)");
        }

        await using Stream plain = encoding switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress),
            _ => new BrotliStream(body, CompressionMode.Decompress),
        };
        using var text = new StreamReader(plain);
        return await text.ReadToEndAsync();
    }

    private static long Digits(long count)
    {
        long digits = 1; // of zero
        for (long low = 1; low < count; low *= 10)
        {
            digits += (Math.Min(count, low * 10) - low) * (long)(Math.Log10(low) + 1.5);
        }

        return digits;
    }

    private long ResidentMegabytes() => long.Parse(
        File.ReadLines($"/proc/{engine.ProcessId}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ')[^2],
        System.Globalization.CultureInfo.InvariantCulture) >> 10;
}
