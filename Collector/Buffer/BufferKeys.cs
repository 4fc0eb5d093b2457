using System.Globalization;
using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

/// <summary>
/// The keys of one shard of the buffer. All carry the same hash tag, so that a shard stays on one node of a Redis Cluster.
/// Every step on them is a single command on a single key that does no harm when it runs twice: nothing here relies on scripts or
/// transactions (docs/decisions/0005-buffer-exactly-once.md).
/// </summary>
internal static class BufferKeys
{
    /// <summary>Hash: entry id -> bytes.</summary>
    public static readonly RedisKey Entries = "buffer:{0}:entries";

    /// <summary>Sorted set: entry ids by time. An entry is in the buffer once its id is here.</summary>
    public static readonly RedisKey Index = "buffer:{0}:index";

    /// <summary>Hash: batch id -> the entries it may claim. A batch is unfinished while it is here.</summary>
    public static readonly RedisKey Batches = "buffer:{0}:batches";

    /// <summary>Hash: batch id -> what it holds, written once, before its first insert.</summary>
    public static readonly RedisKey Sealed = "buffer:{0}:sealed";

    /// <summary>Hash: batch, table -> rows that ClickHouse refused for good. Kept for the operator.</summary>
    public static readonly RedisKey Poison = "buffer:{0}:poison";

    /// <summary>String: which collector forms batches. Saves work; nothing depends on there being only one.</summary>
    public static readonly RedisKey Lease = "buffer:{0}:lease";

    /// <summary>How long a claim is remembered after the last entry of its bucket: far longer than any entry is sent again.</summary>
    public static readonly TimeSpan ClaimMemory = TimeSpan.FromHours(1);

    /// <summary>Hash: entry id -> the batch that claimed it. One key for each ten minutes of entries.</summary>
    public static RedisKey Claims(EntryId entry) =>
        "buffer:{0}:claims:" + (entry.UnixMs / 600_000).ToString(CultureInfo.InvariantCulture);

    /// <summary>Hash: request id -> when it came, and which copy of it counts. An id's bucket is the first byte of the id.</summary>
    public static RedisKey Requests(Guid requestId)
    {
        Span<byte> id = stackalloc byte[16];
        requestId.TryWriteBytes(id);
        return Requests(id[0]);
    }

    public static RedisKey Requests(byte bucket) => "buffer:{0}:seen:" + bucket.ToString("x2", CultureInfo.InvariantCulture);
}
