namespace Analytics.Storage;

/// <summary>A row of <c>replay</c>: one chunk of a session recording.</summary>
public sealed class ReplayRow : IRow
{
    public uint SiteId { get; set; }
    public ulong SessionId { get; set; }
    public ulong VisitorId { get; set; }
    public uint Seq { get; set; }
    public DateTimeOffset Timestamp { get; set; }

    /// <summary>How many rrweb events <see cref="Chunk"/> holds.</summary>
    public uint Events { get; set; }

    /// <summary>A JSON array of rrweb events, UTF-8.</summary>
    public ReadOnlyMemory<byte> Chunk { get; set; }

    public static string Table => "replay";

    public static IReadOnlyList<string> Columns { get; } =
        ["site_id", "session_id", "visitor_id", "seq", "timestamp", "events", "chunk"];

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.UInt32(SiteId);
        writer.UInt64(SessionId);
        writer.UInt64(VisitorId);
        writer.UInt32(Seq);
        writer.DateTime64Ms(Timestamp);
        writer.UInt32(Events);
        writer.Bytes(Chunk.Span);
    }
}
