using System.Security.Claims;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sites;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Auth;

/// <summary>Reads the fields of a new key from a request body and gathers what is wrong with them. Nobody hands out more than they have.</summary>
internal sealed class KeyInput(ClaimsPrincipal user)
{
    private const int MaxSites = 1000;
    private const int MaxRequestsPerMinute = 1_000_000;

    private readonly Dictionary<string, string[]> errors = [];
    private string? excess;

    public string Name(string? name)
    {
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length is 0 or > SiteRules.MaxNameLength || trimmed.Any(char.IsControl))
        {
            errors["name"] = [$"A name has 1 to {SiteRules.MaxNameLength} characters and no control characters."];
        }

        return trimmed;
    }

    public IReadOnlyList<string> ScopesOf(IReadOnlyList<string>? scopes)
    {
        var distinct = (scopes ?? []).Distinct().ToList();
        var unknown = distinct.Where(scope => !Scopes.All.Contains(scope)).ToList();
        if (distinct.Count == 0)
        {
            errors["scopes"] = [$"At least one of: {string.Join(", ", Scopes.All)}."];
        }
        else if (unknown.Count > 0)
        {
            errors["scopes"] = [.. unknown.Select(scope => NearestName.NotOneOf(scope ?? "", Scopes.All))];
        }
        else if (distinct.Find(scope => !user.May(scope)) is { } missing)
        {
            excess = $"This key has not the scope '{missing}' itself.";
        }

        return distinct;
    }

    public async Task<IReadOnlyList<string>> SitesAsync(IReadOnlyList<string>? sites, SiteRegistry registry, CancellationToken ct)
    {
        if (sites is not { Count: > 0 and <= MaxSites })
        {
            errors["sites"] = [$"The keys of 1 to {MaxSites} sites, or a single {ApiKey.AllSites} for all."];
            return [];
        }

        if (sites is [ApiKey.AllSites])
        {
            excess ??= user.SeesAll() ? null : "This key does not see all sites itself.";
            return sites;
        }

        var (seen, wrong) = (new List<string>(), new List<string>());
        foreach (var name in sites.Select(text => text ?? "").Distinct())
        {
            if (await registry.FindAsync(name, user, ct) is { } site)
            {
                seen.Add(site.Key);
            }
            else
            {
                wrong.Add(name);
            }
        }

        if (wrong.Count > 0)
        {
            var all = (await registry.ListAsync(user, ct)).Select(site => site.Key).ToList();
            errors["sites"] = [.. wrong.Select(name => $"There is no site '{name}', or this key does not see it.{NearestName.Hint(name, all)}")];
        }

        return [.. seen.Distinct()];
    }

    public DateTimeOffset Expires(DateTimeOffset? expires, DateTimeOffset now)
    {
        if (expires <= now)
        {
            errors["expires"] = ["This time is past."];
        }

        return expires is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()) : ApiKey.Never;
    }

    public uint RequestsPerMinute(int? requests)
    {
        if (requests is < 1 or > MaxRequestsPerMinute)
        {
            errors["requestsPerMinute"] = [$"A number from 1 to {MaxRequestsPerMinute}."];
            return 0;
        }

        return (uint)(requests ?? 0);
    }

    public ValidationProblem? Problem() => errors.Count > 0 ? TypedResults.ValidationProblem(errors) : null;

    /// <summary>What was asked for that the asking key has not itself.</summary>
    public ProblemHttpResult? Excess() => excess is null ? null : Problems.Forbidden(excess);
}
