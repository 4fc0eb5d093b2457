using System.Net;
using System.Text.Json.Serialization;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Analytics.QueryApi.Errors;

/// <summary>
/// What a caller is told when ClickHouse cannot answer: that it is away, or that the question was too big. Everything else is a fault of
/// ours: 500.
/// </summary>
internal sealed partial class StoreFaults(IProblemDetailsService problems, ILogger<StoreFaults> logger) : IExceptionHandler
{
    // ClickHouse's own error numbers.
    private const int TimeoutExceeded = 159;
    private const int TooSlow = 160;
    private const int TooManySimultaneousQueries = 202;
    private const int NetworkError = 210;
    private const int MemoryLimitExceeded = 241;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (Describe(exception) is not var (detail, retryAfterSeconds))
        {
            return false;
        }

        Log.NoAnswer(logger, exception.Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = retryAfterSeconds;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Detail = detail },
        });
    }

    private static (string Detail, string RetryAfterSeconds)? Describe(Exception exception) => exception switch
    {
        HttpRequestException or TimeoutException or TaskCanceledException => ("The store cannot be reached right now.", "5"),
        StoreBusyException or ClickHouseException { Code: TooManySimultaneousQueries or NetworkError } => ("The store is busy right now.", "5"),
        ClickHouseException { Code: 0, Status: >= HttpStatusCode.BadGateway } => ("The store cannot be reached right now.", "5"), // a proxy before it
        ClickHouseException { Code: TimeoutExceeded or TooSlow or MemoryLimitExceeded } =>
            ("The question needs more time or memory than one query may have. Ask for a shorter period.", "60"),
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "ClickHouse gave no answer: {Reason}")]
        public static partial void NoAnswer(ILogger logger, string reason);
    }
}

internal static class ErrorsRegistration
{
    public static void AddErrors(this WebApplicationBuilder builder)
    {
        builder.Services.AddExceptionHandler<StoreFaults>();
        builder.Services.AddExceptionHandler<BadBodies>();
        builder.Services.Configure<ExceptionHandlerOptions>(options =>
            options.StatusCodeSelector = e => e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError);

        // Numbers are numbers, and the documentation says so.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);

        // A body that cannot be read is the caller's mistake in every environment, and only the exception says where it is.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }
}
