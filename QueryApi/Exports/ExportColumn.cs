namespace Analytics.QueryApi.Exports;

/// <summary>A column of an export, written once: what callers are told of it and what ClickHouse is asked for.</summary>
/// <param name="Type">As JSON: string, integer, number, boolean, array or object.</param>
/// <param name="Sql">Expression, whose type is that of Parquet's column.</param>
internal sealed record ExportColumn(string Name, string Type, string Description, string Sql)
{
    /// <summary>A text.</summary>
    public static ExportColumn Text(string name, string description, string? sql = null) => new(name, "string", description, sql ?? $"event.{name}");

    public static ExportColumn Integer(string name, string description, string? sql = null) => new(name, "integer", description, sql ?? $"event.{name}");

    /// <summary>The id as answers have it, 16 hex digits.</summary>
    public static string Hex(string id) => $"lower(leftPad(hex({id}), 16, '0'))";

    /// <summary>Whether it is a point in time.</summary>
    public bool IsTime => Name is "timestamp" or "start" or "end";

    /// <summary>The select list; lists and maps are JSON where the form knows no such thing, and no cell of a spreadsheet is a formula.</summary>
    public static string Select(IEnumerable<ExportColumn> columns, ExportFormat format) =>
        string.Join(",\n", columns.Select(column => $"{column.SqlIn(format)} AS {column.Name}"));

    private string SqlIn(ExportFormat format) => Type switch
    {
        "array" or "object" when format.IsCsv => $"toJSONString({Sql})",
        "string" when format == ExportFormat.Excel && !IsTime =>
            $"if(substring(toString({Sql}), 1, 1) IN ('=', '+', '-', '@', '\\t', '\\r', '\\n'), concat('\\'', toString({Sql})), toString({Sql}))",
        _ => Sql,
    };
}

/// <summary>The columns of each export, in their order.</summary>
internal static class ExportColumns
{
    private const string Unknown = "65535";

    public static IReadOnlyList<ExportColumn> OfEvents { get; } =
    [
        new("timestamp", "string", "When it happened, UTC, to the millisecond.", "event.timestamp"),
        ExportColumn.Text("name", "Name of the event: pageview, pageleave, click, ... or the site's own."),
        ExportColumn.Text("visitor_id", "Visitor, 16 hex digits as in answers.", ExportColumn.Hex("event.visitor_id")),
        ExportColumn.Text(
            "session_id", "Session, as the tracker named it; 16 hex digits where it named none.",
            $"if(event.session_key != '', event.session_key, {ExportColumn.Hex("event.session_id")})"),
        ExportColumn.Text("user_id", "User that identify named in the session by then, or empty."),
        ExportColumn.Text("contract", "Which way to send events brought it."),
        ExportColumn.Text("hostname", "Host of the page."),
        ExportColumn.Text("path", "Path of the page."),
        ExportColumn.Text("query", "Query string of the page, without what identifies people."),
        ExportColumn.Text("title", "Title of the page."),
        ExportColumn.Text("referrer", "Address that the page was come to from."),
        ExportColumn.Text("source", "Name of that address (Google, Newsletter, ...)."),
        ExportColumn.Text("channel", "Family of the source (Organic Search, ...)."),
        ExportColumn.Text("utm_source", "UTM tag of the page."),
        ExportColumn.Text("utm_medium", "UTM tag of the page."),
        ExportColumn.Text("utm_campaign", "UTM tag of the page."),
        ExportColumn.Text("utm_term", "UTM tag of the page."),
        ExportColumn.Text("utm_content", "UTM tag of the page."),
        ExportColumn.Text("click_id", "Name of the advertising click id in the address (gclid, ...), never its value."),
        ExportColumn.Text("device", "desktop, mobile, tablet, tv, console, wearable or empty."),
        ExportColumn.Text("browser", "Browser."),
        ExportColumn.Text("browser_version", "Its version."),
        ExportColumn.Text("os", "Operating system."),
        ExportColumn.Text("os_version", "Its version."),
        ExportColumn.Integer("screen_width", "Screen, in CSS pixels; 0 where unknown."),
        ExportColumn.Integer("screen_height", "Screen, in CSS pixels; 0 where unknown."),
        ExportColumn.Integer("viewport_width", "Window, in CSS pixels; 0 where unknown."),
        ExportColumn.Integer("viewport_height", "Window, in CSS pixels; 0 where unknown."),
        ExportColumn.Integer("document_width", "Document, in CSS pixels; 0 where unknown."),
        ExportColumn.Integer("document_height", "Document, in CSS pixels; 0 where unknown."),
        ExportColumn.Text("language", "Browser's language."),
        ExportColumn.Text("timezone", "Visitor's time zone, IANA name."),
        ExportColumn.Text("country", "ISO 3166-1 alpha-2, or empty."),
        ExportColumn.Text("region", "Region, or empty."),
        ExportColumn.Text("city", "City, or empty."),
        ExportColumn.Text("ip", "Network of the visitor, truncated to /24 or /48 before it was stored, or empty."),
        ExportColumn.Text("element_selector", "CSS selector of what was clicked."),
        ExportColumn.Text("element_id", "Id of that element."),
        ExportColumn.Text("element_tag", "Its tag."),
        ExportColumn.Text("element_class", "Its classes."),
        ExportColumn.Text("element_text", "Its visible text."),
        ExportColumn.Text("element_href", "Where it leads."),
        ExportColumn.Integer(
            "element_x", "Position inside the element, 0 to 10000 of its width; absent where unknown.", $"nullIf(event.element_x, {Unknown})"),
        ExportColumn.Integer(
            "element_y", "Position inside the element, 0 to 10000 of its height; absent where unknown.", $"nullIf(event.element_y, {Unknown})"),
        ExportColumn.Integer("x", "CSS pixels from the document's left."),
        ExportColumn.Integer("y", "CSS pixels from the document's top."),
        ExportColumn.Integer("scroll_depth", "Greatest depth reached, 0 to 100; on pageleave and scroll events."),
        ExportColumn.Integer("dwell_ms", "Visible time on the page in milliseconds; on pageleave events."),
        new("revenue", "number", "Revenue, in the currency's own unit.", "event.revenue"),
        ExportColumn.Text("currency", "ISO 4217, or empty."),
        ExportColumn.Text("order_id", "Order, or empty."),
        new(
            "items", "array", "What was bought or looked at: sku, name, category, price and quantity of each.",
            "arrayMap((sku, name, category, price, quantity) -> CAST((sku, name, toString(category), price, quantity), "
            + "'Tuple(sku String, name String, category String, price Decimal(18, 4), quantity UInt32)'), "
            + "event.`items.sku`, event.`items.name`, event.`items.category`, event.`items.price`, event.`items.quantity`)"),
        new("props", "object", "Properties that the site's code sent, each a text.", "CAST(event.props, 'Map(String, String)')"),
    ];

    public static IReadOnlyList<ExportColumn> OfSessions { get; } =
    [
        ExportColumn.Text(
            "session_id", "Session, as the tracker named it; 16 hex digits where it named none.",
            $"if(session.session_key != '', session.session_key, {ExportColumn.Hex("session.session_id")})"),
        ExportColumn.Text("visitor_id", "Visitor, 16 hex digits as in answers.", ExportColumn.Hex("session.visitor_id")),
        ExportColumn.Text("user_id", "User that identify named, or empty.", "session.user_id"),
        ExportColumn.Text("start", "First event, UTC, to the millisecond.", "session.start"),
        ExportColumn.Text("end", "Last event, UTC, to the millisecond.", "session.end"),
        ExportColumn.Integer("pageviews", "Page views.", "session.pageviews"),
        ExportColumn.Integer("events", "Events, page views among them.", "session.events"),
        ExportColumn.Integer("clicks", "Clicks.", "session.clicks"),
        ExportColumn.Text("entry_page", "Path of the first page.", "session.entry_page"),
        ExportColumn.Text("exit_page", "Path of the last page.", "session.exit_page"),
        ExportColumn.Text("source", "Name of where the session came from.", "session.source"),
        ExportColumn.Text("channel", "Family of the source.", "session.channel"),
        ExportColumn.Text("device", "desktop, mobile, tablet, tv, console, wearable or empty.", "session.device"),
        ExportColumn.Text("browser", "Browser.", "session.browser"),
        ExportColumn.Text("os", "Operating system.", "session.os"),
        ExportColumn.Text("country", "ISO 3166-1 alpha-2, or empty.", "session.country"),
        new("revenue", "number", "Sum of revenue, whatever the currency.", "session.revenue"),
    ];

    public static IReadOnlyList<ExportColumn> OfReplay { get; } =
    [
        ExportColumn.Text("session_id", "Session, 16 hex digits, as /sessions/{id} takes it.", ExportColumn.Hex("chunk.session_id")),
        ExportColumn.Text("visitor_id", "Visitor, 16 hex digits as in answers.", ExportColumn.Hex("chunk.visitor_id")),
        ExportColumn.Integer("seq", "Number of the chunk within the session, from 0.", "chunk.seq"),
        ExportColumn.Text("timestamp", "When the chunk began, UTC, to the millisecond.", "chunk.timestamp"),
        ExportColumn.Integer("events", "How many rrweb events it has.", "chunk.events"),
        ExportColumn.Text("chunk", "The rrweb events, a JSON array as text.", "chunk.chunk"),
    ];
}
