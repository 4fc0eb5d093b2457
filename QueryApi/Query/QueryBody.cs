using System.Text.Json;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Saved;

namespace Analytics.QueryApi.Query;

/// <summary>
/// Reads a JSON value that is checked field by field, and gathers what is wrong under the path of each field: a text where a list was
/// wanted, a name that does not exist, a field too many.
/// </summary>
internal sealed class QueryBody(InputErrors errors)
{
    public InputErrors Errors => errors;

    /// <summary>
    /// Whether all names and texts can be read: half a character (<c>\ud800</c> alone) is JSON, and throws where it is read.
    /// </summary>
    public bool IsReadable(JsonElement json, string path)
    {
        try
        {
            ReadTexts(json);
            return true;
        }
        catch (InvalidOperationException)
        {
            errors.Add(path, "A text holds half a character: one of \\ud800 to \\udfff alone.");
            return false;
        }
    }

    /// <summary>The fields of an object; null where it is none. Fields that are not known are refused.</summary>
    public Dictionary<string, JsonElement>? Object(JsonElement json, string path, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path.Length == 0 ? "body" : path, "This must be an object.");
            return null;
        }

        var fields = new Dictionary<string, JsonElement>();
        foreach (var field in json.EnumerateObject())
        {
            if (!known.Contains(field.Name))
            {
                errors.Add(
                    Join(path, field.Name),
                    $"There is no such field. There are: {string.Join(", ", known)}.{NearestName.Hint(field.Name, known)}");
            }
            else if (field.Value.ValueKind != JsonValueKind.Null)
            {
                fields[field.Name] = field.Value;
            }
        }

        return fields;
    }

    /// <summary>The elements of a list with their paths; null where it is none, or not as long as it has to be.</summary>
    public List<(JsonElement Json, string Path)>? List(JsonElement json, string path, int min = 0, int max = 100)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            errors.Add(path, "This must be a list.");
            return null;
        }

        var length = json.GetArrayLength();
        if (length < min || length > max)
        {
            errors.Add(path, min == max ? $"This list must have {min} elements." : $"This list must have {min} to {max} elements.");
            return null;
        }

        return [.. json.EnumerateArray().Select((element, i) => (element, $"{path}[{i}]"))];
    }

    public string? Text(JsonElement json, string path)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return json.GetString();
        }

        errors.Add(path, "This must be a text.");
        return null;
    }

    /// <summary>One of a few words.</summary>
    public string? Choice(JsonElement json, string path, IReadOnlyCollection<string> allowed)
    {
        if (Text(json, path) is not { } text)
        {
            return null;
        }

        if (allowed.Contains(text))
        {
            return text;
        }

        errors.Add(path, NearestName.NotOneOf(text, allowed));
        return null;
    }

    public bool? Bool(JsonElement json, string path)
    {
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return json.GetBoolean();
        }

        errors.Add(path, "This must be true or false.");
        return null;
    }

    public int Number(JsonElement json, string path, int min, int max, int otherwise)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(path, $"This must be a whole number from {min} to {max}.");
        return otherwise;
    }

    private static void ReadTexts(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in json.EnumerateObject())
                {
                    _ = field.Name;
                    ReadTexts(field.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray())
                {
                    ReadTexts(element);
                }

                break;
            case JsonValueKind.String:
                _ = json.GetString();
                break;
        }
    }

    private static string Join(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";
}
