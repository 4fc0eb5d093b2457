using System.Text.Json;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Saved;

/// <summary>
/// What owners saved of one kind, read again from the store when it is older than a second: a change made by any replica is seen within
/// that.
/// </summary>
/// <param name="kind">What it is called in the store.</param>
internal abstract class SavedRegistry<T>(string kind, ClickHouse clickHouse, TimeProvider time) : IDisposable
    where T : class, ISaved
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim reading = new(1);
    private volatile Snapshot? snapshot;
    private volatile int changes;

    /// <summary>Those of a site, oldest first.</summary>
    public async Task<IReadOnlyList<T>> OfAsync(Site site, CancellationToken ct = default) =>
        (await CurrentAsync(ct)).BySite.GetValueOrDefault(site.SiteId, []);

    /// <summary>The one of an id or, in whatever case, of a name.</summary>
    public async Task<T?> FindAsync(Site site, string idOrName, CancellationToken ct = default)
    {
        var all = await OfAsync(site, ct);
        return all.FirstOrDefault(saved => saved.Id == idOrName)
            ?? all.FirstOrDefault(saved => saved.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase));
    }

    public Task SaveAsync(Site site, T saved, CancellationToken ct) => WriteAsync(site, saved, deleted: false, ct);

    public Task DeleteAsync(Site site, T saved, CancellationToken ct) => WriteAsync(site, saved, deleted: true, ct);

    /// <summary>Makes the next reader ask the store.</summary>
    public void Forget() => Interlocked.Increment(ref changes);

    public void Dispose()
    {
        reading.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task WriteAsync(Site site, T saved, bool deleted, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(saved, JsonSerializerOptions.Web);
        await clickHouse.InsertAsync(
            [new DefinitionRow(site.SiteId, kind, saved.Id, json, saved.Created, deleted, time.GetUtcNow())], ct);
        Forget();
    }

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
            var rows = await clickHouse.QueryAsync<Row>(Sql, new Dictionary<string, object?> { ["kind"] = kind }, ct);
            return snapshot = new Snapshot(
                rows.GroupBy(row => row.SiteId).ToDictionary(
                    site => site.Key,
                    IReadOnlyList<T> (site) => [.. site.Select(row => JsonSerializer.Deserialize<T>(row.Definition, JsonSerializerOptions.Web)!)]),
                asked, before);
        }
        finally
        {
            reading.Release();
        }
    }

    private const string Sql = """
        SELECT site_id, definition
        FROM definitions FINAL
        WHERE kind = {kind:String} AND deleted = 0
        ORDER BY site_id, created, id
        """;

    private Snapshot? Fresh() => snapshot is { } current && current.Changes == changes && time.GetElapsedTime(current.Asked) < MaxAge
        ? current
        : null;

    private sealed record Row(uint SiteId, string Definition);

    private sealed record Snapshot(IReadOnlyDictionary<uint, IReadOnlyList<T>> BySite, long Asked, int Changes);
}
