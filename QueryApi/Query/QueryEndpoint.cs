using System.Security.Claims;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Exports;
using Analytics.QueryApi.Goals;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Segments;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Query;

internal static class QueryEndpoint
{
    private const int MaxBodyBytes = 256 * 1024;

    // RE2 cannot read an expression of a filter.
    private const int CannotCompileRegexp = 427;

    public static void MapQuery(this IEndpointRouteBuilder app) => app
        .MapPost("/api/v2/query", Handle)
        .RequireAuthorization(Scopes.Query)
        .WithTables()
        .RefuseBadQueries()
        .AuditedWhereNoted()
        .WithTags("Query")
        .Accepts<QueryRequest>("application/json")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .WithSummary("Any metrics, split by any dimensions, of what any filters keep")
        .WithDescription(QueryDocumentation.Text)
        .AddOpenApiOperationTransformer(QueryDocumentation.AddExamples);

    /// <summary>
    /// (1) The body's fields, (2) the site, (3) what its owner defined: rates, goals and segments, (4) the query, (5) its answer.
    /// </summary>
    private static async Task<Results<Ok<QueryResponse>, ValidationProblem, ProblemHttpResult>> Handle(
        HttpContext context, ClaimsPrincipal user, SiteRegistry registry, GoalRegistry goalRegistry, SegmentRegistry segmentRegistry,
        CurrencyRegistry currencies, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        // (1)
        var body = new QueryBody(new InputErrors());
        using var json = await ParseAsync(context, body, ct);
        if (json is null || !body.IsReadable(json.RootElement, "body") || body.Object(json.RootElement, "", QueryReading.Fields) is not { } fields)
        {
            return Refused(body);
        }

        // (2)
        if (!fields.TryGetValue("site_id", out var siteField) || body.Text(siteField, "site_id") is not { } key)
        {
            body.Errors.Add("site_id", "This field is required: the key of the site.");
            return Refused(body);
        }

        if (await registry.FindAsync(key, ct) is not { } site || !user.Sees(site.Key))
        {
            return UnknownSite(key);
        }

        // (3)
        var money = await currencies.MoneyAsync(site.SiteId, ct);
        var goals = (await goalRegistry.OfAsync(site, ct)).Select(goal => new QueryGoal(goal)).ToList();
        var segments = await segmentRegistry.OfAsync(site, ct);
        var isAll = json.RootElement.GetRawText().Contains("\"all\"", StringComparison.Ordinal);
        var first = isAll ? await TimeseriesEndpoint.FirstAsync(site.SiteId, clickHouse, ct) : null;

        // (4)
        var filters = new FilterReader(body, goals, segments);
        var read = new QueryReading(site, money, body, filters, goals, time.GetUtcNow(), first).Read(fields);
        if (read is not var (spec, comparison))
        {
            return Refused(body);
        }

        string[] people = [.. spec.Filter.People];
        if (people.Length > 0 || spec.Dimensions.Any(dimension => dimension.IsPerson))
        {
            context.NotePeople(string.Join(", ", people), site.Key);
        }

        // (5)
        try
        {
            return TypedResults.Ok(await new QueryRun(spec, comparison, clickHouse).AnswerAsync(ct));
        }
        catch (ClickHouseException e) when (e.Code == CannotCompileRegexp)
        {
            body.Errors.Add("filters", "An expression of matches is not one of RE2 (https://github.com/google/re2/wiki/Syntax).");
            return Refused(body);
        }
    }

    // Clients of Plausible read one text, "error", and find the field by a JSON pointer in it.
    private static ValidationProblem Refused(QueryBody body)
    {
        var (path, messages) = body.Errors.All.First();
        var pointer = path.Replace('.', '/').Replace('[', '/').Replace("]", "", StringComparison.Ordinal);
        return TypedResults.ValidationProblem(body.Errors.All, extensions: Error($"#/{pointer}: {messages[0]}"));
    }

    private static ProblemHttpResult UnknownSite(string key)
    {
        var detail = Problems.UnknownSite(key).ProblemDetails.Detail!;
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, extensions: Error(detail));
    }

    private static Dictionary<string, object?> Error(string message) => new() { ["error"] = message };

    private static async Task<JsonDocument?> ParseAsync(HttpContext context, QueryBody body, CancellationToken ct)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: ct);
        }
        catch (JsonException e)
        {
            body.Errors.Add("body", $"This is no JSON: {e.Message}");
            return null;
        }
    }
}
