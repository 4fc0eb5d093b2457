using System.Text.Json;
using System.Text.Json.Nodes;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>An operation as the API describes it, of which any request can be made.</summary>
internal sealed class Operation(string method, string path, JsonElement operation, JsonElement document)
{
    /// <summary>A parameter of the address.</summary>
    public sealed record Parameter(string Name, bool InPath, bool Required, JsonElement Schema)
    {
        public bool IsFreeText => !Schema.TryGetProperty("enum", out _) && Types(Schema) is ["string"] or ["array"];
    }

    private const int Deepest = 6;

    public string Method => method;

    public string Path => path;

    public string Name => $"{method} {path}";

    public IReadOnlyList<Parameter> Parameters { get; } = operation.TryGetProperty("parameters", out var parameters)
        ? [.. parameters.EnumerateArray().Select(p => new Parameter(
            p.GetProperty("name").GetString()!, p.GetProperty("in").GetString() == "path",
            p.TryGetProperty("required", out var required) && required.GetBoolean(), p.GetProperty("schema")))]
        : [];

    public bool HasBody => operation.TryGetProperty("requestBody", out _);

    /// <summary>Whether the answer goes on for as long as the caller listens.</summary>
    public bool IsEndless =>
        operation.GetProperty("responses").EnumerateObject().Any(response => response.Value.TryGetProperty("content", out var content)
            && content.TryGetProperty("text/event-stream", out _));

    public static IReadOnlyList<Operation> All(JsonElement document) =>
    [
        .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Select(operation => new Operation(operation.Name.ToUpperInvariant(), path.Name, operation.Value, document))),
    ];

    /// <summary>A body of the documented shape.</summary>
    /// <param name="text">What stands where a text is wanted; named by its field.</param>
    /// <param name="any">What stands where anything may.</param>
    public JsonNode? Body(Func<string, string> text, Func<string, JsonNode?> any)
    {
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            return null;
        }

        body = Resolve(body);
        var schema = body.GetProperty("content").EnumerateObject().First().Value;
        return schema.TryGetProperty("schema", out var found) ? Sample("", found, text, any, 0) : any("");
    }

    private JsonNode? Sample(string name, JsonElement schema, Func<string, string> text, Func<string, JsonNode?> any, int depth)
    {
        schema = Resolve(schema);
        if (depth > Deepest)
        {
            return null;
        }

        foreach (var choice in (string[])["oneOf", "anyOf", "allOf"])
        {
            if (schema.TryGetProperty(choice, out var choices))
            {
                var first = choices.EnumerateArray().Select(Resolve).FirstOrDefault(one => Types(one) is not ["null"]);
                return first.ValueKind == JsonValueKind.Undefined ? null : Sample(name, first, text, any, depth + 1);
            }
        }

        if (schema.TryGetProperty("enum", out var allowed))
        {
            return JsonNode.Parse(allowed.EnumerateArray().First().GetRawText());
        }

        return Types(schema).FirstOrDefault(type => type != "null") switch
        {
            "object" when schema.TryGetProperty("properties", out var properties) => new JsonObject(properties.EnumerateObject()
                .Select(property => KeyValuePair.Create(property.Name, Sample(property.Name, property.Value, text, any, depth + 1)))),
            "object" when schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object =>
                new JsonObject { ["key"] = Sample(name, values, text, any, depth + 1) },
            "object" => new JsonObject { ["key"] = any(name) },
            "array" => new JsonArray(schema.TryGetProperty("items", out var items) ? Sample(name, items, text, any, depth + 1) : any(name)),
            "string" when schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" => "2027-01-01T00:00:00Z",
            "string" => text(name),
            "integer" or "number" => 1,
            "boolean" => true,
            _ => any(name),
        };
    }

    private JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
        {
            schema = reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (at, name) => at.GetProperty(name));
        }

        return schema;
    }

    private static string[] Types(JsonElement schema) => !schema.TryGetProperty("type", out var type) ? []
        : type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)]
        : [type.GetString()!];
}
