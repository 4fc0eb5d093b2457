using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Analytics.QueryApi.Auth;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Documentation;

/// <summary>The API's own description: /openapi/v1.json, the same for Postman, Swagger UI at /docs and ReDoc at /redoc; readable without a key.</summary>
internal static partial class DocumentationRegistration
{
    private const string Title = "Analytics API";

    private const string OnlyFromHere =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:; "
        + "object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

    public static void AddDocumentation(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(Describe);
        options.AddOperationTransformer(OperationDocs.Name);
        options.AddOperationTransformer(OperationDocs.DescribeAddress);
        options.AddOperationTransformer(OperationDocs.DescribeQuery);
        options.AddOperationTransformer(OperationDocs.DescribeAnswer);
        options.AddOperationTransformer(OperationDocs.DescribeErrors);
        options.AddSchemaTransformer(SchemaDocs.Describe);
    });

    public static void UseDocumentation(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapPostmanCollection();

        // What a program finds at the front door; the gateway leads browsers to the dashboard.
        app.MapGet("/", () => TypedResults.Ok(new Information(Title, "/docs", "/redoc", "/openapi/v1.json", "/health"))).ExcludeFromDescription();

        // Both viewers come with addresses of third parties (fonts, a logo, usage reports); the browser is told to ask nobody but us.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments("/docs") || context.Request.Path.StartsWithSegments("/redoc"),
            pages => pages.Use(next => context =>
            {
                context.Response.Headers.ContentSecurityPolicy = OnlyFromHere;
                return next(context);
            }));
        app.UseWhen(
            context => context.Request.Path == "/redoc/redoc.standalone.js" && HttpMethods.IsGet(context.Request.Method), script => script.Use(WithoutLogo));
        app.UseSwaggerUI(options =>
        {
            options.RoutePrefix = "docs";
            options.DocumentTitle = Title;
            options.SwaggerEndpoint("/openapi/v1.json", "v1");
            options.EnablePersistAuthorization();
        });
        app.UseReDoc(options =>
        {
            options.RoutePrefix = "redoc";
            options.DocumentTitle = Title;
            options.SpecUrl = "/openapi/v1.json";

            options.ConfigObject.AdditionalItems["disableTelemetry"] = true;

            // The package's own page without the link to a font server.
            options.IndexStream = () => typeof(DocumentationRegistration).Assembly.GetManifestResourceStream("redoc.html")!;
        });
    }

    /// <summary>ReDoc's script with an empty picture in place of the one that it would ask a third party for, and complain that it may not.</summary>
    private static async Task WithoutLogo(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.AcceptEncoding = default;
        var (body, written) = (context.Response.Body, new MemoryStream());
        context.Response.Body = written;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        var script = Encoding.UTF8.GetString(written.GetBuffer(), 0, (int)written.Length);
        script = Pictures.Replace(script, EmptyPicture);
        var bytes = Encoding.UTF8.GetBytes(script);
        context.Response.ContentLength = context.Response.StatusCode == StatusCodes.Status200OK ? bytes.Length : null;
        await body.WriteAsync(bytes, context.RequestAborted);
    }

    [GeneratedRegex(@"https://cdn\.redoc\.ly/redoc/[a-z-]+\.svg")]
    private static partial Regex Pictures { get; }

    private const string EmptyPicture = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["Reports"] = "A site's numbers over a period, each answer also as a table (format=csv, excel, ndjson, parquet).",
        ["Exports"] = "What is stored of a site, row by row, as a stream of any length.",
        ["Goals"] = "What visitors should do.",
        ["Funnels"] = "Steps in their order, saved under a name.",
        ["Cohorts"] = "Groups of visitors by what they did, saved under a name.",
        ["Segments"] = "Filters of the general query, saved under a name.",
        ["Query"] = "One question for everything: metrics, dimensions, filters.",
        ["Sites"] = "The sites that are measured.",
        ["Keys"] = "Who may ask.",
        ["Compatibility"] = "The reads of other systems at their own addresses, in their own words.",
    };

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken ct)
    {
        document.Info = new OpenApiInfo
        {
            Title = Title,
            Version = "v1",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
            Description = "Reports, sessions, heatmaps and sites. Send the API key as `Authorization: Bearer KEY` or `X-Api-Key: KEY`: without a known "
                + "one the answer is 401, without the scope 403, and a site that the key does not see is 404 like one that does not exist. "
                + "Times are ISO 8601; errors are `application/problem+json` and name the parameter.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [OperationDocs.BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The API key." },
            [OperationDocs.HeaderScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyHandler.HeaderName,
                Description = "The API key, where Authorization is taken.",
            },
        };

        // One problem for all: the framework's own two schemas say less and are named by nobody any more.
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas.Remove("ProblemDetails");
        document.Components.Schemas.Remove("HttpValidationProblemDetails");
        document.Components.Schemas[OperationDocs.ProblemSchema] = Problem();

        // A record that may be null is described where it is pointed to, inside the choice between the two.
        foreach (var property in document.Components.Schemas.Values.OfType<OpenApiSchema>().SelectMany(schema => schema.Properties?.Values ?? []).OfType<OpenApiSchema>())
        {
            property.Description ??= property.OneOf?.Select(choice => choice.Description).FirstOrDefault(description => description is not null);
        }

        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
        {
            tag.Description ??= Tags.GetValueOrDefault(tag.Name ?? "");
        }

        // Callers reach the API through the gateway: relative to wherever this document was read.
        document.Servers = [new OpenApiServer { Url = "/" }];
        return Task.CompletedTask;
    }

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Why there is no answer (RFC 9457).",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Address that names the kind of problem.", "about:blank"),
            ["title"] = Text("The kind of problem in words.", "Not Found"),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The answer's status.", Examples = [404] },
            ["detail"] = Text("What is wrong here.", "There is no site 'shop.example', or this key does not see it."),
            ["traceId"] = Text("Finds the request in logs and traces.", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "For each parameter or field that is wrong: what is wrong with it, what is allowed, and the name that is nearest.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
                Examples = [new JsonObject { ["period"] = new JsonArray("'30days' is not one of: today, yesterday, 24h, 7d, 30d.") }],
            },
        },
    };

    private static OpenApiSchema Text(string description, string example) =>
        new() { Type = JsonSchemaType.String, Description = description, Examples = [example] };

    /// <param name="Name">Of this interface.</param>
    /// <param name="Documentation">To try it out.</param>
    /// <param name="Reference">To read.</param>
    /// <param name="Openapi">For programs.</param>
    /// <param name="Health">Whether all parts work.</param>
    internal sealed record Information(string Name, string Documentation, string Reference, string Openapi, string Health);
}
