using System.Globalization;
using Analytics.QueryApi.Errors;

namespace Analytics.QueryApi.Stats;

/// <summary>
/// Reads a request's query string and gathers everything that is wrong with it, so that one answer names all of it. A parameter
/// that nobody read is wrong too: a misspelt filter would otherwise be a wrong number.
/// </summary>
internal sealed class QueryReader
{
    private const int MaxTextLength = 4096;
    private const int MaxTexts = 100;

    private readonly IQueryCollection query;
    private readonly SortedSet<string> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> errors = [];
    private IResult? notFound;

    private QueryReader(IQueryCollection query) => this.query = query;

    /// <summary>The reader of this request: all its arguments are read by the same one.</summary>
    public static QueryReader Of(HttpContext context)
    {
        if (context.Features.Get<QueryReader>() is not { } reader)
        {
            context.Features.Set(reader = new QueryReader(context.Request.Query));
        }

        return reader;
    }

    public bool Has(QueryParameter parameter)
    {
        known.Add(parameter.Name);
        return query.ContainsKey(parameter.Name);
    }

    public string Read(TextParameter parameter)
    {
        var text = Single(parameter);
        if (text is null or "" && parameter.Required)
        {
            Refuse(parameter.Name, "This parameter is required.");
        }

        return text ?? "";
    }

    public IReadOnlyList<string> Read(TextsParameter parameter)
    {
        if (!Has(parameter))
        {
            return [];
        }

        var texts = query[parameter.Name].Select(text => text ?? "").Distinct().ToList();
        if (texts.Count > MaxTexts || texts.Any(text => text.Length > MaxTextLength))
        {
            Refuse(parameter.Name, $"At most {MaxTexts} values of at most {MaxTextLength} characters.");
            return [];
        }

        return texts;
    }

    public string Read(ChoiceParameter parameter)
    {
        var text = Single(parameter);
        if (text is null or "")
        {
            return parameter.Default;
        }

        if (!parameter.Allowed.Contains(text))
        {
            Refuse(parameter.Name, NearestName.NotOneOf(text, parameter.Allowed));
            return parameter.Default;
        }

        return text;
    }

    public int Read(NumberParameter parameter)
    {
        var text = Single(parameter);
        if (text is null or "")
        {
            return parameter.Default;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || number < parameter.Min || number > parameter.Max)
        {
            Refuse(parameter.Name, $"'{text}' is no whole number from {parameter.Min} to {parameter.Max}.");
            return parameter.Default;
        }

        return number;
    }

    public void Refuse(string name, string message) => errors[name] = [.. errors.GetValueOrDefault(name, []), message];

    /// <summary>What the request asks about does not exist; said before anything else.</summary>
    public void Missing(IResult answer) => notFound ??= answer;

    /// <summary>The answer to a request that cannot be served, or null.</summary>
    /// <param name="strict">Whether unknown parameters are wrong.</param>
    public IResult? Problem(bool strict)
    {
        if (notFound is not null)
        {
            return notFound;
        }

        foreach (var name in strict ? query.Keys.Where(name => !known.Contains(name)) : [])
        {
            Refuse(name, known.Count == 0
                ? "This address takes no parameters."
                : $"There is no such parameter. There are: {string.Join(", ", known)}.{NearestName.Hint(name, known)}");
        }

        return errors.Count > 0 ? TypedResults.ValidationProblem(errors) : null;
    }

    private string? Single(QueryParameter parameter)
    {
        if (!Has(parameter))
        {
            return null;
        }

        var values = query[parameter.Name];
        if (values.Count > 1 || values[0]?.Length > MaxTextLength)
        {
            Refuse(parameter.Name, $"One value of at most {MaxTextLength} characters.");
            return null;
        }

        return values[0];
    }
}

internal static class QueryReaderFilter
{
    /// <summary>Answers 400 (or 404) before the handler runs, when the arguments could not be read.</summary>
    public static TBuilder RefuseBadQueries<TBuilder>(this TBuilder endpoints, bool strict = true)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.AddEndpointFilter(async (context, next) =>
            QueryReader.Of(context.HttpContext).Problem(strict) is { } problem ? problem : await next(context));
        endpoints.WithMetadata(new ProducesResponseTypeMetadata(
            StatusCodes.Status400BadRequest, typeof(HttpValidationProblemDetails), ["application/problem+json"]));
        return endpoints;
    }
}
