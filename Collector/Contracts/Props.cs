using System.Text.Json;
using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>Free fields of a contract become props: text as it is, everything else as JSON text, within limits.</summary>
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
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || name.Length is 0 or > JsonFields.MaxPropName
            || props?.Count >= JsonFields.MaxProps)
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

        var text = value.ValueKind == JsonValueKind.String ? JsonText.Of(value) : value.GetRawText();
        props.Add(new(name, EventPipeline.Cut(text, JsonFields.MaxPropValue)));
    }
}
