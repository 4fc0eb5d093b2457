using System.Collections.Concurrent;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Rollups;

/// <summary>
/// Says for each question which rollups may answer it. What is known of a site's days is asked once for all reports of a page, and again
/// when it is older than a second.
/// </summary>
internal sealed class RollupPlanner(ClickHouse clickHouse, IOptions<RollupOptions> options, TimeProvider time)
{
    private const int MaxEntries = 1_000;

    /// <summary>Longer periods are cut to the site's first event, so that the list of their days stays short.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromDays(800);

    private readonly ConcurrentDictionary<(uint Site, string Timezone, DateOnly First, DateOnly Last), Entry> known = new();

    public ValueTask<RollupPlan> PlanAsync(StatsQuery query, CancellationToken ct) => PlanAsync(query, query.Period.From, query.Period.To, ct);

    /// <param name="query">The question.</param>
    /// <param name="from">The period's begin, or earlier, as long as <paramref name="to"/> is later: questions asked together about one span share what is read of it.</param>
    /// <param name="to">The period's end, or later.</param>
    /// <param name="ct">Ends the waiting, not the reading.</param>
    public async ValueTask<RollupPlan> PlanAsync(StatsQuery query, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var (site, period) = (query.Site, query.Period);
        if (to - from > Long && await FirstAsync(site, ct) is var begin && begin > from)
        {
            from = begin < to ? begin : to;
        }

        // The newest day that can be rolled up is the one before yesterday.
        var first = period.Zone.ToDay(from);
        var last = period.Zone.ToDay(time.GetUtcNow() < to ? time.GetUtcNow() : to);
        if (last.DayNumber - first.DayNumber < 1)
        {
            return RollupPlan.None;
        }

        var ledger = await LedgerAsync(site, period.Zone, first, last).WaitAsync(ct);
        return RollupPlan.Of(ledger, period, options.Value.MinEvents);
    }

    private async Task<RollupLedger> LedgerAsync(Site site, TimeZoneInfo zone, DateOnly first, DateOnly last)
    {
        var key = (site.SiteId, site.Timezone, first, last);
        if (known.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.Asked) < options.Value.MaxAge)
        {
            return await entry.Ledger.Value;
        }

        if (known.Count >= MaxEntries)
        {
            known.Clear();
        }

        // Of several that ask at once one reads. None of them ends the reading by leaving: the others wait for it.
        var mine = new Entry(time.GetTimestamp(), new(() => RollupLedger.ReadAsync(clickHouse, site, zone, first, last, CancellationToken.None)));
        entry = known.AddOrUpdate(key, mine, (_, other) => time.GetElapsedTime(other.Asked) < options.Value.MaxAge ? other : mine);
        try
        {
            return await entry.Ledger.Value;
        }
        catch
        {
            known.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    private async Task<DateTimeOffset> FirstAsync(Site site, CancellationToken ct) => DateTimeOffset.FromUnixTimeSeconds(await clickHouse.ScalarAsync<long>(
        "SELECT toUnixTimestamp(min(quarter)) FROM event_changes WHERE site_id = {site:UInt32}",
        new Dictionary<string, object?> { ["site"] = site.SiteId }, ct));

    private sealed record Entry(long Asked, Lazy<Task<RollupLedger>> Ledger);
}
