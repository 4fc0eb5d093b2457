using System.Buffers.Binary;
using Analytics.EmbeddedClickHouse.Http;
using Analytics.TestKit;

namespace Analytics.EmbeddedClickHouse.Tests.Http;

/// <summary>ClickHouse's own compression, as its Java and Go clients use it.</summary>
public sealed class CompressedBlockTests(EngineFixture fixture)
{
    private const int Checksum = 16;

    private readonly EmbeddedEngine engine = fixture.Engine;

    [Fact]
    public async Task Reads_the_blocks_that_the_engine_itself_writes()
    {
        var table = Requests.NewName();
        await engine.QueryAsync($"""
            CREATE TABLE {table} (a UInt64, b UInt64) ENGINE = MergeTree ORDER BY a
            SETTINGS min_bytes_for_wide_part = 0, min_rows_for_wide_part = 0, max_compress_block_size = 10000
            """);
        await engine.QueryAsync($"INSERT INTO {table} SELECT number, cityHash64(number) FROM numbers(100000)");
        var path = (await engine.QueryAsync($"SELECT path FROM system.parts WHERE table = '{table}' AND active")).Trim();

        await using var sequence = new CompressedBlockReader(File.OpenRead(Path.Combine(path, "a.bin")), checksums: true);
        await using var hashes = new CompressedBlockReader(File.OpenRead(Path.Combine(path, "b.bin")), checksums: true);
        var (a, b) = (await ReadAllAsync(sequence), await ReadAllAsync(hashes));

        Assert.Equal(Enumerable.Range(0, 100_000).Select(i => (ulong)i), Numbers(a));
        Assert.Equal(
            await engine.QueryAsync($"SELECT sum(b), groupBitXor(b), count() FROM {table}"),
            $"{Numbers(b).Aggregate(0UL, (sum, n) => unchecked(sum + n))}\t{Numbers(b).Aggregate((x, n) => x ^ n)}\t{Numbers(b).Length}\n");
    }

    [Theory]
    [InlineData("SELECT 1", "")]
    [InlineData("SELECT 1 WHERE 0", "")]
    [InlineData("SELECT number, toString(number) FROM numbers(200000)", "")]
    [InlineData("SELECT number, toString(number) FROM numbers(200000)", "&wait_end_of_query=1")]
    [InlineData("SELECT repeat('x', 65536 * 3) FORMAT RawBLOB", "&enable_http_compression=1")]
    public async Task An_answer_in_blocks_is_the_same_answer(string sql, string parameters)
    {
        using var answer = await engine.PostAsync(sql, $"compress=1{parameters}", "gzip");
        await using var blocks = new CompressedBlockReader(await answer.Content.ReadAsStreamAsync(), checksums: true);

        Assert.Equal(await engine.QueryAsync(sql), System.Text.Encoding.UTF8.GetString(await ReadAllAsync(blocks)));
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Rows_in_blocks_are_stored_as_they_are()
    {
        var table = await engine.NewTableAsync();
        var body = await PackAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(20_000)));
        using var answer = await engine.PostAsync(body, "decompress=1");
        using var separate = await engine.PostAsync(
            await PackAsync(Requests.Rows(10, firstKey: 20_000)), $"decompress=1&query={Uri.EscapeDataString($"INSERT INTO {table} FORMAT RowBinary")}");
        var plain = await engine.NewTableAsync();
        using var same = await engine.PostAsync(Requests.Join($"INSERT INTO {plain} FORMAT RowBinary\n", Requests.Rows(20_000)));
        using var sameAgain = await engine.PostAsync(Requests.Join($"INSERT INTO {plain} FORMAT RowBinary\n", Requests.Rows(10, firstKey: 20_000)));

        string Content(string name) => $"SELECT count(), groupBitXor(cityHash64(a, b)) FROM {name}";
        Assert.StartsWith("20010\t", await engine.QueryAsync(Content(table)), StringComparison.Ordinal);
        Assert.Equal(await engine.QueryAsync(Content(plain)), await engine.QueryAsync(Content(table)));
    }

    [Fact]
    public async Task Damaged_and_cut_blocks_store_nothing()
    {
        var table = await engine.NewTableAsync();
        var body = await PackAsync(Requests.Join($"INSERT INTO {table} FORMAT RowBinary\n", Requests.Rows(20_000)));
        var damaged = body.ToArray();
        damaged[^100] ^= 1;
        var unknown = body.ToArray();
        unknown[Checksum] = 0x90;

        Assert.Equal("40", await CodeOfAsync(damaged, "decompress=1"));
        Assert.Equal("354", await CodeOfAsync(body[..^100], "decompress=1"));
        Assert.Equal("354", await CodeOfAsync(body[..10], "decompress=1"));
        Assert.Equal("89", await CodeOfAsync(unknown, "decompress=1&http_native_compression_disable_checksumming_on_decompress=1"));
        Assert.Equal("0\n", await engine.QueryAsync($"SELECT count() FROM {table}"));
    }

    [Fact]
    public async Task Hostile_blocks_are_refused()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            // A header that looks right, and anything behind it.
            var block = new byte[Checksum + 9 + random.Next(0, 60)];
            random.NextBytes(block);
            block[Checksum] = 0x82;
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(Checksum + 1), block.Length - Checksum);
            BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(Checksum + 5), random.Next(0, 200));

            var code = await CodeOfAsync(block, "decompress=1&http_native_compression_disable_checksumming_on_decompress=1");

            Assert.True(code is "271" or "62", $"seed 7, block {i}: {code}"); // no LZ4, or no statement in it
        }
    }

    private async Task<string?> CodeOfAsync(byte[] body, string parameters)
    {
        using var answer = await engine.PostAsync(body, parameters);
        return answer.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var codes) ? codes.Single() : null;
    }

    private static async Task<byte[]> PackAsync(byte[] plain)
    {
        var packed = new MemoryStream();
        await using (var writer = new CompressedBlockWriter(packed))
        {
            await writer.WriteAsync(plain);
        }

        return packed.ToArray();
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }

    private static ulong[] Numbers(byte[] column) =>
        [.. Enumerable.Range(0, column.Length / sizeof(ulong)).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(column.AsSpan(i * sizeof(ulong))))];
}
