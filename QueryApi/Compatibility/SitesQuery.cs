using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Compatibility;

/// <summary>Which sites a compatible read is about. Its address names none: all that the key sees, or the one of <c>?site=</c>.</summary>
internal sealed record SitesQuery(IReadOnlyList<Site> Sites) : IQueryPart
{
    private static readonly TextParameter SiteName = new("site", "Key of a site; where absent, every site that the API key sees.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [SiteName];

    public Dictionary<string, object?> Values => new() { ["sites"] = Sites.Select(site => site.SiteId).ToArray() };

    public string KeyOf(uint siteId) => Sites.First(site => site.SiteId == siteId).Key;

    public static async ValueTask<SitesQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        var registry = context.RequestServices.GetRequiredService<SiteRegistry>();
        if (reader.Read(SiteName) is not { Length: > 0 } key)
        {
            return new SitesQuery(await registry.ListAsync(context.User, context.RequestAborted));
        }

        if (await registry.FindAsync(key, context.User, context.RequestAborted) is { } site)
        {
            return new SitesQuery([site]);
        }

        reader.Missing(Problems.UnknownSite(key));
        return new SitesQuery([]);
    }
}
