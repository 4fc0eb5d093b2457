using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Bots;

/// <summary>What was not counted, so that nobody has to believe that the filter is right.</summary>
internal static class BotsEndpoint
{
    public static void MapBots(this IEndpointRouteBuilder stats) => stats
        .MapGet("/bots", Handle)
        .WithSummary("Events that came in and are not stored: robots, objections, what the owner blocks")
        .WithDescription("By reason, by contract and over time. Kept by hours of UTC: those that begin in the period are counted. Of events that are "
            + "dropped nothing is stored, so there are no filters.");

    private static async Task<Ok<BotsResponse>> Handle(SitePeriod range, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>
        {
            ["site"] = range.Site.SiteId,
            ["from"] = range.Period.From,
            ["to"] = range.Period.To,
        };
        var stored = clickHouse.ScalarAsync<long>($"SELECT {Metric.Events} FROM events AS event WHERE {EventRows.InPeriod}", values, ct);
        var groups = await clickHouse.QueryAsync<GroupRow>(
            $"SELECT d.reason AS reason, d.contract AS contract, sum(d.count) AS count, min(d.hour) AS first FROM {Drops} GROUP BY reason, contract",
            values, ct);
        var buckets = PeriodBuckets.Of(range.Period, groups.Count == 0 ? null : groups.Min(row => row.First), Interval.Hour);
        buckets.AddTo(values);
        var points = await clickHouse.QueryAsync<PointRow>(
            $"SELECT {PeriodBuckets.Sql("d.hour")} AS bucket, d.reason AS reason, sum(d.count) AS count FROM {Drops} GROUP BY bucket, reason",
            values, ct);
        var dropped = groups.Sum(row => row.Count);
        return TypedResults.Ok(new BotsResponse(
            dropped, await stored, Counts(groups, row => row.Reason, dropped), Counts(groups, row => row.Contract, dropped), buckets.Interval,
            buckets.Points(points, row => row.Bucket, (time, rows) => new DropPoint(
                time, rows.Sum(row => row.Count),
                new SortedDictionary<string, long>(rows.ToDictionary(row => row.Reason, row => row.Count), StringComparer.Ordinal)))));
    }

    private static List<DropCount> Counts(IEnumerable<GroupRow> groups, Func<GroupRow, string> by, long dropped) =>
    [
        .. groups.GroupBy(by, row => row.Count)
            .Select(group => new DropCount(group.Key, group.Sum(), (double)group.Sum() / dropped))
            .OrderByDescending(count => count.Count).ThenBy(count => count.Name, StringComparer.Ordinal),
    ];

    private const string Drops = """
        drops AS d
        WHERE d.site_id = {site:UInt32} AND d.hour >= {from:DateTime64(3, 'UTC')} AND d.hour < {to:DateTime64(3, 'UTC')}
        """;

    private sealed record GroupRow(string Reason, string Contract, long Count, DateTimeOffset First);

    private sealed record PointRow(long Bucket, string Reason, long Count);
}
