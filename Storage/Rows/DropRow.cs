namespace Analytics.Storage;

/// <summary>A row of <c>drops</c>: how many events were not stored, and why.</summary>
public sealed class DropRow : IRow
{
    /// <summary>0 where the site is unknown.</summary>
    public uint SiteId { get; set; }

    /// <summary>The hour's beginning.</summary>
    public DateTimeOffset Hour { get; set; }

    public string Reason { get; set; } = "";
    public string Contract { get; set; } = "";
    public ulong Count { get; set; }

    public static string Table => "drops";

    public static IReadOnlyList<string> Columns { get; } = ["site_id", "hour", "reason", "contract", "count"];

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.UInt32(SiteId);
        writer.UInt32((uint)Hour.ToUnixTimeSeconds());
        writer.String(Reason);
        writer.String(Contract);
        writer.UInt64(Count);
    }
}
