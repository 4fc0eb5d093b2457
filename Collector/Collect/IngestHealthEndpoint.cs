using Analytics.Collector.Buffer;
using Analytics.Collector.Writer;
using Analytics.Storage;

namespace Analytics.Collector.Collect;

/// <summary>
/// <c>GET /api/ingest/health</c>: what this collector took and dropped, by site, and how it goes with the buffer, which all collectors
/// share, and with its own writing. Since its start: the numbers of all time are in the store. A key is shown the sites that it sees.
/// </summary>
internal static class IngestHealthEndpoint
{
    public static void MapIngestHealth(this WebApplication app) => app.MapGet("/api/ingest/health", Handle);

    private static IResult Handle(
        HttpContext context, KeyDirectory keys, IngestLedger ledger, SiteDirectory sites, EventWriter writer,
        RedisDurability redis)
    {
        if (keys.Find(context.Request.Headers) is not { } key)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem(detail: "A valid API key is needed.", statusCode: StatusCodes.Status401Unauthorized);
        }

        if (!key.May(ApiKey.QueryScope))
        {
            return TypedResults.Problem(
                detail: $"An API key with the scope '{ApiKey.QueryScope}' is needed.", statusCode: StatusCodes.Status403Forbidden);
        }

        context.Response.Headers.CacheControl = "no-store";
        var buffer = ledger.Buffer;
        var counts = ledger.Sites
            .Select(site => new SiteReport(sites.KeyOf(site.Site), site.Accepted, site.Dropped.Values.Sum(), site.Dropped))
            .Where(site => key.SeesAll || (site.Site is not null && key.Sees(site.Site)))
            .OrderBy(site => site.Site, StringComparer.Ordinal)
            .ToList();
        return TypedResults.Ok(new Report(
            ledger.Since, counts.Sum(site => site.Accepted), counts.Sum(site => site.Dropped), ledger.RefusedEvents, ledger.TurnedAwayRequests,
            new(buffer.Entries, buffer.Rows, buffer.Bytes, Math.Round(buffer.OldestSeconds, 3), redis.IsDurable), ledger.Writer, writer.IsLeading, writer.SetAside,
            counts));
    }

    /// <param name="TurnedAway">Requests answered 503.</param>
    /// <param name="IsWriter">Of several collectors one writes at a time.</param>
    /// <param name="SetAside">Inserts that ClickHouse refused for good.</param>
    private sealed record Report(
        DateTimeOffset Since, long Accepted, long Dropped, long Refused, long TurnedAway, BufferReport Buffer, IngestLedger.WriterState Writer,
        bool IsWriter, long SetAside, IReadOnlyList<SiteReport> Sites);

    /// <param name="LagSeconds">Age of the oldest entry: how far the store is behind.</param>
    /// <param name="Durable">Whether accepted events outlive Redis's process; null: it does not say.</param>
    private sealed record BufferReport(long Entries, long Rows, long Bytes, double LagSeconds, bool? Durable);

    /// <param name="Site">Null for what belongs to no known site.</param>
    private sealed record SiteReport(string? Site, long Accepted, long Dropped, IReadOnlyDictionary<string, long> DroppedBy);
}
