using System.Buffers;

namespace Analytics.Storage;

/// <summary>Reads and writes the table of sites. A write is a new version of the whole row, so that a repeated one does no harm.</summary>
public sealed class Sites(ClickHouse clickHouse)
{
    private static readonly string[] Columns =
    [
        "site_id", "key", "name", "domains", "timezone", "created",
        "ip_storage", "honour_gpc", "honour_dnt", "blocked_ips", "blocked_paths", "blocked_hosts",
        "deleted", "version",
    ];

    public Task<List<Site>> ListAsync(CancellationToken ct = default) => clickHouse.QueryAsync<Site>(
        """
        SELECT site_id, key, name, domains, timezone, created,
            ip_storage, honour_gpc, honour_dnt, blocked_ips, blocked_paths, blocked_hosts
        FROM sites FINAL
        WHERE deleted = 0
        ORDER BY key
        """,
        ct: ct);

    public Task SaveAsync(Site site, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(site, deleted: false, now, ct);

    public Task DeleteAsync(Site site, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(site, deleted: true, now, ct);

    private Task WriteAsync(Site site, bool deleted, DateTimeOffset now, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RowBinaryWriter(buffer);
        writer.UInt32(site.SiteId);
        writer.String(site.Key);
        writer.String(site.Name);
        writer.Strings(site.Domains);
        writer.String(site.Timezone);
        writer.DateTime64Ms(site.Created);
        writer.String(site.IpStorage);
        writer.UInt8(site.HonourGpc ? (byte)1 : (byte)0);
        writer.UInt8(site.HonourDnt ? (byte)1 : (byte)0);
        writer.Strings(site.BlockedIps);
        writer.Strings(site.BlockedPaths);
        writer.Strings(site.BlockedHosts);
        writer.UInt8(deleted ? (byte)1 : (byte)0);
        writer.UInt64((ulong)now.ToUnixTimeMilliseconds());
        return clickHouse.InsertAsync("sites", Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory), ct: ct);
    }
}
