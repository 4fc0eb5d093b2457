using System.Security.Cryptography;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Rollups;

/// <summary>
/// Rolls up the days of each site that are closed: the day after has ended too, so that no session which began on it goes on. Each day:
/// (1) how often it was written to, (2) its rows under a new version, (3) the row that names version and (1). Whatever ends the process in between,
/// or whoever does the same at that moment: rows that no row names do not count, and are deleted later.
/// </summary>
internal sealed partial class Roller(
    [FromKeyedServices(StatsGroup.Writable)] ClickHouse store, SiteRegistry sites, IOptions<RollupOptions> options, TimeProvider time,
    ILogger<Roller> logger) : BackgroundService
{
    /// <summary>Days of one site before it is the next one's turn.</summary>
    private const int DaysAtOnce = 60;

    /// <summary>Rows under a version that nothing names are somebody's who is still at it, until they are this old.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(2);

    // One core of reports' time at most, and no more memory than a report.
    private readonly ClickHouse clickHouse = store.WithSettings(
    [
        new("max_threads", "1"), new("max_insert_threads", "1"), new("async_insert", "0"), new("wait_end_of_query", "1"),
        new("max_bytes_before_external_group_by", "500000000"),
    ]);

    private readonly Dictionary<uint, Seen> seen = [];

    /// <summary>Rolls up what is closed, newest first, and gives how many days that were.</summary>
    /// <param name="isSettled">Whether a day has not been written to lately: an insert reaches the tables one after another.</param>
    public async Task<int> RollAsync(Site site, CancellationToken ct, int most = int.MaxValue, Func<LocalDay, ulong, bool>? isSettled = null)
    {
        var zone = SiteRules.FindZone(site.Timezone) ?? TimeZoneInfo.Utc;
        if (await SpanAsync(site, ct) is not { } span)
        {
            return 0;
        }

        var last = zone.ToDay(time.GetUtcNow()).AddDays(-2);
        var first = zone.ToDay(DateTimeOffset.FromUnixTimeSeconds(span.First));
        if (first > last)
        {
            return 0;
        }

        var ledger = await RollupLedger.ReadAsync(clickHouse, site, zone, first, last, ct);
        var (versions, events) = (new Dictionary<DateOnly, ulong>(), new Dictionary<DateOnly, ulong>());
        var rolled = 0;
        for (var i = ledger.Days.Count - 2; i > 0; i--)
        {
            events[ledger.Days[i].Date] = ledger.Changes(i);
            if (ledger.Version(i) is { } known)
            {
                versions[ledger.Days[i].Date] = known;
            }
            else if (rolled < most && AreSettled(i))
            {
                versions[ledger.Days[i].Date] = await RollDayAsync(site, zone, ledger, i, ct);
                rolled++;
            }
        }

        foreach (var month in versions.Where(day => day.Value > 0).GroupBy(day => new DateOnly(day.Key.Year, day.Key.Month, 1)))
        {
            var days = month.OrderBy(day => day.Key).Select(day => day.Value).ToList();
            var whole = LocalDay.Between(month.Key, month.Key.AddMonths(1).AddDays(-1), zone);
            if (whole.All(day => versions.ContainsKey(day.Date))
                && whole.Sum(day => (long)events[day.Date]) >= options.Value.MonthMinEvents
                && ledger.MonthVersion(month.Key, days) is null)
            {
                await RollMonthAsync(site, month.Key, whole[0].Start, days, ledger.Newest(isMonth: true, month.Key), ct);
            }
        }

        return rolled;

        // All three are asked: a look remembers what it saw.
        bool AreSettled(int index) => isSettled is null
            || !Enumerable.Range(index - 1, 3).Select(day => isSettled(ledger.Days[day], ledger.Changes(day))).ToList().Contains(false);
    }

    /// <summary>Deletes the rows that no row of <c>rolled</c> names, once they are old enough to be nobody's.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        var values = new Dictionary<string, object?> { ["old"] = VersionOf(time.GetUtcNow() - Abandoned) };
        foreach (var table in (string[])["rollup_totals", "rollups"])
        {
            var orphans = await clickHouse.QueryAsync<Orphan>(
                $$"""
                SELECT DISTINCT site_id, version FROM {{table}}
                WHERE version < {old:UInt64} AND (site_id, version) NOT IN (SELECT site_id, version FROM rolled FINAL)
                LIMIT 1000
                """,
                values, ct);
            if (orphans.Count > 0)
            {
                await clickHouse.ExecuteAsync(
                    $"DELETE FROM {table} WHERE site_id IN ({string.Join(", ", orphans.Select(orphan => orphan.SiteId).Distinct())})"
                    + $" AND version IN ({string.Join(", ", orphans.Select(orphan => orphan.Version).Distinct())})",
                    ct: ct);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Roll)
        {
            return;
        }

        var swept = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.Interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                while (await RollAllAsync(stoppingToken))
                {
                }

                if (time.GetElapsedTime(swept) > Abandoned)
                {
                    swept = time.GetTimestamp();
                    await SweepAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is ClickHouseException or HttpRequestException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
            {
                Log.NotRolled(logger, e);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Whether there is more to do at once.</summary>
    private async Task<bool> RollAllAsync(CancellationToken ct)
    {
        var sums = (await clickHouse.QueryAsync<Sum>(
            "SELECT site_id, sum(changes) AS changes FROM event_changes GROUP BY site_id HAVING changes >= {least:UInt64}",
            new Dictionary<string, object?> { ["least"] = options.Value.MinEvents }, ct)).ToDictionary(row => row.SiteId, row => row.Changes);
        var more = false;
        foreach (var site in await sites.ListAsync(ct))
        {
            if (!sums.TryGetValue(site.SiteId, out var sum))
            {
                continue;
            }

            var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
            var before = seen.GetValueOrDefault(site.SiteId);
            if (before is { IsDone: true } && before.Sum == sum && before.Timezone == site.Timezone && before.Hour == time.GetUtcNow().Hour)
            {
                continue;
            }

            // A day counts as settled when the look before this one saw the same; so the first look at a site only looks.
            var changes = new Dictionary<DateTimeOffset, ulong>();
            var waiting = false;
            var rolled = await RollAsync(site, ct, DaysAtOnce, (day, count) =>
            {
                changes[day.Start] = count;
                var isSettled = before is not null && before.Changes.TryGetValue(day.Start, out var known) && known == count;
                waiting |= !isSettled;
                return isSettled;
            });
            if (rolled > 0)
            {
                Log.Rolled(logger, rolled, site.Key);
            }

            more |= rolled == DaysAtOnce;
            foreach (var (day, count) in before?.Changes ?? [])
            {
                changes.TryAdd(day, count);
            }

            seen[site.SiteId] = new Seen(sum, site.Timezone, time.GetUtcNow().Hour, !waiting && rolled < DaysAtOnce, changes);
        }

        return more;
    }

    private async Task<ulong> RollDayAsync(Site site, TimeZoneInfo zone, RollupLedger ledger, int index, CancellationToken ct)
    {
        var day = ledger.Days[index];
        var version = NewerThan(ledger.Newest(isMonth: false, day.Date));
        var values = new Dictionary<string, object?>
        {
            ["site"] = site.SiteId,
            ["day"] = day.Date,
            ["from"] = day.Start,
            ["to"] = day.End,
            ["start"] = day.Start.ToUnixTimeSeconds(),
            ["hours"] = Buckets.Starts(Interval.Hour, day.Start, day.End, zone).Select(hour => hour.ToUnixTimeSeconds()).ToArray(),
            ["version"] = version,
        };
        foreach (var statement in RollSql.OfDay)
        {
            await clickHouse.ExecuteAsync(statement, values, ct);
        }

        var (before, of, after) = ledger.Basis(index);
        await NameAsync(site, "day", day.Date, version, [before, of, after], 0, ct);
        return version;
    }

    private async Task RollMonthAsync(
        Site site, DateOnly month, DateTimeOffset start, IReadOnlyList<ulong> days, ulong newest, CancellationToken ct)
    {
        var version = NewerThan(newest);
        var values = new Dictionary<string, object?>
        {
            ["site"] = site.SiteId,
            ["day"] = month,
            ["start"] = start.ToUnixTimeSeconds(),
            ["version"] = version,
            ["versions"] = days,
        };
        foreach (var statement in RollSql.OfMonth)
        {
            await clickHouse.ExecuteAsync(statement, values, ct);
        }

        await NameAsync(site, "month", month, version, [0, 0, 0], RollupLedger.Hash(days), ct);
    }

    private Task NameAsync(Site site, string grain, DateOnly day, ulong version, ulong[] changes, ulong days, CancellationToken ct) =>
        clickHouse.ExecuteAsync(
            """
            INSERT INTO rolled (site_id, grain, day, timezone, changes_before, changes, changes_after, days, scheme, version)
            SELECT {site:UInt32}, {grain:String}, {day:Date}, {timezone:String}, {before:UInt64}, {of:UInt64}, {after:UInt64}, {days:UInt64},
                {scheme:UInt64}, {version:UInt64}
            """,
            new Dictionary<string, object?>
            {
                ["site"] = site.SiteId,
                ["grain"] = grain,
                ["day"] = day,
                ["timezone"] = site.Timezone,
                ["before"] = changes[0],
                ["of"] = changes[1],
                ["after"] = changes[2],
                ["days"] = days,
                ["scheme"] = RollSql.Scheme,
                ["version"] = version,
            },
            ct);

    private async Task<FirstRow?> SpanAsync(Site site, CancellationToken ct) => (await clickHouse.QueryAsync<FirstRow>(
        "SELECT toUnixTimestamp(min(quarter)) AS first FROM event_changes WHERE site_id = {site:UInt32} HAVING count() > 0",
        new Dictionary<string, object?> { ["site"] = site.SiteId }, ct)).FirstOrDefault();

    /// <summary>
    /// Newer than what is there, also where the clock of whoever made that is ahead. Two that roll the same day at the same moment stay apart.
    /// </summary>
    private ulong NewerThan(ulong newest) =>
        Math.Max(VersionOf(time.GetUtcNow()), newest) + (ulong)RandomNumberGenerator.GetInt32(1, 1 << 22);

    /// <summary>Milliseconds, with room for 22 random bits.</summary>
    private static ulong VersionOf(DateTimeOffset now) => (ulong)now.ToUnixTimeMilliseconds() << 22;

    private sealed record Sum(uint SiteId, ulong Changes);

    private sealed record FirstRow(long First);

    private sealed record Orphan(uint SiteId, ulong Version);

    /// <param name="IsDone">Whether nothing was left to do.</param>
    private sealed record Seen(ulong Sum, string Timezone, int Hour, bool IsDone, Dictionary<DateTimeOffset, ulong> Changes);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Rolled up {Days} days of {Site}")]
        public static partial void Rolled(ILogger logger, int days, string site);

        [LoggerMessage(LogLevel.Warning, "Rolling up waits: the store did not do it")]
        public static partial void NotRolled(ILogger logger, Exception exception);
    }
}

internal static class RollupRegistration
{
    public static void AddRollups(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RollupOptions>().BindConfiguration(RollupOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RollupPlanner>();
        builder.Services.AddSingleton<Roller>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Roller>());
    }
}
