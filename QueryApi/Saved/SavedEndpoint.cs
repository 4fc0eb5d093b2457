using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Saved;

/// <summary>How a saved thing is read from a request's body.</summary>
/// <param name="id">Given when it is made, kept when it is changed.</param>
internal delegate T ReadSaved<T, TInput>(TInput input, string id, DateTimeOffset created, InputErrors errors);

internal static class SavedEndpoint
{
    /// <summary>How many things of a kind a site may have.</summary>
    public const int Max = 200;

    /// <summary>Making, reading, changing and removing what is saved of one kind, at <c>/api/sites/{site}/{things}</c>.</summary>
    /// <param name="thing">What one of them is called: goal.</param>
    public static RouteGroupBuilder MapSaved<T, TInput, TRegistry>(this IEndpointRouteBuilder app, string thing, ReadSaved<T, TInput> read)
        where T : class, ISaved
        where TRegistry : SavedRegistry<T>
    {
        var group = app.MapGroup($"/api/sites/{{site}}/{thing}s").RefuseBadQueries()
            .WithTags($"{char.ToUpperInvariant(thing[0])}{thing[1..]}s");
        group.ProducesProblem(StatusCodes.Status404NotFound);

        // Kept as delegates: the framework's analyzer of route handlers does not understand generic ones.
        Delegate list = async (SiteOfAddress address, TRegistry registry, CancellationToken ct) =>
            TypedResults.Ok(await registry.OfAsync(address.Site, ct));

        Delegate get = async Task<Results<Ok<T>, ProblemHttpResult>> (string id, SiteOfAddress address, TRegistry registry, CancellationToken ct) =>
            await registry.FindAsync(address.Site, RouteText.Of(id), ct) is { } found
                ? TypedResults.Ok(found)
                : Unknown(thing, RouteText.Of(id), await registry.OfAsync(address.Site, ct));

        Delegate make = async Task<Results<Created<T>, ValidationProblem, ProblemHttpResult>> (
            TInput input, SiteOfAddress address, TRegistry registry, TimeProvider time, CancellationToken ct) =>
        {
            var errors = new InputErrors();
            var made = read(input, Guid.CreateVersion7(time.GetUtcNow()).ToString("n"), ToMilliseconds(time.GetUtcNow()), errors);
            if (errors.Problem() is { } problem)
            {
                return problem;
            }

            registry.Forget();
            var others = await registry.OfAsync(address.Site, ct);
            if (others.Count >= Max)
            {
                return Problems.Conflict($"A site has at most {Max} {thing}s.");
            }

            if (Namesake(others, made) is { } namesake)
            {
                return Taken(thing, namesake);
            }

            await registry.SaveAsync(address.Site, made, ct);
            return TypedResults.Created($"/api/sites/{Uri.EscapeDataString(address.Site.Key)}/{thing}s/{made.Id}", made);
        };

        Delegate replace = async Task<Results<Ok<T>, ValidationProblem, ProblemHttpResult>> (
            string id, TInput input, SiteOfAddress address, TRegistry registry, CancellationToken ct) =>
        {
            registry.Forget();
            if (await registry.FindAsync(address.Site, RouteText.Of(id), ct) is not { } found)
            {
                return Unknown(thing, RouteText.Of(id), await registry.OfAsync(address.Site, ct));
            }

            var errors = new InputErrors();
            var changed = read(input, found.Id, found.Created, errors);
            if (errors.Problem() is { } problem)
            {
                return problem;
            }

            if (Namesake(await registry.OfAsync(address.Site, ct), changed) is { } namesake)
            {
                return Taken(thing, namesake);
            }

            await registry.SaveAsync(address.Site, changed, ct);
            return TypedResults.Ok(changed);
        };

        Delegate remove = async Task<Results<NoContent, ProblemHttpResult>> (
            string id, SiteOfAddress address, TRegistry registry, CancellationToken ct) =>
        {
            registry.Forget();
            if (await registry.FindAsync(address.Site, RouteText.Of(id), ct) is not { } found)
            {
                return Unknown(thing, RouteText.Of(id), await registry.OfAsync(address.Site, ct));
            }

            await registry.DeleteAsync(address.Site, found, ct);
            return TypedResults.NoContent();
        };

        // The generator of request delegates knows no handlers of open types: these few are put together at the start.
#pragma warning disable RDG002
        group.MapGet("/", list).RequireAuthorization(Scopes.Query).WithSummary($"The {thing}s of a site, oldest first");
        group.MapGet("/{id}", get).RequireAuthorization(Scopes.Query).WithSummary($"One {thing}, by its id or name");
        group.MapPost("/", make).RequireAuthorization(Scopes.Admin).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary($"Makes a {thing}");
        group.MapPut("/{id}", replace).RequireAuthorization(Scopes.Admin).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary($"Replaces a {thing} as a whole");
        group.MapDelete("/{id}", remove).RequireAuthorization(Scopes.Admin).WithSummary($"Removes a {thing}");
#pragma warning restore RDG002

        return group;
    }

    /// <param name="known">Those that the site has.</param>
    public static ProblemHttpResult Unknown(string thing, string id, IEnumerable<ISaved> known) => Problems.NotFound(Missing(thing, id, known));

    /// <summary>"This site has no goal 'sinup'. Did you mean 'signup'?"</summary>
    public static string Missing(string thing, string id, IEnumerable<ISaved> known) =>
        $"This site has no {thing} '{id}'.{NearestName.Hint(id, known.Select(saved => saved.Name))}";

    private static ISaved? Namesake(IEnumerable<ISaved> others, ISaved saved) =>
        others.FirstOrDefault(other => other.Id != saved.Id && other.Name.Equals(saved.Name, StringComparison.OrdinalIgnoreCase));

    private static ProblemHttpResult Taken(string thing, ISaved namesake) =>
        Problems.Conflict($"There is a {thing} '{namesake.Name}' already.");

    // As the store keeps it, so that the answer to the making is the one that later reads give.
    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
