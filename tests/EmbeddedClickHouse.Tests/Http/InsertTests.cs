using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

public sealed class InsertTests(EngineFixture fixture)
{
    private readonly EmbeddedEngine engine = fixture.Engine;

    [Fact]
    public async Task A_hundred_thousand_rows_with_every_byte_and_blank_lines_come_back_byte_for_byte_from_gzip()
    {
        var table = await engine.NewTableAsync();
        var rows = Requests.Rows(100_000);

        var answer = await engine.PostAsync(Gzip(Requests.Join($"INSERT INTO {table} (`a`,`b`) FORMAT RowBinary\n", rows)), encoding: "gzip");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(rows, await ReadAllAsync(table));
        Assert.Contains("\"written_rows\":\"100000\"", answer.Headers.GetValues("X-ClickHouse-Summary").Single());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" \n")]
    public async Task Rows_begin_after_the_line_end_of_the_statement(string lineEnd)
    {
        var table = await engine.NewTableAsync();
        var rows = Requests.Rows(10, firstKey: 0x0A0D0A0A); // the first bytes of the rows look like line ends

        await SucceedAsync(engine.PostAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary{lineEnd}", rows)));

        Assert.Equal(rows, await ReadAllAsync(table));
    }

    [Fact]
    public async Task The_statement_may_be_in_the_address_after_a_byte_order_mark_or_longer_than_64_KiB()
    {
        var table = await engine.NewTableAsync();
        byte[] Rows(int i) => Requests.Rows(3, firstKey: 0x0A0A0A0A + (256 * i)); // would be cut if they were taken for the statement's end

        await SucceedAsync(engine.PostAsync(Rows(0), $"query={Uri.EscapeDataString($"INSERT INTO {table} (a, b) FORMAT RowBinary")}"));
        await SucceedAsync(engine.PostAsync(Requests.Join($"\uFEFFINSERT INTO {table} FORMAT RowBinary\n", Rows(1))));
        await SucceedAsync(engine.PostAsync(Requests.Join($"INSERT INTO {table} /* {new string('x', 200_000)} */ (a, b) FORMAT RowBinary\n", Rows(2))));

        Assert.Equal("9\t9\n", await engine.QueryAsync($"SELECT count(), uniqExact(a) FROM {table}"));
    }

    [Fact]
    public async Task The_body_may_come_in_chunks_and_take_its_time()
    {
        var table = await engine.NewTableAsync();
        var rows = Requests.Rows(5000);
        var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new SlowContent(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", rows)) };
        request.Headers.TransferEncodingChunked = true;

        await SucceedAsync(engine.Http.SendAsync(request));

        Assert.Equal(rows, await ReadAllAsync(table));
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("gzip", false)]
    [InlineData("deflate", true)]
    [InlineData("br", true)]
    [InlineData("br", false)]
    [InlineData("zstd", true)]
    [InlineData("zstd", false)]
    [InlineData("lz4", true)]
    [InlineData("lz4", false)]
    public async Task Every_encoding_of_the_body_is_understood_and_a_missing_end_of_it_stores_nothing(string encoding, bool statementInBody)
    {
        var table = await engine.NewTableAsync();
        var rows = Requests.Rows(3000);
        var statement = $"INSERT INTO {table} FORMAT RowBinary";
        var parameters = statementInBody ? "" : $"query={Uri.EscapeDataString(statement)}";
        var body = await EncodeAsync(statementInBody ? Requests.Join(statement + "\n", rows) : rows, encoding);

        foreach (var missing in new[] { 1, 8, 20_000 })
        {
            var cut = await engine.PostAsync(body[..^missing], parameters, encoding);
            Assert.False(cut.IsSuccessStatusCode, $"{missing} bytes less were not noticed");
        }

        Assert.Empty(await ReadAllAsync(table));
        await SucceedAsync(engine.PostAsync(body, parameters, encoding));
        Assert.Equal(rows, await ReadAllAsync(table));
    }

    [Fact]
    public async Task Rows_that_end_in_the_middle_are_an_error_and_store_nothing()
    {
        var table = await engine.NewTableAsync();

        var answer = await engine.PostAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(20_000))[..^5]);

        Assert.Equal("33", answer.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.DoesNotContain(engine.DataDirectory, await answer.Content.ReadAsStringAsync());
        Assert.Empty(await ReadAllAsync(table));
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_the_body_has_stored_nothing()
    {
        var table = await engine.NewTableAsync();
        var body = Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(20_000));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync("127.0.0.1", engine.BaseAddress.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n"));
            await socket.GetStream().WriteAsync(body.AsMemory(0, body.Length / 2));
        }

        await Task.Delay(300);
        Assert.Empty(await ReadAllAsync(table));
        Assert.Equal("1\n", await engine.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task Four_batches_at_once_lose_nothing()
    {
        var table = await engine.NewTableAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SucceedAsync(engine.PostAsync(
            Gzip(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(100_000, i * 100_000))), encoding: "gzip"))));

        Assert.Equal("400000\t400000\n", await engine.QueryAsync($"SELECT count(), uniqExact(a) FROM {table}"));
    }

    [Fact]
    public async Task Fifty_thousand_rows_are_one_block()
    {
        var table = await engine.NewTableAsync();

        await SucceedAsync(engine.PostAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(50_000))));

        Assert.Equal("50000\n", await engine.QueryAsync(
            $"SELECT rows FROM system.parts WHERE database = 'default' AND table = '{table}' AND level = 0"));
    }

    [Theory]
    [InlineData("insert_deduplication_token=one", "")]
    [InlineData("", "SETTINGS insert_deduplication_token = 'one' ")]
    public async Task The_same_token_counts_once_also_in_a_materialized_view(string parameters, string inline)
    {
        var table = await engine.NewTableAsync();
        await engine.QueryAsync($"""
            CREATE TABLE {table}_sums (a UInt32, n SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree ORDER BY a
            SETTINGS non_replicated_deduplication_window = 100
            """);
        await engine.QueryAsync($"CREATE MATERIALIZED VIEW {table}_view TO {table}_sums AS SELECT a % 10 AS a, count() AS n FROM {table} GROUP BY a");
        var all = $"{parameters}&deduplicate_blocks_in_dependent_materialized_views=1";
        var body = Requests.Join($"INSERT INTO {table} {inline}FORMAT RowBinary\n", Requests.Rows(1000));

        await SucceedAsync(engine.PostAsync(body, all));
        await SucceedAsync(engine.PostAsync(body, all));

        Assert.Equal("1000\n", await engine.QueryAsync($"SELECT count() FROM {table}"));
        Assert.Equal("1000\n", await engine.QueryAsync($"SELECT sum(n) FROM {table}_sums"));
    }

    [Fact]
    public async Task Values_select_and_input_are_ways_to_insert_too()
    {
        var table = await engine.NewTableAsync();

        await engine.QueryAsync($"INSERT INTO {table} VALUES (1, 'a\n\nb'), (2, 'x;y''z');");
        await engine.QueryAsync($"INSERT INTO {table} (b, a) VALUES ({{text:String}}, {{key:UInt32}})", "param_text=%5Ct'&param_key=3");
        await engine.QueryAsync($"INSERT INTO {table} SELECT number + 10, 's' FROM numbers(2)");
        await engine.QueryAsync($"INSERT INTO {table} SELECT k * 100, upper(v) FROM input('k UInt32, v String') FORMAT CSV\n1,\"p\n\nq\"\n2,r\n");
        await engine.QueryAsync($"INSERT INTO default.`{table}` FORMAT JSONEachRow {{\"a\":7,\"b\":\"j\"}}");
        await engine.QueryAsync($"INSERT INTO {table} FORMAT TabSeparated\n8\tt\n");

        Assert.Equal(
            "1\ta\\n\\nb\n2\tx;y\\'z\n3\t\\t\\'\n7\tj\n8\tt\n10\ts\n11\ts\n100\tP\\n\\nQ\n200\tR\n",
            await engine.QueryAsync($"SELECT * FROM {table} ORDER BY a"));
    }

    [Fact]
    public async Task No_rows_are_no_error_but_a_table_or_format_that_is_not_there_is()
    {
        var table = await engine.NewTableAsync();

        await SucceedAsync(engine.PostAsync($"INSERT INTO {table} FORMAT RowBinary\n"));
        await SucceedAsync(engine.PostAsync([], $"query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT RowBinary")}"));
        var bad = await engine.PostAsync(Requests.Join("INSERT INTO no_such_table FORMAT RowBinary\n", Requests.Rows(1000)));

        var badFormat = await engine.PostAsync($"INSERT INTO {table} FORMAT NoSuchFormat\n1");

        Assert.Equal(HttpStatusCode.NotFound, bad.StatusCode);
        Assert.Equal("73", badFormat.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        Assert.Empty(await ReadAllAsync(table));
    }

    private async Task<byte[]> ReadAllAsync(string table) =>
        await (await engine.PostAsync($"SELECT * FROM {table} ORDER BY a FORMAT RowBinary")).Content.ReadAsByteArrayAsync();

    private static async Task SucceedAsync(Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static byte[] Gzip(byte[] data) => Compress(data, s => new GZipStream(s, CompressionLevel.Fastest));

    private static byte[] Compress(byte[] data, Func<Stream, Stream> wrap)
    {
        var packed = new MemoryStream();
        using (var stream = wrap(packed))
        {
            stream.Write(data);
        }

        return packed.ToArray();
    }

    // zstd and lz4 are made by the engine itself, of bytes that travel as hex.
    private async Task<byte[]> EncodeAsync(byte[] data, string encoding) => encoding switch
    {
        "gzip" => Gzip(data),
        "deflate" => Compress(data, s => new ZLibStream(s, CompressionLevel.Fastest)),
        "br" => Compress(data, s => new BrotliStream(s, CompressionLevel.Fastest)),
        _ => await (await engine.PostAsync(
            $"SELECT unhex('{Convert.ToHexString(data)}') FORMAT RawBLOB", "enable_http_compression=1&max_query_size=100000000", encoding)).Content.ReadAsByteArrayAsync(),
    };

    private sealed class SlowContent(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var chunk in body.Chunk(10_000))
            {
                await stream.WriteAsync(chunk);
                await stream.FlushAsync();
                await Task.Delay(5);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
