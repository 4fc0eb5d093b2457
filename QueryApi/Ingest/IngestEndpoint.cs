using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Compatibility;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Ingest;

/// <summary>Whether events arrive, how late, and what is turned away: the store's word beside the collectors'.</summary>
internal static class IngestEndpoint
{
    private const int Minutes = 60;

    public static void AddIngestReport(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(nameof(CollectorReports));
        builder.Services.AddSingleton<CollectorReports>();
    }

    public static void MapIngestReport(this IEndpointRouteBuilder app) => app
        .MapGet("/api/admin/ingest", Handle)
        .RequireAuthorization(Scopes.Admin)
        .RefuseBadQueries()
        .WithTags("Sites")
        .WithSummary("How the taking in of events goes")
        .WithDescription("Events by minute and site and the newest of each are read from the store; what waits in the buffer, and what was "
            + "refused, the collectors say. Of all sites that the key sees, or that of site=. Events that belong to no known site are among what was dropped "
            + "unless site= says otherwise, for a key that sees all sites.");

    private static async Task<Ok<IngestResponse>> Handle(
        SitesQuery query, HttpContext context, ClickHouse clickHouse, CollectorReports collectors, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var running = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        var first = running.AddMinutes(1 - Minutes);
        var values = query.Values;
        values["from"] = first;
        values["drops_from"] = now.AddHours(-24);
        values["newest_from"] = DateOnly.FromDateTime(now.UtcDateTime.AddDays(-30));
        var seesStrangers = context.User.HasClaim(KeyClaims.Site, ApiKey.AllSites) && !context.Request.Query.ContainsKey("site");
        values["strangers"] = seesStrangers ? new uint[] { 0 } : [];

        var health = collectors.AskAsync(ct);
        var counts = clickHouse.QueryAsync<MinuteRow>(MinutesSql, values, ct);
        var drops = clickHouse.QueryAsync<IngestDrop>(DropsSql, values, ct);
        var newest = (await clickHouse.QueryAsync<NewestRow>(NewestSql, values, ct)).ToDictionary(row => row.SiteId, row => row.Newest);
        var rows = await counts;
        var byMinute = rows.ToLookup(row => row.Minute, row => row.Events);
        var bySite = rows.ToLookup(row => row.SiteId, row => row.Events);
        DateTimeOffset? latest = newest.Count > 0 ? newest.Values.Max() : null;
        return TypedResults.Ok(new IngestResponse(
            now, rows.Sum(row => row.Events), latest, (now - latest)?.TotalSeconds,
            [.. Enumerable.Range(0, Minutes).Select(i => first.AddMinutes(i))
                .Select(minute => new IngestMinute(minute, byMinute[minute.ToUnixTimeSeconds()].Sum()))],
            await drops,
            [.. query.Sites.Select(site => new IngestSite(
                site.Key, bySite[site.SiteId].Sum(), newest.TryGetValue(site.SiteId, out var last) ? last : null))],
            await health));
    }

    private const string MinutesSql = """
        SELECT event.site_id AS site_id, toUnixTimestamp(toStartOfMinute(event.timestamp)) AS minute, count() AS events
        FROM events AS event
        WHERE event.site_id IN {sites:Array(UInt32)}
            AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}
        GROUP BY site_id, minute
        """;

    // The sessions tell the newest event of each site without reading an event.
    private const string NewestSql = """
        SELECT s.site_id AS site_id, max(s.end) AS newest
        FROM sessions AS s
        WHERE s.site_id IN {sites:Array(UInt32)} AND s.day >= {newest_from:Date}
        GROUP BY site_id
        """;

    private const string DropsSql = """
        SELECT d.reason AS reason, sum(d.count) AS count
        FROM drops AS d
        WHERE (d.site_id IN {sites:Array(UInt32)} OR d.site_id IN {strangers:Array(UInt32)}) AND d.hour >= {drops_from:DateTime64(3, 'UTC')}
        GROUP BY reason
        ORDER BY count DESC, reason
        """;

    private sealed record MinuteRow(uint SiteId, long Minute, long Events);

    private sealed record NewestRow(uint SiteId, DateTimeOffset Newest);
}
