using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Query;

/// <summary>Gathers what is wrong with a request body, each under the JSON path of the field, so that one answer names all of it.</summary>
internal sealed class QueryProblems
{
    private readonly Dictionary<string, string[]> errors = [];

    public bool Any => errors.Count > 0;

    public IReadOnlyDictionary<string, string[]> ByPath => errors;

    public void Refuse(string path, string message) => errors[path] = [.. errors.GetValueOrDefault(path, []), message];

    public ValidationProblem ToResult() => TypedResults.ValidationProblem(errors);
}
