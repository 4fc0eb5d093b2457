using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Sites;

/// <summary>Reads the fields of a site from a request body, in their normal form, and gathers what is wrong with them.</summary>
internal sealed class SiteInput
{
    private readonly Dictionary<string, string[]> errors = [];

    public string Key(string? key)
    {
        var normal = SiteRegistry.Normalise(key ?? "");
        if (!SiteRules.IsKey(normal))
        {
            errors["key"] = [SiteRules.KeyRule];
        }

        return normal;
    }

    public string Name(string name)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > SiteRules.MaxNameLength || trimmed.Any(char.IsControl))
        {
            errors["name"] = [$"A name has 1 to {SiteRules.MaxNameLength} characters and no control characters."];
        }

        return trimmed;
    }

    public string Timezone(string name)
    {
        if (SiteRules.FindZone(name) is null)
        {
            errors["timezone"] = [$"'{name}' is no time zone; give an IANA name like Europe/Madrid or UTC."];
        }

        return name;
    }

    public IReadOnlyList<string> Domains(IReadOnlyList<string> domains)
    {
        if (domains.Count > SiteRules.MaxDomains)
        {
            errors["domains"] = [$"A site has at most {SiteRules.MaxDomains} domains."];
            return [];
        }

        // Null is possible here: the element of a JSON array is not checked against the record's annotations.
        var normal = domains.Select(domain => (domain ?? "").Trim().ToLowerInvariant()).Distinct().ToList();
        var wrong = normal.Where(domain => !SiteRules.IsDomain(domain)).ToList();
        if (wrong.Count > 0)
        {
            errors["domains"] = [.. wrong.Select(domain => $"'{domain}' is no domain. {SiteRules.DomainRule}")];
        }

        return normal;
    }

    public ValidationProblem? Problem() => errors.Count > 0 ? TypedResults.ValidationProblem(errors) : null;

    /// <summary>What a key says about the site's domains: itself, if it is one.</summary>
    public static IReadOnlyList<string> DomainsOf(string key) =>
        SiteRules.IsDomain(key) && (key.Contains('.', StringComparison.Ordinal) || key == "localhost") ? [key] : [];
}
