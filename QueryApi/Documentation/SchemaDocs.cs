using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>Describes every type and property of requests and answers by its docstring, and shows what it looks like.</summary>
internal static class SchemaDocs
{
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        DescribeAbsence(schema, context.JsonTypeInfo);
        if (context.JsonPropertyInfo is not { AttributeProvider: PropertyInfo property } json)
        {
            schema.Description ??= Docstrings.OfType(context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        }

        var isReference = schema.Metadata?.TryGetValue("x-schema-id", out var id) == true && id is string { Length: > 0 };
        var name = $"{property.DeclaringType!.Name}.{json.Name}";
        var description = Docstrings.OfProperty(property) ?? Docstrings.OfType(ElementOf(json.PropertyType)) ?? KnownFields.Describe(name) ?? Sentence(json.Name);
        if (isReference)
        {
            schema.Metadata!["x-ref-description"] = description; // the framework's own key: stands beside the $ref
        }
        else
        {
            schema.Description = description;
        }

        if (!isReference && schema.Properties is null or { Count: 0 })
        {
            AddExample(schema, name);
        }

        return Task.CompletedTask;
    }

    // What is left out where it is null need not be there.
    private static void DescribeAbsence(OpenApiSchema schema, JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false)
                is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }])
            {
                schema.Required?.Remove(property.Name);
            }
        }
    }

    // Lists whose values are of several types, which a schema cannot say.
    private static readonly Dictionary<string, string> MixedLists = new()
    {
        ["metrics"] = "[1204, 42.5]",
        ["filters"] = """[["is", "visit:country", ["DE", "AT"]], ["contains", "event:page", ["/blog"]]]""",
    };

    // A name that says all: userAgent, "User agent."
    private static string Sentence(string name)
    {
        var words = JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace('_', ' ');
        return $"{char.ToUpperInvariant(words[0])}{words[1..]}.";
    }

    private static Type ElementOf(Type type) =>
        type.IsArray ? type.GetElementType()! : type.IsGenericType && type.GetGenericArguments() is [var element] ? element : type;

    /// <summary>An example of a plain value, or of a list or map of them; records have those of their properties.</summary>
    public static void AddExample(OpenApiSchema schema, string name)
    {
        if (schema.Examples is { Count: > 0 } || schema.AnyOf is { Count: > 0 } || schema.OneOf is { Count: > 0 })
        {
            return;
        }

        if (schema.Type is not { } type)
        {
            schema.Examples = [KnownFields.Example(name, JsonSchemaType.String, null)]; // anything
            return;
        }

        if (type.HasFlag(JsonSchemaType.Array))
        {
            switch (schema.Items)
            {
                case null or OpenApiSchema { Type: null } when MixedLists.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out var mixed):
                    schema.Examples = [JsonNode.Parse(mixed)!];
                    break;
                case OpenApiSchema { Type: { } itemType } list when itemType.HasFlag(JsonSchemaType.Array) && list.Items is OpenApiSchema inner:
                    schema.Examples = [new JsonArray(new JsonArray(KnownFields.Example(name, inner.Type ?? JsonSchemaType.String, inner.Format)))];
                    break;
                case OpenApiSchema item when item.Type?.HasFlag(JsonSchemaType.Object) != true:
                    schema.Examples = [new JsonArray(KnownFields.Example(name, item.Type ?? JsonSchemaType.String, item.Format))];
                    break;
            }

            return;
        }

        if (type.HasFlag(JsonSchemaType.Object))
        {
            if (ExampleOfMap(schema.AdditionalProperties) is { } map)
            {
                schema.Examples = [map];
            }

            return;
        }

        schema.Examples = [KnownFields.Example(name, type, schema.Format)];
    }

    // Names are the site's own; a map of records has the examples of their properties.
    private static JsonObject? ExampleOfMap(IOpenApiSchema? values) => (values as OpenApiSchema)?.Type switch
    {
        { } type when type.HasFlag(JsonSchemaType.Array) => new JsonObject { ["country"] = new JsonArray("DE", "AT") },
        { } type when type.HasFlag(JsonSchemaType.Integer) => new JsonObject { ["signup"] = 12 },
        { } type when type.HasFlag(JsonSchemaType.String) => new JsonObject { ["plan"] = "pro" },
        _ => null,
    };
}
