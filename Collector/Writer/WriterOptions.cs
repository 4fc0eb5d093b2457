using System.ComponentModel.DataAnnotations;

namespace Analytics.Collector.Writer;

/// <summary>How rows go from the buffer into ClickHouse.</summary>
internal sealed class WriterOptions
{
    /// <summary>Rows of one table in a batch. ClickHouse knows a repeated batch again only while it is one block.</summary>
    [Range(1, 50_000)]
    public int MaxRows { get; set; } = 50_000;

    /// <summary>Bytes of a batch; a larger entry is a batch of its own.</summary>
    [Range(1 << 10, 1 << 28)]
    public long MaxBytes { get; set; } = 16 << 20;

    /// <summary>Batches on their way at the same time: ClickHouse works on one insert with one processor.</summary>
    [Range(1, 16)]
    public int Parallel { get; set; } = 2;

    /// <summary>How long a batch that is not full waits for more. Freshness is this and the time of an insert.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the buffer is asked for new entries.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(100);
}
