using System.Reflection;
using System.Text.Json.Nodes;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>The API's own description: /openapi/v1.json, with Swagger UI at /docs and ReDoc at /redoc; readable without a key.</summary>
internal static class DocumentationRegistration
{
    private const string BearerScheme = "bearer";
    private const string HeaderScheme = "apiKey";

    private const string OnlyFromHere =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; "
        + "object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

    public static void AddDocumentation(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(DescribeAddress);
        options.AddOperationTransformer(DescribeQuery);
        options.AddOperationTransformer(DescribeSecurity);
    });

    public static void UseDocumentation(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");

        // Both viewers come with addresses of third parties (fonts, a logo, usage reports); the browser is told to ask nobody but us.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/docs") || context.Request.Path.StartsWithSegments("/redoc"),
            pages => pages.Use(next => context =>
            {
                context.Response.Headers.ContentSecurityPolicy = OnlyFromHere;
                return next(context);
            }));
        app.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.DocumentTitle = "Analytics API";
            options.SwaggerEndpoint("/openapi/v1.json", "v1");
            options.EnablePersistAuthorization();
        });
        app.UseReDoc(options =>
        {
            options.RoutePrefix = "redoc";
            options.DocumentTitle = "Analytics API";
            options.SpecUrl = "/openapi/v1.json";

            options.ConfigObject.AdditionalItems["disableTelemetry"] = true;

            // The package's own page without the link to a font server.
            options.IndexStream = () => typeof(DocumentationRegistration).Assembly.GetManifestResourceStream("redoc.html")!;
        });
    }

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Analytics API",
            Version = "v1",
            Description = "Reports, sessions, heatmaps and sites. Send the API key as `Authorization: Bearer KEY` or `X-Api-Key: KEY`: without a known "
                + "one the answer is 401, without the scope 403, and a site that the key does not see is 404 like one that does not exist. "
                + "Times are ISO 8601; errors are `application/problem+json` and name the parameter.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The API key." },
            [HeaderScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyHandler.HeaderName,
            },
        };

        // Callers reach the API through the gateway: relative to wherever this document was read.
        document.Servers = [new OpenApiServer { Url = "/" }];
        return Task.CompletedTask;
    }

    // The site stands in the address of each report and in the argument of none: it comes with the period on its clock.
    private static Task DescribeAddress(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
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
                Description = "Key of the site, in any case.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }

    // Arguments that are read from the query string tell what they read; the framework sees only a type that binds itself.
    private static Task DescribeQuery(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var handler = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>().FirstOrDefault();
        var arguments = handler?.GetParameters().Select(argument => argument.ParameterType) ?? [];
        foreach (var part in arguments.Where(type => type.IsAssignableTo(typeof(IQueryPart))))
        {
            var parameters = part.GetProperty(nameof(IQueryPart.Parameters), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            operation.Parameters ??= [];
            foreach (var parameter in (IReadOnlyList<QueryParameter>)parameters)
            {
                operation.Parameters.Add(ToOpenApi(parameter));
            }
        }

        return Task.CompletedTask;
    }

    private static OpenApiParameter ToOpenApi(QueryParameter parameter) => new()
    {
        Name = parameter.Name,
        In = ParameterLocation.Query,
        Description = parameter.Description,
        Required = parameter is TextParameter { Required: true },
        Schema = parameter switch
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
                Minimum = number.Min.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Maximum = number.Max.ToString(System.Globalization.CultureInfo.InvariantCulture),
                Default = number.Default,
            },
            TextsParameter => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };

    private static Task DescribeSecurity(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
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
        operation.Responses ??= [];
        operation.Responses["401"] = new OpenApiResponse { Description = "No API key, or one that is not known." };
        operation.Responses["429"] = new OpenApiResponse
        {
            Description = "The key has asked too often. Retry-After tells when to ask again; each answer's X-RateLimit-Limit, X-RateLimit-Remaining and "
                + "X-RateLimit-Reset (seconds until all are back) tell how close it is.",
        };
        operation.Responses["503"] = new OpenApiResponse
        {
            Description = "The store cannot be reached, or the question is too big for it. Retry-After tells when to ask again.",
        };
        if (policies.Any(policy => policy.Policy is not null))
        {
            operation.Responses["403"] = new OpenApiResponse
            {
                Description = $"The key lacks the scope: {string.Join(", ", policies.Select(policy => policy.Policy))}.",
            };
        }

        return Task.CompletedTask;
    }
}
