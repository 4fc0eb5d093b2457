using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Saved;

/// <summary>Gathers what is wrong with a request's body, by field, so that one answer names all of it.</summary>
internal sealed class InputErrors
{
    private readonly Dictionary<string, string[]> errors = [];

    public bool Any => errors.Count > 0;

    /// <summary>What is wrong, by field, in the order in which it was found.</summary>
    public Dictionary<string, string[]> All => errors;

    public void Add(string field, string message) => errors[field] = [.. errors.GetValueOrDefault(field, []), message];

    public ValidationProblem? Problem() => Any ? TypedResults.ValidationProblem(errors) : null;

    /// <summary>A text for people, without spaces around it.</summary>
    public string Name(string field, string? text)
    {
        var trimmed = (text ?? "").Trim();
        if (trimmed.Length is 0 or > MaxNameLength || trimmed.Any(char.IsControl))
        {
            Add(field, $"A name has 1 to {MaxNameLength} characters and no control characters.");
        }

        return trimmed;
    }

    public const int MaxNameLength = 200;
}
