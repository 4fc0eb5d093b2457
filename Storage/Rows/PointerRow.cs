namespace Analytics.Storage;

/// <summary>A row of <c>pointers</c>: the sampled positions of one kind in one request.</summary>
public sealed class PointerRow : IRow
{
    public uint SiteId { get; set; }
    public DateTimeOffset Timestamp { get; set; }
    public ulong VisitorId { get; set; }
    public ulong SessionId { get; set; }
    public string Hostname { get; set; } = "";
    public string Path { get; set; } = "";
    public string Device { get; set; } = "";
    public ushort ViewportWidth { get; set; }
    public ushort ViewportHeight { get; set; }
    public ushort DocumentWidth { get; set; }
    public uint DocumentHeight { get; set; }

    /// <summary>move, scroll or touch.</summary>
    public string Kind { get; set; } = "";

    public IReadOnlyList<Point> Points { get; set; } = [];

    /// <summary>A position in document pixels, <paramref name="Ms"/> milliseconds after the row's timestamp.</summary>
    public readonly record struct Point(ushort X, uint Y, uint Ms);

    public static string Table => "pointers";

    public static IReadOnlyList<string> Columns { get; } =
    [
        "site_id", "timestamp", "visitor_id", "session_id", "hostname", "path", "device",
        "viewport_width", "viewport_height", "document_width", "document_height",
        "kind", "points.x", "points.y", "points.ms",
    ];

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.UInt32(SiteId);
        writer.DateTime64Ms(Timestamp);
        writer.UInt64(VisitorId);
        writer.UInt64(SessionId);
        writer.String(Hostname);
        writer.String(Path);
        writer.String(Device);
        writer.UInt16(ViewportWidth);
        writer.UInt16(ViewportHeight);
        writer.UInt16(DocumentWidth);
        writer.UInt32(DocumentHeight);
        writer.String(Kind);

        writer.VarUInt((ulong)Points.Count);
        foreach (var point in Points)
        {
            writer.UInt16(point.X);
        }

        writer.VarUInt((ulong)Points.Count);
        foreach (var point in Points)
        {
            writer.UInt32(point.Y);
        }

        writer.VarUInt((ulong)Points.Count);
        foreach (var point in Points)
        {
            writer.UInt32(point.Ms);
        }
    }
}
