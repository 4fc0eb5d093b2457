using System.Text.Json;

namespace Analytics.Storage.Tests.Rows;

/// <summary>What is written as RowBinary is what a SELECT gives back, in every column.</summary>
public sealed class RowTests(Engine engine)
{
    // All that text formats stumble over, and more than one byte of length prefix.
    private static readonly string Awkward = "a\0b\tc\nd\re\\f'g\"h`i\u007f\u0080é日本😀\n\n" + new string('x', 20_000);

    [Fact]
    public async Task An_event_row_with_nothing_set_is_empty_and_zero()
    {
        var row = new EventRow { SiteId = 1, Timestamp = DateTimeOffset.UnixEpoch };

        await CompareAsync(row, 1, Event(row, "1970-01-01T00:00:00.000Z"));
    }

    [Fact]
    public async Task An_event_row_keeps_the_greatest_values_and_any_text()
    {
        var row = new EventRow
        {
            SiteId = uint.MaxValue,
            Timestamp = new DateTimeOffset(2105, 12, 31, 23, 59, 59, 999, TimeSpan.Zero),
            Name = Awkward,
            VisitorId = ulong.MaxValue,
            SessionId = ulong.MaxValue - 1,
            SessionKey = "session" + Awkward,
            UserId = "user" + Awkward,
            Contract = "contract",
            Hostname = "host",
            Path = Awkward,
            Query = "query",
            Title = "title",
            Referrer = "referrer",
            Source = "source",
            Channel = "channel",
            UtmSource = "us",
            UtmMedium = "um",
            UtmCampaign = "uc",
            UtmTerm = "ut",
            UtmContent = "un",
            ClickId = "gclid",
            Device = "mobile",
            Browser = "browser",
            BrowserVersion = "1.2",
            Os = "os",
            OsVersion = "3.4",
            ScreenWidth = 65535,
            ScreenHeight = 65534,
            ViewportWidth = 65533,
            ViewportHeight = 65532,
            DocumentWidth = 65531,
            DocumentHeight = uint.MaxValue - 2,
            Language = "es-ES",
            Timezone = "Europe/Madrid",
            Country = "ES",
            Region = "Madrid",
            City = "Getafe",
            Ip = "10.0.0.0/24",
            ElementSelector = "#a > b",
            ElementId = "a",
            ElementTag = "B",
            ElementClass = "c d",
            ElementText = Awkward,
            ElementHref = "https://e/",
            ElementX = 10000,
            ElementY = 9999,
            X = 65530,
            Y = uint.MaxValue - 3,
            ScrollDepth = 255,
            DwellMs = uint.MaxValue - 4,
            Revenue = 99_999_999_999_999.9999m,
            Currency = "EUR",
            OrderId = "o-1",
            Items = [new("s1", "n1", "c1", -99_999_999_999_999.9999m, uint.MaxValue), new("", Awkward, "", 0.0001m, 0)],
            Props = [new("", ""), new("k", Awkward), new(Awkward, "v")],
        };

        await CompareAsync(row, row.SiteId, Event(row, "2105-12-31T23:59:59.999Z"));
    }

    [Fact]
    public async Task Money_is_rounded_to_four_digits_and_too_much_of_it_is_an_error()
    {
        await CompareAsync(
            new EventRow { SiteId = 3, Timestamp = DateTimeOffset.UnixEpoch, Revenue = -1.00005m },
            3, Event(new EventRow { SiteId = 3, Revenue = -1m }, "1970-01-01T00:00:00.000Z"));

        await Assert.ThrowsAsync<OverflowException>(() =>
            engine.ClickHouse.InsertAsync<EventRow>([new EventRow { SiteId = 4, Timestamp = DateTimeOffset.UnixEpoch, Revenue = 100_000_000_000_000m }]));
    }

    [Fact]
    public async Task A_pointer_row_keeps_its_points()
    {
        var row = new PointerRow
        {
            SiteId = 5,
            Timestamp = DateTimeOffset.UnixEpoch.AddMilliseconds(1),
            VisitorId = ulong.MaxValue,
            SessionId = 7,
            Hostname = "h",
            Path = Awkward,
            Device = "d",
            ViewportWidth = 1,
            ViewportHeight = 2,
            DocumentWidth = 3,
            DocumentHeight = uint.MaxValue,
            Kind = "move",
            Points = [new(ushort.MaxValue, uint.MaxValue, uint.MaxValue - 1), new(0, 0, 0)],
        };

        await CompareAsync(row, 5, new()
        {
            ["site_id"] = 5u,
            ["timestamp"] = "1970-01-01T00:00:00.001Z",
            ["visitor_id"] = ulong.MaxValue,
            ["session_id"] = 7,
            ["hostname"] = "h",
            ["path"] = Awkward,
            ["device"] = "d",
            ["viewport_width"] = 1,
            ["viewport_height"] = 2,
            ["document_width"] = 3,
            ["document_height"] = uint.MaxValue,
            ["kind"] = "move",
            ["points.x"] = new[] { 65535, 0 },
            ["points.y"] = new[] { uint.MaxValue, 0u },
            ["points.ms"] = new[] { uint.MaxValue - 1, 0u },
        });
    }

    [Fact]
    public async Task A_replay_row_keeps_its_bytes()
    {
        var bytes = Enumerable.Range(0, 70_000).Select(i => (byte)i).ToArray();
        await engine.ClickHouse.InsertAsync<ReplayRow>(
        [
            new ReplayRow { SiteId = 6, SessionId = ulong.MaxValue, VisitorId = 2, Seq = uint.MaxValue, Timestamp = DateTimeOffset.UnixEpoch, Events = 3, Chunk = bytes },
        ]);

        Assert.Equal(
            $"6 {ulong.MaxValue} 2 {uint.MaxValue} 1970-01-01 00:00:00.000 3 {Convert.ToHexString(bytes)}",
            await engine.ClickHouse.ScalarAsync<string>(
                "SELECT concat(site_id, ' ', session_id, ' ', visitor_id, ' ', seq, ' ', timestamp, ' ', events, ' ', hex(chunk)) FROM replay WHERE site_id = 6"));
    }

    [Theory]
    [InlineData("events")]
    [InlineData("pointers")]
    [InlineData("replay")]
    public async Task The_list_of_columns_is_that_of_the_table(string table)
    {
        var columns = table switch
        {
            "events" => EventRow.Columns,
            "pointers" => PointerRow.Columns,
            _ => ReplayRow.Columns,
        };
        var described = await engine.ClickHouse.QueryAsync<Column>($"DESCRIBE TABLE {table}");

        Assert.Equal(described.Select(column => column.Name), columns);
    }

    private async Task CompareAsync<TRow>(TRow row, uint site, Dictionary<string, object> expected)
        where TRow : IRow
    {
        await engine.ClickHouse.InsertAsync<TRow>([row]);

        var stored = Assert.Single(await engine.ClickHouse.QueryAsync<Dictionary<string, JsonElement>>(
            $"SELECT * FROM {TRow.Table} WHERE site_id = {{site:UInt32}}", new Dictionary<string, object?> { ["site"] = site }));
        Assert.Equal(expected.Keys, stored.Keys);
        foreach (var (column, value) in expected)
        {
            Assert.True(JsonElement.DeepEquals(JsonSerializer.SerializeToElement(value), stored[column]), $"{column}: expected {value}, stored {stored[column]}");
        }
    }

    private static Dictionary<string, object> Event(EventRow row, string timestamp) => new()
    {
        ["site_id"] = row.SiteId,
        ["timestamp"] = timestamp,
        ["name"] = row.Name,
        ["visitor_id"] = row.VisitorId,
        ["session_id"] = row.SessionId,
        ["session_key"] = row.SessionKey,
        ["user_id"] = row.UserId,
        ["contract"] = row.Contract,
        ["hostname"] = row.Hostname,
        ["path"] = row.Path,
        ["query"] = row.Query,
        ["title"] = row.Title,
        ["referrer"] = row.Referrer,
        ["source"] = row.Source,
        ["channel"] = row.Channel,
        ["utm_source"] = row.UtmSource,
        ["utm_medium"] = row.UtmMedium,
        ["utm_campaign"] = row.UtmCampaign,
        ["utm_term"] = row.UtmTerm,
        ["utm_content"] = row.UtmContent,
        ["click_id"] = row.ClickId,
        ["device"] = row.Device,
        ["browser"] = row.Browser,
        ["browser_version"] = row.BrowserVersion,
        ["os"] = row.Os,
        ["os_version"] = row.OsVersion,
        ["screen_width"] = row.ScreenWidth,
        ["screen_height"] = row.ScreenHeight,
        ["viewport_width"] = row.ViewportWidth,
        ["viewport_height"] = row.ViewportHeight,
        ["document_width"] = row.DocumentWidth,
        ["document_height"] = row.DocumentHeight,
        ["language"] = row.Language,
        ["timezone"] = row.Timezone,
        ["country"] = row.Country,
        ["region"] = row.Region,
        ["city"] = row.City,
        ["ip"] = row.Ip,
        ["element_selector"] = row.ElementSelector,
        ["element_id"] = row.ElementId,
        ["element_tag"] = row.ElementTag,
        ["element_class"] = row.ElementClass,
        ["element_text"] = row.ElementText,
        ["element_href"] = row.ElementHref,
        ["element_x"] = row.ElementX,
        ["element_y"] = row.ElementY,
        ["x"] = row.X,
        ["y"] = row.Y,
        ["scroll_depth"] = row.ScrollDepth,
        ["dwell_ms"] = row.DwellMs,
        ["revenue"] = row.Revenue,
        ["currency"] = row.Currency,
        ["order_id"] = row.OrderId,
        ["items.sku"] = row.Items.Select(item => item.Sku),
        ["items.name"] = row.Items.Select(item => item.Name),
        ["items.category"] = row.Items.Select(item => item.Category),
        ["items.price"] = row.Items.Select(item => item.Price),
        ["items.quantity"] = row.Items.Select(item => item.Quantity),
        ["props"] = row.Props.ToDictionary(),
    };

    private sealed record Column(string Name);
}
