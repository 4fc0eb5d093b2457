using System.Text;
using System.Text.Json;
using Analytics.Collector.Collect;
using Analytics.Collector.Enrichment;

namespace Analytics.Collector.Contracts;

/// <summary>
/// Free fields of a contract become props: text as it is, everything else as JSON text, within limits. Passwords and their like are left
/// out wherever they stand, and addresses are cleaned as those of pages are.
/// </summary>
internal static class Props
{
    public static List<KeyValuePair<string, string>>? Of(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } json)
        {
            return null;
        }

        List<KeyValuePair<string, string>>? props = null;
        foreach (var property in json.EnumerateObject())
        {
            Add(ref props, JsonText.NameOf(property), property.Value);
        }

        return props;
    }

    public static void Add(ref List<KeyValuePair<string, string>>? props, string name, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return;
        }

        Add(ref props, name, value.ValueKind switch
        {
            JsonValueKind.String => Secrets.MaskAddresses(JsonText.Of(value)),
            JsonValueKind.Object or JsonValueKind.Array when IsUnclean(value) => Rewrite(value),
            _ => value.GetRawText(),
        });
    }

    public static void Add(ref List<KeyValuePair<string, string>>? props, string name, string value)
    {
        if (name.Length is 0 or > JsonFields.MaxPropName || props?.Count >= JsonFields.MaxProps || Secrets.IsSecretProp(name))
        {
            return;
        }

        props ??= [];
        foreach (var (existing, _) in props)
        {
            // A map holds a name once; of repeated ones the first counts.
            if (existing == name)
            {
                return;
            }
        }

        props.Add(new(name, EventPipeline.Cut(value, JsonFields.MaxPropValue)));
    }

    /// <summary>
    /// Leaves out what was typed: the value of a field that an event tells of, whichever contract sent it, and in events of keys each
    /// key that types something.
    /// </summary>
    public static void ForgetTyped(string eventName, List<KeyValuePair<string, string>>? props)
    {
        if (props is null)
        {
            return;
        }

        var isOfKeys = Says("key");
        if (isOfKeys || Says("input") || IsOfForm() || Says("field") || Says("focus") || Says("change") || Says("typ") || Says("submit"))
        {
            props.RemoveAll(prop => Secrets.IsTypedProp(prop.Key) || (isOfKeys && (IsOne(prop.Key) || IsOneKey(prop.Value))));
        }

        bool Says(string word) => eventName.Contains(word, StringComparison.OrdinalIgnoreCase);
        // A platform and a performance are no forms.
        bool IsOfForm() => Says("form") && !Says("platform") && !Says("perform") && !Says("inform") && !Says("transform");
        static bool IsOne(string text) => new System.Globalization.StringInfo(text).LengthInTextElements == 1;
        static bool IsOneKey(string text) => IsOne(text) && !char.IsAsciiDigit(text[0]);
    }

    private static bool IsUnclean(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Any(property => Secrets.IsSecretProp(JsonText.NameOf(property)) || IsUnclean(property.Value)),
        JsonValueKind.Array => json.EnumerateArray().Any(IsUnclean),
        JsonValueKind.String => JsonText.Of(json).Contains("://", StringComparison.Ordinal),
        _ => false,
    };

    private static string Rewrite(JsonElement json)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, json);
        }

        return Encoding.UTF8.GetString(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in json.EnumerateObject())
                {
                    if (JsonText.NameOf(property) is var name && !Secrets.IsSecretProp(name))
                    {
                        writer.WritePropertyName(name);
                        Write(writer, property.Value);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Secrets.MaskAddresses(JsonText.Of(json)));
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
