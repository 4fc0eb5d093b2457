using System.Buffers;

namespace Analytics.Storage;

/// <summary>A row of <c>events</c>. Units and meanings stand beside the columns in <c>migrations/0001_events.sql</c>.</summary>
public sealed class EventRow : IRow
{
    /// <summary>Stands in <see cref="ElementX"/> and <see cref="ElementY"/> where the position inside the element is unknown.</summary>
    public const ushort UnknownPosition = ushort.MaxValue;

    public uint SiteId { get; set; }
    public DateTimeOffset Timestamp { get; set; }
    public string Name { get; set; } = "";
    public ulong VisitorId { get; set; }
    public ulong SessionId { get; set; }
    public string SessionKey { get; set; } = "";
    public string UserId { get; set; } = "";
    public string Contract { get; set; } = "";

    public string Hostname { get; set; } = "";
    public string Path { get; set; } = "";
    public string Query { get; set; } = "";
    public string Title { get; set; } = "";
    public string Referrer { get; set; } = "";
    public string Source { get; set; } = "";
    public string Channel { get; set; } = "";
    public string UtmSource { get; set; } = "";
    public string UtmMedium { get; set; } = "";
    public string UtmCampaign { get; set; } = "";
    public string UtmTerm { get; set; } = "";
    public string UtmContent { get; set; } = "";
    public string ClickId { get; set; } = "";

    public string Device { get; set; } = "";
    public string Browser { get; set; } = "";
    public string BrowserVersion { get; set; } = "";
    public string Os { get; set; } = "";
    public string OsVersion { get; set; } = "";
    public ushort ScreenWidth { get; set; }
    public ushort ScreenHeight { get; set; }
    public ushort ViewportWidth { get; set; }
    public ushort ViewportHeight { get; set; }
    public ushort DocumentWidth { get; set; }
    public uint DocumentHeight { get; set; }
    public string Language { get; set; } = "";
    public string Timezone { get; set; } = "";
    public string Country { get; set; } = "";
    public string Region { get; set; } = "";
    public string City { get; set; } = "";
    public string Ip { get; set; } = "";

    public string ElementSelector { get; set; } = "";
    public string ElementId { get; set; } = "";
    public string ElementTag { get; set; } = "";
    public string ElementClass { get; set; } = "";
    public string ElementText { get; set; } = "";
    public string ElementHref { get; set; } = "";

    /// <summary>Position inside the element in ten-thousandths of its width, or <see cref="UnknownPosition"/>.</summary>
    public ushort ElementX { get; set; } = UnknownPosition;

    /// <summary>Position inside the element in ten-thousandths of its height, or <see cref="UnknownPosition"/>.</summary>
    public ushort ElementY { get; set; } = UnknownPosition;

    public ushort X { get; set; }
    public uint Y { get; set; }

    public byte ScrollDepth { get; set; }
    public uint DwellMs { get; set; }

    public decimal Revenue { get; set; }
    public string Currency { get; set; } = "";
    public string OrderId { get; set; } = "";
    public IReadOnlyList<Item> Items { get; set; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Props { get; set; } = [];

    /// <summary>One line of an order or a cart.</summary>
    public readonly record struct Item(string Sku, string Name, string Category, decimal Price, uint Quantity);

    public static string Table => "events";

    public static IReadOnlyList<string> Columns { get; } =
    [
        "site_id", "timestamp", "name", "visitor_id", "session_id", "session_key", "user_id", "contract",
        "hostname", "path", "query", "title", "referrer", "source", "channel",
        "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_id",
        "device", "browser", "browser_version", "os", "os_version",
        "screen_width", "screen_height", "viewport_width", "viewport_height", "document_width", "document_height",
        "language", "timezone", "country", "region", "city", "ip",
        "element_selector", "element_id", "element_tag", "element_class", "element_text", "element_href",
        "element_x", "element_y", "x", "y",
        "scroll_depth", "dwell_ms",
        "revenue", "currency", "order_id",
        "items.sku", "items.name", "items.category", "items.price", "items.quantity",
        "props",
    ];

    // The columns from visitor_id to ip, encoded.
    private ArrayBufferWriter<byte>? visit;

    /// <summary>
    /// Says that the columns from <c>visitor_id</c> to <c>ip</c> stay as they are now, so that the rows of one visit encode them once.
    /// </summary>
    public void ShareVisit()
    {
        visit = new ArrayBufferWriter<byte>(512);
        WriteVisit(new RowBinaryWriter(visit));
    }

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.UInt32(SiteId);
        writer.DateTime64Ms(Timestamp);
        writer.String(Name);
        if (visit is null)
        {
            WriteVisit(writer);
        }
        else
        {
            writer.Encoded(visit.WrittenSpan);
        }

        WriteEvent(writer);
    }

    private void WriteVisit(RowBinaryWriter writer)
    {
        writer.UInt64(VisitorId);
        writer.UInt64(SessionId);
        writer.String(SessionKey);
        writer.String(UserId);
        writer.String(Contract);

        writer.String(Hostname);
        writer.String(Path);
        writer.String(Query);
        writer.String(Title);
        writer.String(Referrer);
        writer.String(Source);
        writer.String(Channel);
        writer.String(UtmSource);
        writer.String(UtmMedium);
        writer.String(UtmCampaign);
        writer.String(UtmTerm);
        writer.String(UtmContent);
        writer.String(ClickId);

        writer.String(Device);
        writer.String(Browser);
        writer.String(BrowserVersion);
        writer.String(Os);
        writer.String(OsVersion);
        writer.UInt16(ScreenWidth);
        writer.UInt16(ScreenHeight);
        writer.UInt16(ViewportWidth);
        writer.UInt16(ViewportHeight);
        writer.UInt16(DocumentWidth);
        writer.UInt32(DocumentHeight);
        writer.String(Language);
        writer.String(Timezone);
        writer.String(Country);
        writer.String(Region);
        writer.String(City);
        writer.String(Ip);
    }

    private void WriteEvent(RowBinaryWriter writer)
    {
        writer.String(ElementSelector);
        writer.String(ElementId);
        writer.String(ElementTag);
        writer.String(ElementClass);
        writer.String(ElementText);
        writer.String(ElementHref);
        writer.UInt16(ElementX);
        writer.UInt16(ElementY);
        writer.UInt16(X);
        writer.UInt32(Y);

        writer.UInt8(ScrollDepth);
        writer.UInt32(DwellMs);

        writer.Decimal18Scale4(Revenue);
        writer.String(Currency);
        writer.String(OrderId);
        WriteItems(writer);

        writer.VarUInt((ulong)Props.Count);
        foreach (var (key, value) in Props)
        {
            writer.String(key);
            writer.String(value);
        }
    }

    // A Nested is one array a column.
    private void WriteItems(RowBinaryWriter writer)
    {
        var count = (ulong)Items.Count;
        writer.VarUInt(count);
        foreach (var item in Items)
        {
            writer.String(item.Sku);
        }

        writer.VarUInt(count);
        foreach (var item in Items)
        {
            writer.String(item.Name);
        }

        writer.VarUInt(count);
        foreach (var item in Items)
        {
            writer.String(item.Category);
        }

        writer.VarUInt(count);
        foreach (var item in Items)
        {
            writer.Decimal18Scale4(item.Price);
        }

        writer.VarUInt(count);
        foreach (var item in Items)
        {
            writer.UInt32(item.Quantity);
        }
    }
}
