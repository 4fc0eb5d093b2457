using System.Globalization;
using Analytics.Storage;

namespace Analytics.QueryApi.Rollups;

/// <summary>
/// What is known of the days of a site: how often each was written to, and which rollups there are. A rollup counts only while both agree.
/// </summary>
internal sealed class RollupLedger
{
    private readonly Dictionary<long, ulong> changes;
    private readonly Dictionary<(string Grain, DateOnly Day), RolledRow> rolled;
    private readonly string timezone;

    private RollupLedger(string timezone, List<LocalDay> days, Dictionary<long, ulong> changes, Dictionary<(string, DateOnly), RolledRow> rolled)
    {
        this.timezone = timezone;
        this.changes = changes;
        this.rolled = rolled;
        Days = days;
    }

    /// <summary>The days asked for, and one more on each side, whose rollups are not known.</summary>
    public IReadOnlyList<LocalDay> Days { get; }

    /// <param name="site">Its time zone says where its days begin.</param>
    public static async Task<RollupLedger> ReadAsync(
        ClickHouse clickHouse, Site site, TimeZoneInfo zone, DateOnly first, DateOnly last, CancellationToken ct)
    {
        var days = LocalDay.Between(first.AddDays(-2), last.AddDays(2), zone);
        days = days[Math.Max(0, days.FindIndex(day => day.Date >= first) - 1)..Math.Min(days.Count, days.FindLastIndex(day => day.Date <= last) + 2)];
        var values = new Dictionary<string, object?>
        {
            ["site"] = site.SiteId,
            ["starts"] = days.Select(day => day.Start.ToUnixTimeSeconds()).ToArray(),
            ["from"] = days[0].Start,
            ["to"] = days[^1].End,
            ["first"] = first.AddDays(1 - first.Day), // a month's row stands on its first day
            ["last"] = last,
        };
        var changes = clickHouse.QueryAsync<ChangesRow>(ChangesSql, values, ct);
        var rolled = await clickHouse.QueryAsync<RolledRow>(RolledSql, values, ct);
        return new RollupLedger(
            site.Timezone, days, (await changes).ToDictionary(row => row.Start, row => row.Changes), rolled.ToDictionary(row => (row.Grain, row.Day)));
    }

    private const string ChangesSql = """
        SELECT roundDown(toUnixTimestamp(quarter), {starts:Array(UInt32)}) AS start, sum(changes) AS changes
        FROM event_changes
        WHERE site_id = {site:UInt32} AND quarter >= {from:DateTime64(3, 'UTC')} AND quarter < {to:DateTime64(3, 'UTC')}
        GROUP BY start
        """;

    private const string RolledSql = """
        SELECT toString(grain) AS grain, day, timezone, changes_before, changes, changes_after, days, scheme, version
        FROM rolled FINAL
        WHERE site_id = {site:UInt32} AND day >= {first:Date} AND day <= {last:Date}
        """;

    public ulong Changes(int index) => changes.GetValueOrDefault(Days[index].Start.ToUnixTimeSeconds());

    /// <summary>What a rollup of that day rests on: itself, the day before and the day after.</summary>
    public (ulong Before, ulong Of, ulong After) Basis(int index) => (Changes(index - 1), Changes(index), Changes(index + 1));

    /// <summary>The version of the day's rollup; 0 where nothing happened on it; null where it has to be read raw.</summary>
    public ulong? Version(int index) =>
        Changes(index) == 0 ? 0
        : rolled.TryGetValue((RolledRow.OfDay, Days[index].Date), out var row)
            && (row.ChangesBefore, row.Changes, row.ChangesAfter) == Basis(index) && IsOurs(row) ? row.Version
        : null;

    /// <summary>The version of a month's rollup, when it was made of just these versions of its days.</summary>
    public ulong? MonthVersion(DateOnly month, IEnumerable<ulong> days) =>
        rolled.TryGetValue((RolledRow.OfMonth, month), out var row) && row.Days == Hash(days) && IsOurs(row) ? row.Version : null;

    /// <summary>The version of a span's newest rollup, whether it counts or not; 0 where there is none.</summary>
    public ulong Newest(bool isMonth, DateOnly day) =>
        rolled.TryGetValue((isMonth ? RolledRow.OfMonth : RolledRow.OfDay, day), out var row) ? row.Version : 0;

    public static ulong Hash(IEnumerable<ulong> versions) =>
        Identifier.Of(string.Join(',', versions.Select(version => version.ToString(CultureInfo.InvariantCulture))));

    private bool IsOurs(RolledRow row) => row.Timezone == timezone && row.Scheme == RollSql.Scheme;

    private sealed record ChangesRow(long Start, ulong Changes);

    private sealed record RolledRow(
        string Grain, DateOnly Day, string Timezone, ulong ChangesBefore, ulong Changes, ulong ChangesAfter, ulong Days, ulong Scheme, ulong Version)
    {
        public const string OfDay = "day";
        public const string OfMonth = "month";
    }
}
