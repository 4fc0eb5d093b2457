using Analytics.QueryApi.Errors;
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

    public string IpStorage(string choice)
    {
        if (!SiteRules.IpStorages.Contains(choice))
        {
            errors["ipStorage"] = [NearestName.NotOneOf(choice, SiteRules.IpStorages)];
        }

        return choice;
    }

    public IReadOnlyList<string> BlockedIps(IReadOnlyList<string> networks) =>
        Rules("blockedIps", networks, SiteRules.NormalNetwork, SiteRules.IsNetwork, "no address or network. " + SiteRules.NetworkRule);

    public IReadOnlyList<string> BlockedPaths(IReadOnlyList<string> paths) =>
        Rules("blockedPaths", paths, path => path, SiteRules.IsBlockedPath, "no path. " + SiteRules.BlockedPathRule);

    public IReadOnlyList<string> BlockedHosts(IReadOnlyList<string> hosts) =>
        Rules("blockedHosts", hosts, host => host.ToLowerInvariant(), SiteRules.IsDomain, "no host. " + SiteRules.DomainRule);

    // What the collector could not read would block nothing, and nobody would know.
    private List<string> Rules(
        string field, IReadOnlyList<string> rules, Func<string, string> normalise, Func<string, bool> isRule, string problem)
    {
        if (rules.Count > SiteRules.MaxBlocked)
        {
            errors[field] = [$"At most {SiteRules.MaxBlocked} of them."];
            return [];
        }

        var normal = rules.Select(rule => normalise((rule ?? "").Trim())).Distinct().ToList();
        var wrong = normal.Where(rule => !isRule(rule)).ToList();
        if (wrong.Count > 0)
        {
            errors[field] = [.. wrong.Select(rule => $"'{rule}' is {problem}")];
        }

        return normal;
    }

    public ValidationProblem? Problem() => errors.Count > 0 ? TypedResults.ValidationProblem(errors) : null;

    /// <summary>What a key says about the site's domains: itself, if it is one.</summary>
    public static IReadOnlyList<string> DomainsOf(string key) =>
        SiteRules.IsDomain(key) && (key.Contains('.', StringComparison.Ordinal) || key == "localhost") ? [key] : [];
}
