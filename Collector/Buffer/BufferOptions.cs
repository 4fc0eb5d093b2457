using System.ComponentModel.DataAnnotations;

namespace Analytics.Collector.Buffer;

/// <summary>How much the buffer in Redis takes, and how long a request waits for it.</summary>
internal sealed class BufferOptions
{
    /// <summary>
    /// Bytes that may wait for ClickHouse; past it requests are answered 503. Garnet needs one and a half times as much memory for them: with
    /// the default some 450 MB in all.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>Bytes of requests joined into one entry. A larger request is an entry of its own.</summary>
    [Range(1 << 10, 1 << 24)]
    public int EntryBytes { get; set; } = 64 << 10;

    /// <summary>Entries on their way to Redis at the same time.</summary>
    [Range(1, 64)]
    public int Lanes { get; set; } = 2;

    /// <summary>
    /// Least time between two entries of a lane. Under load more requests share one entry, and the processors do less of changing between
    /// tasks; a request that comes alone does not wait.
    /// </summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a request waits for a Redis that is away before it is answered 503, nothing having been sent.</summary>
    public TimeSpan ConnectPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an entry whose fate is unknown is sent again before its requests are answered 503.</summary>
    public TimeSpan RetryPatience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>One attempt.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long request ids are remembered: trackers send a request again for 23 hours.</summary>
    public TimeSpan RequestMemory { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Request ids that are remembered at most, some 150 bytes of Redis each. With more in a day the oldest are forgotten sooner, and what a
    /// browser sends again after that counts twice; the log says so.
    /// </summary>
    [Range(1_000, 1_000_000_000)]
    public int RequestIds { get; set; } = 1_000_000;
}
