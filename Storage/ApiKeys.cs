using System.Buffers;

namespace Analytics.Storage;

/// <summary>Reads and writes the table of keys. A write is a new version of the whole row.</summary>
public sealed class ApiKeys(ClickHouse clickHouse)
{
    private static readonly string[] Columns =
        ["id", "hash", "name", "scopes", "sites", "created", "expires", "requests_per_minute", "deleted", "version"];

    public async Task<KnownKeys> ReadAsync(CancellationToken ct = default) => new(await clickHouse.QueryAsync<ApiKey>(
        """
        SELECT id, hash, name, scopes, sites, created, expires, requests_per_minute
        FROM api_keys FINAL
        WHERE deleted = 0
        ORDER BY created, id
        """,
        ct: ct));

    /// <summary>When each key was last used, to the minute; those that never were are absent.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> LastUsedAsync(CancellationToken ct = default) =>
        (await clickHouse.QueryAsync<Use>("SELECT id, max(last_used) AS last_used FROM api_key_uses GROUP BY id", ct: ct))
            .ToDictionary(use => use.Id, use => use.LastUsed);

    public Task SaveAsync(ApiKey key, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(key, deleted: false, now, ct);

    /// <summary>From then on the key is not known; its name stays with what it did.</summary>
    public Task DeleteAsync(ApiKey key, DateTimeOffset now, CancellationToken ct = default) => WriteAsync(key, deleted: true, now, ct);

    internal Task SaveUsesAsync(IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> uses, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RowBinaryWriter(buffer);
        foreach (var (id, time) in uses)
        {
            writer.String(id);
            writer.UInt32((uint)time.ToUnixTimeSeconds());
        }

        return clickHouse.InsertAsync("api_key_uses", ["id", "last_used"], new ReadOnlyMemoryContent(buffer.WrittenMemory), ct: ct);
    }

    private Task WriteAsync(ApiKey key, bool deleted, DateTimeOffset now, CancellationToken ct)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RowBinaryWriter(buffer);
        writer.String(key.Id);
        writer.String(key.Hash);
        writer.String(key.Name);
        writer.Strings(key.Scopes);
        writer.Strings(key.Sites);
        writer.DateTime64Ms(key.Created);
        writer.DateTime64Ms(key.Expires);
        writer.UInt32(key.RequestsPerMinute);
        writer.UInt8(deleted ? (byte)1 : (byte)0);
        writer.UInt64((ulong)now.ToUnixTimeMilliseconds());
        return clickHouse.InsertAsync("api_keys", Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory), ct: ct);
    }

    private sealed record Use(string Id, DateTimeOffset LastUsed);
}

/// <summary>The keys of one moment, ready to recognise one.</summary>
public sealed class KnownKeys
{
    private readonly Dictionary<string, ApiKey> byId;

    public KnownKeys(IReadOnlyList<ApiKey> all)
    {
        All = all;
        byId = all.ToDictionary(key => key.Id);
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ApiKey> All { get; }

    public ApiKey? ById(string id) => byId.GetValueOrDefault(id);

    /// <summary>The key that this text is, unless it has expired.</summary>
    public ApiKey? Find(string text, DateTimeOffset now) =>
        ApiKeyText.IdOf(text) is { } id && ById(id) is { } key && ApiKeyText.Matches(text, key.Hash) && !key.IsExpired(now) ? key : null;
}
