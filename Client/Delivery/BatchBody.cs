using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Analytics.AspNetCore.Delivery;

/// <summary>A batch as the collector's own contract wants it, <c>POST /collect/batch</c>.</summary>
internal static class BatchBody
{
    // The body is read by a JSON parser and nothing else.
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="sentAt">The clock at this attempt: a batch that waited an hour would else look like a clock that is an hour slow.</param>
    public static ReadOnlyMemory<byte> Write(Batch batch, string site, DateTimeOffset sentAt)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body, Format);
        var visit = batch.Visit;
        var start = batch.Events.Min(e => e.At);

        json.WriteStartObject();
        json.WriteString("site"u8, site);
        json.WriteString("batch"u8, batch.Id);
        Text(json, "visitor"u8, visit.Visitor);
        Text(json, "session"u8, visit.Session);
        Text(json, "user"u8, visit.User);
        json.WriteNumber("sentAt"u8, sentAt.ToUnixTimeMilliseconds());

        json.WriteStartObject("page"u8);
        Text(json, "url"u8, visit.Url);
        Text(json, "referrer"u8, visit.Referrer);
        Text(json, "title"u8, visit.Title);
        json.WriteNumber("at"u8, start.ToUnixTimeMilliseconds());
        json.WriteEndObject();

        json.WriteStartArray("events"u8);
        foreach (var e in batch.Events)
        {
            WriteEvent(json, e, start);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void WriteEvent(Utf8JsonWriter json, QueuedEvent e, DateTimeOffset start)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, e.Name);
        json.WriteNumber("at"u8, e.At.ToUnixTimeMilliseconds() - start.ToUnixTimeMilliseconds());
        if (e.Element is { } element)
        {
            json.WriteStartObject("element"u8);
            Text(json, "selector"u8, element.Selector);
            Text(json, "id"u8, element.Id);
            Text(json, "tag"u8, element.Tag);
            Text(json, "class"u8, element.Class);
            Text(json, "text"u8, element.Text);
            Text(json, "href"u8, element.Href);
            json.WriteEndObject();
        }

        if (e.Revenue is { } revenue)
        {
            json.WriteNumber("revenue"u8, revenue);
        }

        Text(json, "currency"u8, e.Currency);
        Text(json, "order"u8, e.OrderId);
        if (e.Items.Count > 0)
        {
            WriteItems(json, e.Items);
        }

        if (!e.Props.IsEmpty)
        {
            json.WritePropertyName("props"u8);
            json.WriteRawValue(e.Props.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteItems(Utf8JsonWriter json, IReadOnlyList<TrackedItem> items)
    {
        json.WriteStartArray("items"u8);
        foreach (var item in items)
        {
            json.WriteStartObject();
            json.WriteString("sku"u8, item.Sku);
            Text(json, "name"u8, item.Name);
            Text(json, "category"u8, item.Category);
            json.WriteNumber("price"u8, item.Price);
            json.WriteNumber("quantity"u8, item.Quantity);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
