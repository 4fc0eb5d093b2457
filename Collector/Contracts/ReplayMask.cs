using System.Runtime.InteropServices;
using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// Masks what was typed in a recording, whatever its recorder let through: the text of input events, and the values of fields in
/// snapshots of the page. The rest stays byte for byte as it came.
/// </summary>
internal static class ReplayMask
{
    private const int FullSnapshot = 2;
    private const int Incremental = 3;
    private const int Mutation = 0;
    private const int Input = 5;

    /// <summary>The array's bytes, masked where they have to be.</summary>
    public static ReadOnlyMemory<byte> Apply(JsonElement events)
    {
        var raw = JsonMarshal.GetRawUtf8Value(events);
        if (!events.EnumerateArray().Any(HasTyped))
        {
            return raw.ToArray();
        }

        using var output = new MemoryStream(raw.Length);
        using (var writer = new Utf8JsonWriter(output, new() { SkipValidation = true }))
        {
            writer.WriteStartArray();
            foreach (var e in events.EnumerateArray())
            {
                if (HasTyped(e))
                {
                    Write(writer, e, isField: false, isInput: IsInput(e));
                }
                else
                {
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(e), skipInputValidation: true);
                }
            }

            writer.WriteEndArray();
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private static bool HasTyped(JsonElement e) => TypeOf(e) switch
    {
        FullSnapshot => HasField(e),
        Incremental when SourceOf(e) == Input => true,
        Incremental when SourceOf(e) == Mutation => HasField(e),
        _ => false,
    };

    private static bool IsInput(JsonElement e) => TypeOf(e) == Incremental && SourceOf(e) == Input;

    private static int TypeOf(JsonElement e) => NumberOf(e, "type");

    private static int SourceOf(JsonElement e) =>
        e.TryGetProperty("data", out var data) ? NumberOf(data, "source") : -1;

    private static int NumberOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) ? number : -1;

    private static bool HasField(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => IsField(json) || json.EnumerateObject().Any(property => HasField(property.Value) || property.NameEquals("value"u8)),
        JsonValueKind.Array => json.EnumerateArray().Any(HasField),
        _ => false,
    };

    // A button's value is its label, and what a box stands for was written by the page.
    private static bool IsField(JsonElement node) =>
        node.TryGetProperty("tagName", out var tag) && tag.ValueKind == JsonValueKind.String && tag.ValueEquals("input"u8) | tag.ValueEquals("textarea"u8)
        && !(node.TryGetProperty("attributes", out var attributes) && Fields.TextOf(attributes, "type") is
            "button" or "submit" or "reset" or "image" or "checkbox" or "radio");

    private static void Write(Utf8JsonWriter writer, JsonElement json, bool isField, bool isInput)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var field = IsField(json);
                // A mutation names a node by its number only, so that whose value it changes is not known.
                var isChange = !json.TryGetProperty("tagName", out _) && json.TryGetProperty("attributes", out _) && json.TryGetProperty("id", out _);
                writer.WriteStartObject();
                foreach (var property in json.EnumerateObject())
                {
                    writer.WritePropertyName(JsonText.NameOf(property));
                    var isTyped = (isField && (property.NameEquals("value"u8) || property.NameEquals("textContent"u8))) || (isInput && property.NameEquals("text"u8));
                    if (isTyped && property.Value.ValueKind == JsonValueKind.String)
                    {
                        // Its length is a secret's too.
                        writer.WriteStringValue(property.Value.ValueEquals(""u8) ? "" : "***");
                    }
                    else
                    {
                        Write(writer, property.Value, (field || isChange) && property.NameEquals("attributes"u8) || field && property.NameEquals("childNodes"u8), isInput);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                {
                    Write(writer, item, isField, isInput);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(json), skipInputValidation: true);
                break;
        }
    }
}
