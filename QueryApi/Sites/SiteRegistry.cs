using System.Security.Claims;
using Analytics.QueryApi.Auth;
using Analytics.Storage;

namespace Analytics.QueryApi.Sites;

/// <summary>
/// The registered sites, read again from the store when they are older than a second: a change made by any replica is seen within that.
/// Other services are told over Redis.
/// </summary>
internal sealed class SiteRegistry(Storage.Sites sites, SiteChanges changes, TimeProvider time) : IDisposable
{
    private readonly Recent<Snapshot> known = new(async ct => new Snapshot(await sites.ListAsync(ct)), TimeSpan.FromSeconds(1), time);

    /// <summary>The site of a key in whatever case: its number follows from the key.</summary>
    public async ValueTask<Site?> FindAsync(string key, CancellationToken ct) =>
        (await known.GetAsync(ct)).ById.GetValueOrDefault(Identifier.OfSite(key)) is { } site && Normalise(site.Key) == Normalise(key)
            ? site
            : null;

    /// <summary>The same for a key of the API: a site that it may not see is like one that does not exist, its name is nobody's business.</summary>
    public async ValueTask<Site?> FindAsync(string key, ClaimsPrincipal user, CancellationToken ct) =>
        await FindAsync(key, ct) is { } site && user.Sees(site.Key) ? site : null;

    /// <summary>In the order of their keys.</summary>
    public async ValueTask<IReadOnlyList<Site>> ListAsync(CancellationToken ct) => (await known.GetAsync(ct)).All;

    /// <summary>The sites that a key of the API sees.</summary>
    public async ValueTask<IReadOnlyList<Site>> ListAsync(ClaimsPrincipal user, CancellationToken ct) =>
        [.. (await ListAsync(ct)).Where(site => user.Sees(site.Key))];

    /// <summary>Makes the next reader ask the store: before a change, which is made to the newest state.</summary>
    public void Forget() => known.Forget();

    public async Task SaveAsync(Site site, CancellationToken ct)
    {
        await sites.SaveAsync(site, time.GetUtcNow(), ct);
        await TellAsync(site);
    }

    public async Task DeleteAsync(Site site, CancellationToken ct)
    {
        await sites.DeleteAsync(site, time.GetUtcNow(), ct);
        await TellAsync(site);
    }

    public static string Normalise(string key) => key.Trim().ToLowerInvariant();

    public void Dispose() => known.Dispose();

    private Task TellAsync(Site site)
    {
        known.Forget();
        return changes.PublishAsync(site.Key);
    }

    private sealed class Snapshot(IReadOnlyList<Site> all)
    {
        public IReadOnlyList<Site> All => all;

        public IReadOnlyDictionary<uint, Site> ById { get; } = all.ToDictionary(site => site.SiteId);
    }
}
