using System.Buffers;

namespace Analytics.Storage;

/// <summary>Reads and writes the table of sites. A write is a new version of the whole row, so that a repeated one does no harm.</summary>
public sealed class Sites(ClickHouse clickHouse)
{
    private static readonly string[] Columns = ["site_id", "key", "name", "domains", "timezone", "created", "deleted", "version"];

    public Task<List<Site>> ListAsync(CancellationToken ct = default) => clickHouse.QueryAsync<Site>(
        "SELECT site_id, key, name, domains, timezone, created FROM sites FINAL WHERE deleted = 0 ORDER BY key", ct: ct);

    public Task SaveAsync(Site site, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(site, deleted: false, now, ct);

    public Task DeleteAsync(Site site, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(site, deleted: true, now, ct);

    private Task WriteAsync(Site site, bool deleted, DateTimeOffset now, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RowBinaryWriter(buffer);
        writer.UInt32(site.SiteId);
        writer.String(site.Key);
        writer.String(site.Name);
        writer.VarUInt((ulong)site.Domains.Count);
        foreach (var domain in site.Domains)
        {
            writer.String(domain);
        }

        writer.String(site.Timezone);
        writer.DateTime64Ms(site.Created);
        writer.UInt8(deleted ? (byte)1 : (byte)0);
        writer.UInt64((ulong)now.ToUnixTimeMilliseconds());
        return clickHouse.InsertAsync("sites", Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory), ct: ct);
    }
}
