using System.Buffers;
using static System.FormattableString;

namespace Analytics.Storage.Tests;

public sealed class ClickHouseTests(Engine engine)
{
    public static TheoryData<string, object?, string> Parameters => new()
    {
        // type, value, the engine's own text of it
        { "String", "plain", "plain" },
        { "String", "", "" },
        { "String", "a'b\\c\td\ne\rf\0g\bh\fi\"j`k", "a'b\\c\td\ne\rf\0g\bh\fi\"j`k" },
        { "String", "{p:String} ' OR 1=1 --", "{p:String} ' OR 1=1 --" },
        { "String", @"\N", @"\N" },
        { "String", "é日本😀", "é日本😀" },
        { "Nullable(String)", null, "ᴺᵁᴸᴸ" },
        { "Nullable(String)", "NULL", "NULL" },
        { "UInt64", ulong.MaxValue, "18446744073709551615" },
        { "Int64", long.MinValue, "-9223372036854775808" },
        { "UInt8", (byte)255, "255" },
        { "Float64", 1.5e-7, "1.5e-7" },
        { "Decimal(18, 4)", 12345.6789m, "12345.6789" },
        { "Bool", true, "true" },
        { "Bool", false, "false" },
        { "Date", new DateOnly(2026, 11, 20), "2026-11-20" },
        { "DateTime64(3, 'UTC')", new DateTimeOffset(2026, 11, 20, 1, 2, 3, 456, TimeSpan.FromHours(2)), "2026-11-19 23:02:03.456" },
        { "UUID", new Guid("01234567-89ab-cdef-0123-456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef" },
        { "Array(String)", new[] { "a'b", "c\\d", "e\nf", "g\th", "", "i\0j", "]", ",", "\\'" }, @"['a\'b','c\\d','e\nf','g\th','','i\0j',']',',','\\\'']" },
        { "Array(String)", Array.Empty<string>(), "[]" },
        { "Array(UInt64)", new ulong[] { 0, ulong.MaxValue }, "[0,18446744073709551615]" },
        { "Array(Date)", new[] { new DateOnly(2026, 1, 2) }, "['2026-01-02']" },
        { "Array(Nullable(String))", new[] { "a", null }, "['a',NULL]" },
        { "Array(Array(String))", new string[][] { ["a"], [] }, "[['a'],[]]" },
        { "Map(String, String)", new Dictionary<string, string> { ["k'"] = "v\\" }, @"{'k\'':'v\\'}" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task A_parameter_arrives_as_it_was_meant(string type, object? value, string expected) =>
        Assert.Equal(expected, await engine.ClickHouse.ScalarAsync<string>($"SELECT ifNull(toString({{p:{type}}}), 'ᴺᵁᴸᴸ')", Parameter(value)));

    [Theory]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1_000_000)]
    public async Task A_parameter_may_be_long(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => "ab'\\\n\t€"[i % 7]));

        Assert.Equal(text, await engine.ClickHouse.ScalarAsync<string>("SELECT {p:String}", Parameter(text)));
    }

    [Fact]
    public async Task What_does_not_say_what_it_is_cannot_be_a_parameter()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => engine.ClickHouse.ScalarAsync<string>("SELECT {p:DateTime}", Parameter(DateTime.Now)));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.ClickHouse.ScalarAsync<string>("SELECT {p:String}", Parameter(DayOfWeek.Friday)));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.ClickHouse.ScalarAsync<string>("SELECT {p:String}", Parameter(new object())));
    }

    [Fact]
    public async Task Rows_become_records_whose_names_are_those_of_the_columns()
    {
        var rows = await engine.ClickHouse.QueryAsync<Mapped>("""
            SELECT * FROM (
            SELECT 18446744073709551615 AS big_number, toDecimal64(49.9, 4) AS some_money, 0.1 AS half_true, 'a"\n' AS plain_text,
                toDateTime64('2026-11-20 10:00:00.5', 3, 'UTC') AS at_time, ['x'] AS a_list, map('k', 'v') AS a_map
            UNION ALL SELECT 0, 0, 0, '', toDateTime64(0, 3, 'UTC'), [], map())
            ORDER BY big_number DESC
            """);

        Assert.Equal(2, rows.Count);
        var first = rows[0];
        Assert.Equal(
            (ulong.MaxValue, 49.9m, 0.1, "a\"\n", new DateTimeOffset(2026, 11, 20, 10, 0, 0, 500, TimeSpan.Zero), "x", "v"),
            (first.BigNumber, first.SomeMoney, first.HalfTrue, first.PlainText, first.AtTime, first.AList.Single(), first.AMap["k"]));
    }

    [Fact]
    public async Task A_refusal_carries_the_engines_number_and_words()
    {
        var e = await Assert.ThrowsAsync<ClickHouseException>(() => engine.ClickHouse.ExecuteAsync("SELECT * FROM nothing_of_that_name"));

        Assert.Equal((60, true), (e.Code, e.IsPermanent));
        Assert.Contains("nothing_of_that_name", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_the_middle_of_an_answer_is_an_error()
    {
        var e = await Assert.ThrowsAsync<ClickHouseException>(() =>
            engine.ClickHouse.QueryAsync<Number>("SELECT number, throwIf(number = 500000) AS thrown FROM numbers(1000000) SETTINGS max_block_size = 1000"));

        Assert.Equal(395, e.Code);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told_from_a_refusal()
    {
        var nobody = ClickHouseRegistration.Create("http://127.0.0.1:9/x"); // the discard port

        Assert.False(await nobody.PingAsync());
        Assert.True(await engine.ClickHouse.PingAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => nobody.ExecuteAsync("SELECT 1"));
    }

    [Fact]
    public async Task Settings_go_with_every_statement()
    {
        var limited = engine.ClickHouse.WithSettings([new("max_execution_time", "3"), new("log_comment", "a&b=c d")]);

        Assert.Equal("3 a&b=c d", await limited.ScalarAsync<string>("SELECT concat(getSetting('max_execution_time'), ' ', getSetting('log_comment'))"));
        Assert.Equal("0", await engine.ClickHouse.ScalarAsync<string>("SELECT toString(getSetting('max_execution_time'))"));
    }

    [Fact]
    public async Task An_insert_repeated_under_its_token_is_stored_once_also_by_the_views()
    {
        const uint site = 77;
        foreach (var token in new[] { "first", "first", "second" })
        {
            var buffer = new ArrayBufferWriter<byte>();
            foreach (var name in new[] { "pageview", "click", "pageleave" })
            {
                new EventRow { SiteId = site, Timestamp = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero), Name = name, SessionId = 1, Path = "/" }
                    .WriteTo(new RowBinaryWriter(buffer));
            }

            await engine.ClickHouse.InsertAsync(EventRow.Table, EventRow.Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory), token);
        }

        Assert.Equal(
            "6 6 2 2",
            await engine.ClickHouse.ScalarAsync<string>(Invariant($"""
                SELECT concat(
                    (SELECT count() FROM events WHERE site_id = {site}), ' ', (SELECT sum(events) FROM sessions WHERE site_id = {site}), ' ',
                    (SELECT sum(count) FROM heatmap WHERE site_id = {site}), ' ', (SELECT sum(count) FROM scroll_depths WHERE site_id = {site}))
                """)));
    }

    [Fact]
    public async Task A_truncated_insert_stores_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var row = new EventRow { SiteId = 78, Timestamp = DateTimeOffset.UnixEpoch, Name = "pageview" };
        row.WriteTo(new RowBinaryWriter(buffer));
        row.WriteTo(new RowBinaryWriter(buffer));

        await Assert.ThrowsAsync<ClickHouseException>(() =>
            engine.ClickHouse.InsertAsync(EventRow.Table, EventRow.Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory[..^1])));

        Assert.Equal(0, await engine.ClickHouse.ScalarAsync<long>("SELECT count() FROM events WHERE site_id = 78"));
    }

    [Fact]
    public async Task Sites_are_their_newest_version()
    {
        var clickHouse = engine.NewDatabase();
        await new Migrations(clickHouse).ApplyAsync();
        var sites = new Sites(clickHouse);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_763_600_000_123);
        var shop = new Site(Identifier.OfSite("shop"), "shop", "Shop", ["shop.example", "www.shop.example"], "Europe/Madrid", now);
        var blog = new Site(Identifier.OfSite("blog"), "blog", "Blog's \"name\"", [], "UTC", now);

        await sites.SaveAsync(shop, now);
        await sites.SaveAsync(blog, now);
        await sites.SaveAsync(shop with { Name = "The shop" }, now.AddMilliseconds(1));
        Assert.Equal(["blog Blog's \"name\" UTC ", "shop The shop Europe/Madrid shop.example,www.shop.example"], await Listed());

        await sites.DeleteAsync(blog, now.AddMilliseconds(2));
        Assert.Equal(["shop The shop Europe/Madrid shop.example,www.shop.example"], await Listed());
        Assert.Equal((now, shop.SiteId), ((await sites.ListAsync()).Single().Created, (await sites.ListAsync()).Single().SiteId));

        async Task<IEnumerable<string>> Listed() =>
            (await sites.ListAsync()).Select(site => $"{site.Key} {site.Name} {site.Timezone} {string.Join(',', site.Domains)}");
    }

    [Fact]
    public async Task A_site_keeps_its_settings_and_has_defaults_without()
    {
        var clickHouse = engine.NewDatabase();
        await new Migrations(clickHouse).ApplyAsync();
        var sites = new Sites(clickHouse);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(1_763_600_000_123);
        await sites.SaveAsync(new Site(1, "a", "A", [], "UTC", now), now);
        await sites.SaveAsync(
            new Site(2, "b", "B", ["b.example"], "UTC", now)
            {
                IpStorage = Site.DiscardIp,
                HonourGpc = false,
                HonourDnt = true,
                BlockedIps = ["10.0.0.0/8", "::1"],
                BlockedPaths = ["/admin/*"],
                BlockedHosts = ["staging.b.example"],
            },
            now);
        await clickHouse.ExecuteAsync("INSERT INTO sites (site_id, key, name, version) VALUES (3, 'c', 'written before there were settings', 1)");

        Assert.Equal(
            ["a truncate True False   ", "b discard False True 10.0.0.0/8,::1 /admin/* staging.b.example", "c truncate True False   "],
            (await sites.ListAsync()).Select(site => string.Join(
                ' ', site.Key, site.IpStorage, site.HonourGpc, site.HonourDnt, string.Join(',', site.BlockedIps), string.Join(',', site.BlockedPaths),
                string.Join(',', site.BlockedHosts))));
    }

    [Theory]
    [InlineData("Host=db;Port=9000;Protocol=https;Username=u;Password=secret;Database=d", "https://db:9000/", "u", "secret", "d")]
    [InlineData("Host=db", "http://db:8123/", "default", "", "analytics")]
    [InlineData("http://u:se%40cret@db:9000/d", "http://db:9000/", "u", "se@cret", "d")]
    [InlineData("http://127.0.0.1:8123", "http://127.0.0.1:8123/", "default", "", "analytics")]
    public void Both_ways_to_name_a_server_are_read(string text, string address, string username, string password, string database)
    {
        var options = ClickHouseOptions.Parse(text);

        Assert.Equal((address, username, password, database), (options.Address.ToString(), options.Username, options.Password, options.Database));
        Assert.True(password.Length == 0 || !options.ToString().Contains(password, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=db;Port=many")]
    [InlineData("Host=db;Port=0")]
    [InlineData("no pairs at all")]
    [InlineData("http://")]
    public void What_names_no_server_is_refused(string text) => Assert.Throws<FormatException>(() => ClickHouseOptions.Parse(text));

    [Fact]
    public void Ids_are_the_leading_bytes_of_a_hash()
    {
        // SHA-256 of "abc" begins with ba7816bf8f01cfea.
        Assert.Equal(0xba7816bf8f01cfeaUL, Identifier.Of("abc"));
        Assert.Equal(0xba7816bfu, Identifier.OfSite(" ABC "));
        Assert.NotEqual(Identifier.Of(new string('é', 300)), Identifier.Of(new string('é', 301)));
    }

    private static Dictionary<string, object?> Parameter(object? value) => new() { ["p"] = value };

    private sealed record Mapped(
        ulong BigNumber, decimal SomeMoney, double HalfTrue, string PlainText, DateTimeOffset AtTime, IReadOnlyList<string> AList, IReadOnlyDictionary<string, string> AMap);

    private sealed record Number(long Thrown);
}
