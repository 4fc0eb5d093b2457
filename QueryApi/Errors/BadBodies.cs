using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Analytics.QueryApi.Errors;

/// <summary>Says what is wrong with a request body that cannot be read: where it is no JSON, or which field is not what it should be.</summary>
internal sealed class BadBodies(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = bad.StatusCode == StatusCodes.Status400BadRequest ? Describe(httpContext, bad) : new() { Status = bad.StatusCode },
        });
    }

    private static ProblemDetails Describe(HttpContext context, BadHttpRequestException bad) => bad.InnerException switch
    {
        JsonException { InnerException: JsonException syntax } => Problem(
            $"The body is no JSON (line {Text(syntax.LineNumber)}, byte {Text(syntax.BytePositionInLine)})."),
        JsonException { Path: { Length: > 1 } path } json => Field(context, Name(path), json),
        JsonException => Problem("The body is not of the kind that is documented."),
        _ => Problem("A JSON body is required."),
    };

    private static HttpValidationProblemDetails Field(HttpContext context, string name, JsonException json) =>
        new(new Dictionary<string, string[]> { [name] = [IsUnknown(json) ? Unknown(context, name) : "This value is not of the documented type."] })
        {
            Status = StatusCodes.Status400BadRequest,
        };

    // The serializer says it in words only.
    private static bool IsUnknown(JsonException json) => json.Message.Contains("could not be mapped", StringComparison.Ordinal);

    private static string Unknown(HttpContext context, string name)
    {
        var fields = FieldsOf(context.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType);
        return fields.Count == 0 ? "There is no such field." : NearestName.NotOneOf(name, fields);
    }

    private static List<string> FieldsOf(Type? body) => body is null ? [] :
    [
        .. body.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property =>
            property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
    ];

    private static ProblemDetails Problem(string detail) => new() { Status = StatusCodes.Status400BadRequest, Detail = detail };

    // $.sites[0] is what the caller wrote as sites[0].
    private static string Name(string path) => path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];

    private static string Text(long? number) => ((number ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
}
