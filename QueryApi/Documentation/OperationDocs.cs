using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Analytics.QueryApi.Exports;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>Describes every operation from what its endpoint says of itself: arguments, rights, forms of the answer, and what it refuses.</summary>
internal static class OperationDocs
{
    public const string BearerScheme = "bearer";
    public const string HeaderScheme = "apiKey";
    public const string ProblemSchema = "Problem";

    private const string ProblemJson = "application/problem+json";

    private static readonly Dictionary<string, string> PathParameters = new()
    {
        ["site"] = "Key of the site, in any case.",
        ["dimension"] = $"Dimension to split by: {string.Join(", ", Dimension.BreakdownNames)}.",
        ["id"] = "Id of the one that is meant, as an answer of this API gave it; of a session also as the tracker named it.",
        ["form"] = "The form's name, id or selector.",
        ["name"] = "Name of the event, as trackers send it.",
        ["property"] = "Name of the property.",
        ["user_id"] = "The user's id, as identify named it.",
        ["session_id"] = "The session's id, as the tracker named it or as an answer of this API gave it.",
    };

    public static Task Name(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var words = (context.Description.RelativePath ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Where(word => word is not "api")
            .Select(word => word.StartsWith('{') ? $"By{Capital(word.Trim('{', '}'))}" : Capital(word));
        var method = (context.Description.HttpMethod ?? "get").ToLowerInvariant();
        operation.OperationId ??= method + string.Concat(words).Replace("SitesBySiteStats", "Site", StringComparison.Ordinal);
        return Task.CompletedTask;

        static string Capital(string word) => string.Concat(word.Split('_', '-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
    }

    // The site stands in the address of each report and in the argument of none: it comes with the period on its clock.
    public static Task DescribeAddress(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        operation.Parameters ??= [];
        if (context.Description.RelativePath?.Contains("{site}", StringComparison.Ordinal) == true
            && operation.Parameters.All(known => known.Name != "site"))
        {
            operation.Parameters.Insert(0, new OpenApiParameter
            {
                Name = "site",
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        foreach (var parameter in operation.Parameters.OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Path))
        {
            parameter.Description ??= PathParameters.GetValueOrDefault(parameter.Name ?? "");
            parameter.Example ??= KnownFields.Example(parameter.Name ?? "", parameter.Schema?.Type, parameter.Schema?.Format);
        }

        return Task.CompletedTask;
    }

    // Arguments that are read from the query string tell what they read; the framework sees only a type that binds itself.
    public static Task DescribeQuery(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var handler = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().FirstOrDefault();
        var arguments = handler?.GetParameters().Select(argument => argument.ParameterType) ?? [];
        var parameters = arguments
            .Where(type => type.IsAssignableTo(typeof(IQueryPart)))
            .SelectMany(part => (IReadOnlyList<QueryParameter>)part
                .GetProperty(nameof(IQueryPart.Parameters), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<TableExportMetadata>().LastOrDefault() is { } export
            && metadata.OfType<IProducesResponseTypeMetadata>().Any(produced => produced.ContentTypes.Contains(ExportFormat.Json.MediaType)))
        {
            parameters = parameters.Concat(export.Parameters);
        }

        operation.Parameters ??= [];
        foreach (var parameter in parameters)
        {
            operation.Parameters.Add(ToOpenApi(parameter));
        }

        return Task.CompletedTask;
    }

    private static OpenApiParameter ToOpenApi(QueryParameter parameter)
    {
        var schema = parameter switch
        {
            ChoiceParameter choice => new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [.. choice.Allowed.Select(allowed => (JsonNode)allowed)],
                Default = choice.Default,
            },
            NumberParameter number => new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Minimum = number.Min.ToString(CultureInfo.InvariantCulture),
                Maximum = number.Max.ToString(CultureInfo.InvariantCulture),
                Default = number.Default,
            },
            TextsParameter => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        };
        var example = parameter.Example is { } text ? (JsonNode)text : KnownFields.Example(parameter.Name, JsonSchemaType.String, null);
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Required = parameter is TextParameter { Required: true },
            Schema = schema,
            Example = parameter switch
            {
                ChoiceParameter choice => choice.Default,
                NumberParameter number => number.Default,
                TextsParameter => new JsonArray(example),
                _ => example,
            },
        };
    }

    /// <summary>What a success is, in each of its forms.</summary>
    public static Task DescribeAnswer(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Responses ??= [];
        foreach (var produced in metadata.OfType<IProducesResponseTypeMetadata>().Where(produced => produced.StatusCode is >= 200 and < 300))
        {
            if (operation.Responses.GetValueOrDefault(produced.StatusCode.ToString(CultureInfo.InvariantCulture)) is OpenApiResponse response
                && produced.Type is { } type && Docstrings.OfType(type) is { } description)
            {
                response.Description = description;
            }
        }

        if (metadata.OfType<TableExportMetadata>().Any() && operation.Responses.GetValueOrDefault("200") is { Content: { } forms }
            && forms.ContainsKey(ExportFormat.Json.MediaType))
        {
            foreach (var format in ExportFormat.All.Where(format => format != ExportFormat.Json))
            {
                forms[format.MediaType] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Format = format == ExportFormat.Parquet ? "binary" : null,
                        Description = $"The rows of the answer's main list, a column a property in snake_case: {format.Description}.",
                    },
                };
            }
        }

        if (metadata.OfType<ExportMetadata>().FirstOrDefault() is { } export)
        {
            operation.Responses["200"] = DescribeExport(export);
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse DescribeExport(ExportMetadata export)
    {
        var row = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "One row: a line of NDJSON or CSV. In CSV, lists and maps are JSON.",
            Properties = export.Columns.ToDictionary(column => column.Name, IOpenApiSchema (column) =>
            {
                var schema = new OpenApiSchema
                {
                    Type = Enum.Parse<JsonSchemaType>(column.Type, ignoreCase: true),
                    Format = column.IsTime ? "date-time" : null,
                    Description = column.Description,
                };
                schema.Examples = [KnownFields.Example(column.Name, schema.Type, schema.Format)];
                return schema;
            }),
        };
        return new OpenApiResponse
        {
            Description = "The rows, as they are read.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [ExportFormat.NdJson.MediaType] = new() { Schema = row },
                [ExportFormat.Csv.MediaType] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The same, with a header line." } },
                [ExportFormat.Excel.MediaType] = new()
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = $"The same: {ExportFormat.Excel.Description}." },
                },
                [ExportFormat.Parquet.MediaType] = new()
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "The same, as Apache Parquet." },
                },
            },
        };
    }

    /// <summary>Who may ask, and what everybody is refused for: each as problem+json.</summary>
    public static Task DescribeErrors(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var policies = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().ToList();
        if (policies.Count == 0)
        {
            return Task.CompletedTask;
        }

        operation.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(HeaderScheme, context.Document)] = [] },
        ];
        var responses = operation.Responses ??= [];
        var parameters = operation.Parameters ?? [];
        if (operation.RequestBody is not null || parameters.Count > 0 || responses.ContainsKey("400"))
        {
            var wrong = parameters.FirstOrDefault(parameter => parameter.In == ParameterLocation.Query)?.Name ?? "name";
            Add("400", "A parameter or field is missing, wrong or unknown; each is named.", "One or more validation errors occurred.", null, wrong);
        }

        Add("401", "No API key, or one that is not known.", "Unauthorized", null);
        var scopes = string.Join(", ", policies.Select(policy => policy.Policy).Where(policy => policy is not null).Distinct());
        if (scopes.Length > 0)
        {
            Add("403", $"The key lacks the scope: {scopes}.", "Forbidden", null);
        }

        if (parameters.Any(parameter => parameter.In == ParameterLocation.Path) || responses.ContainsKey("404"))
        {
            Add("404", "What the address names does not exist, or the key does not see it.", "Not Found", "There is no site 'shop.example', or this key does not see it.");
        }

        if (responses.ContainsKey("409"))
        {
            Add("409", "What is to be made exists already.", "Conflict", "There is a site 'shop.example' already.");
        }

        Add(
            "429", "The key has asked too often. Retry-After tells when to ask again; each answer's X-RateLimit-Limit, X-RateLimit-Remaining and "
                + "X-RateLimit-Reset (seconds until all are back) tell how close it is.",
            "Too Many Requests", null);
        Add(
            "503", "The store cannot be reached, or the question is too big for it. Retry-After tells when to ask again.",
            "Service Unavailable", "The store is busy right now.");
        return Task.CompletedTask;

        void Add(string status, string description, string title, string? detail, string? wrong = null)
        {
            var example = new JsonObject { ["title"] = title, ["status"] = int.Parse(status, CultureInfo.InvariantCulture) };
            if (detail is not null)
            {
                example["detail"] = detail;
            }

            if (wrong is not null)
            {
                example["errors"] = new JsonObject { [wrong] = new JsonArray("What is wrong with it, and what is allowed.") };
            }

            responses[status] = new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemJson] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, context.Document), Example = example },
                },
                Headers = status is "429" or "503"
                    ? new Dictionary<string, IOpenApiHeader>
                    {
                        ["Retry-After"] = new OpenApiHeader
                        {
                            Description = "Seconds until the same question may be asked again.",
                            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer },
                            Example = 30,
                        },
                    }
                    : null,
            };
        }
    }
}
