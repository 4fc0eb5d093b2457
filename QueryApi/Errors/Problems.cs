using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Errors;

/// <summary>The problems that several endpoints answer with, each worded once.</summary>
internal static class Problems
{
    public static ProblemHttpResult UnknownSite(string key) =>
        NotFound($"There is no site '{key}', or this key does not see it.");

    public static ProblemHttpResult UnknownSession(string id) =>
        NotFound($"There is no session '{id}'.");

    public static ProblemHttpResult UnknownKey(string id) =>
        NotFound($"There is no API key '{id}', or this key does not see it.");

    public static ProblemHttpResult NotFound(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Conflict(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict);

    public static ProblemHttpResult Forbidden(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden);
}
