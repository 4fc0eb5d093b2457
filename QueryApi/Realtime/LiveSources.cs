using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Events;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Realtime;

/// <summary>
/// A site's new events. Events arrive out of order, so each answer is the newest of the last minutes, and what was not in the answer before
/// is new: what is once among the newest can only leave, and never comes back.
/// </summary>
internal sealed class EventSource(ClickHouse clickHouse, TimeProvider time, uint siteId) : ILiveSource<LiveEvent>
{
    /// <summary>More events in a second than anyone can read; of a busier site the newest are told.</summary>
    public const int Most = 500;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private HashSet<string> known = [];

    public async Task<IReadOnlyList<LiveItem<LiveEvent>>> NewAsync(CancellationToken ct)
    {
        var values = new Dictionary<string, object?> { ["site"] = siteId, ["from"] = time.GetUtcNow() - Window };
        var rows = await NewestEvents.ReadAsync<Row>(clickHouse, Columns, Condition, values, Most, 0, ct);
        rows.Reverse();
        var all = rows.Select(row => row.ToItem()).ToList();
        var before = known;
        known = [.. all.Select(item => item.Id)];
        return all.FindAll(item => !before.Contains(item.Id));
    }

    public (long Time, long Number)? OrderOf(string id) =>
        id.Split('-') is [var ms, var number] && long.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var unixMs)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var hash)
            ? (unixMs, hash)
            : null;

    private const string Condition = "event.site_id = {site:UInt32}"
        + " AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}";

    private const string Columns = $"""
        {NewestEvents.Id} AS id, event.timestamp AS time, event.name AS name, event.hostname AS hostname, event.path AS path,
        event.title AS title, event.country AS country, event.device AS device, event.visitor_id AS visitor_id
        """;

    private sealed record Row(
        long Id, DateTimeOffset Time, string Name, string Hostname, string Path, string Title, string Country, string Device, ulong VisitorId)
    {
        public LiveItem<LiveEvent> ToItem()
        {
            var ms = Time.ToUnixTimeMilliseconds();
            return new(
                string.Create(CultureInfo.InvariantCulture, $"{ms}-{Id}"), (ms, Id),
                new LiveEvent(Time, Name, Hostname, Path, Title, Country, Device, IdText.Hex(VisitorId)));
        }
    }
}

/// <summary>A site's numbers of right now, whenever they are not what they were.</summary>
internal sealed class NumberSource(RealtimeNumbers numbers, uint siteId) : ILiveSource<RealtimeResponse>
{
    private string last = "";

    public async Task<IReadOnlyList<LiveItem<RealtimeResponse>>> NewAsync(CancellationToken ct)
    {
        var answer = await numbers.ReadAsync(siteId, ct);
        var id = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answer)).AsSpan(0, 8));
        if (id == last)
        {
            return [];
        }

        last = id;
        return [new(id, default, answer)];
    }

    public (long Time, long Number)? OrderOf(string id) => null;
}
