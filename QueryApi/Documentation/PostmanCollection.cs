using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>
/// The same description as a collection that Postman imports (v2.1): a folder a tag, a request an operation, and two variables to fill
/// in, <c>baseUrl</c> and <c>apiKey</c>.
/// </summary>
internal static class PostmanCollection
{
    private const string Format = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

    public static void MapPostmanCollection(this IEndpointRouteBuilder app) => app
        .MapGet("/openapi/postman.json", async ([FromKeyedServices("v1")] IOpenApiDocumentProvider documents, CancellationToken ct) =>
            TypedResults.Json(Of(await documents.GetOpenApiDocumentAsync(ct))))
        .ExcludeFromDescription();

    private static JsonObject Of(OpenApiDocument document) => new()
    {
        ["info"] = new JsonObject { ["name"] = document.Info.Title, ["description"] = document.Info.Description, ["schema"] = Format },
        ["auth"] = new JsonObject
        {
            ["type"] = "bearer",
            ["bearer"] = new JsonArray(new JsonObject { ["key"] = "token", ["value"] = "{{apiKey}}", ["type"] = "string" }),
        },
        ["variable"] = new JsonArray(
            new JsonObject { ["key"] = "baseUrl", ["value"] = "http://localhost:8080", ["description"] = "Where the gateway listens, without a slash at the end." },
            new JsonObject { ["key"] = "apiKey", ["value"] = "", ["description"] = "A key with the scope that the request asks for." }),
        ["item"] = new JsonArray([.. document.Paths
            .SelectMany(path => (path.Value.Operations ?? []).Select(operation => (Path: path.Key, Method: operation.Key, Operation: operation.Value)))
            .GroupBy(request => request.Operation.Tags?.FirstOrDefault()?.Name ?? "Other")
            .Select(folder => (JsonNode)new JsonObject
            {
                ["name"] = folder.Key,
                ["item"] = new JsonArray([.. folder.Select(request => (JsonNode)Item(request.Path, request.Method, request.Operation))]),
            })]),
    };

    private static JsonObject Item(string path, HttpMethod method, OpenApiOperation operation)
    {
        var parameters = operation.Parameters ?? [];
        var query = parameters.Where(parameter => parameter.In == ParameterLocation.Query).ToList();
        var segments = path.Trim('/').Split('/').Select(segment => segment.StartsWith('{') ? $":{segment.Trim('{', '}')}" : segment).ToList();
        var required = query.Where(parameter => parameter.Required).Select(parameter => $"{parameter.Name}={Value(parameter)}").ToList();
        var request = new JsonObject
        {
            ["method"] = method.Method,
            ["description"] = $"{operation.Summary}. {operation.Description}".TrimEnd(),
            ["header"] = new JsonArray(),
            ["url"] = new JsonObject
            {
                ["raw"] = $"{{{{baseUrl}}}}/{string.Join('/', segments)}{(required.Count > 0 ? "?" : "")}{string.Join('&', required)}",
                ["host"] = new JsonArray("{{baseUrl}}"),
                ["path"] = new JsonArray([.. segments.Select(segment => (JsonNode)segment)]),
                ["query"] = new JsonArray([.. query.Select(parameter => (JsonNode)new JsonObject
                {
                    ["key"] = parameter.Name,
                    ["value"] = Value(parameter),
                    ["description"] = parameter.Description,
                    ["disabled"] = !parameter.Required,
                })]),
                ["variable"] = new JsonArray([.. parameters.Where(parameter => parameter.In == ParameterLocation.Path).Select(parameter => (JsonNode)new JsonObject
                {
                    ["key"] = parameter.Name,
                    ["value"] = Value(parameter),
                    ["description"] = parameter.Description,
                })]),
            },
        };
        if (operation.RequestBody?.Content is { } contents && contents.TryGetValue("application/json", out var body))
        {
            request["header"] = new JsonArray(new JsonObject { ["key"] = "Content-Type", ["value"] = "application/json" });
            request["body"] = new JsonObject
            {
                ["mode"] = "raw",
                ["raw"] = (body.Example ?? ExampleOf(body.Schema, 0))?.ToJsonString(Indented) ?? "",
                ["options"] = new JsonObject { ["raw"] = new JsonObject { ["language"] = "json" } },
            };
        }

        return new JsonObject { ["name"] = operation.Summary, ["request"] = request };
    }

    private static readonly System.Text.Json.JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static string Value(IOpenApiParameter parameter) => parameter.Example switch
    {
        JsonArray { Count: > 0 } list => list[0]!.ToString(),
        { } example => example.ToString(),
        null => "",
    };

    // A body out of the examples of its properties.
    private static JsonNode? ExampleOf(IOpenApiSchema? schema, int depth)
    {
        if (schema is null || depth > 6)
        {
            return null;
        }

        if (schema.Examples is [{ } example, ..])
        {
            return example.DeepClone();
        }

        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true)
        {
            return new JsonArray(ExampleOf(schema.Items, depth + 1));
        }

        return schema.Properties is { Count: > 0 } properties
            ? new JsonObject(properties.Select(property => KeyValuePair.Create(property.Key, ExampleOf(property.Value, depth + 1))))
            : null;
    }
}
