using System.Security.Claims;
using Analytics.QueryApi.Auth;
using Analytics.Storage;

namespace Analytics.QueryApi.Sites;

/// <summary>
/// The registered sites, read again from the store when they are older than a second: a change made by any replica is seen within that.
/// </summary>
internal sealed class SiteRegistry(Storage.Sites sites, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim reading = new(1);
    private volatile Snapshot? snapshot;
    private volatile int changes;

    /// <summary>The site of a key in whatever case: its number follows from the key.</summary>
    public async ValueTask<Site?> FindAsync(string key, CancellationToken ct) =>
        (await CurrentAsync(ct)).ById.GetValueOrDefault(Identifier.OfSite(key)) is { } site && Normalise(site.Key) == Normalise(key)
            ? site
            : null;

    /// <summary>In the order of their keys.</summary>
    public async ValueTask<IReadOnlyList<Site>> ListAsync(CancellationToken ct) => (await CurrentAsync(ct)).All;

    /// <summary>The sites that a key of the API sees.</summary>
    public async ValueTask<IReadOnlyList<Site>> ListAsync(ClaimsPrincipal user, CancellationToken ct) =>
        [.. (await ListAsync(ct)).Where(site => user.Sees(site.Key))];

    /// <summary>
    /// Makes the next reader ask the store: after a change of our own. An answer on its way was asked for before it and does not count.
    /// </summary>
    public void Forget() => Interlocked.Increment(ref changes);

    public static string Normalise(string key) => key.Trim().ToLowerInvariant();

    public void Dispose() => reading.Dispose();

    private async ValueTask<Snapshot> CurrentAsync(CancellationToken ct)
    {
        if (Fresh() is { } known)
        {
            return known;
        }

        // One reader asks; the others wait for its answer instead of asking too.
        await reading.WaitAsync(ct);
        try
        {
            if (Fresh() is { } read)
            {
                return read;
            }

            var (asked, before) = (time.GetTimestamp(), changes);
            var all = await sites.ListAsync(ct);
            return snapshot = new Snapshot(all, all.ToDictionary(site => site.SiteId), asked, before);
        }
        finally
        {
            reading.Release();
        }
    }

    private Snapshot? Fresh() => snapshot is { } current && current.Changes == changes && time.GetElapsedTime(current.Asked) < MaxAge
        ? current
        : null;

    private sealed record Snapshot(IReadOnlyList<Site> All, IReadOnlyDictionary<uint, Site> ById, long Asked, int Changes);
}
