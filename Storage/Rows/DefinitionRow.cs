namespace Analytics.Storage;

/// <summary>A row of <c>definitions</c>: the whole state of a goal, a funnel or a cohort.</summary>
/// <param name="Definition">JSON.</param>
public sealed record DefinitionRow(
    uint SiteId, string Kind, string Id, string Definition, DateTimeOffset Created, bool Deleted, DateTimeOffset Changed) : IRow
{
    public static string Table => "definitions";

    public static IReadOnlyList<string> Columns { get; } = ["site_id", "kind", "id", "definition", "created", "deleted", "version"];

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.UInt32(SiteId);
        writer.String(Kind);
        writer.String(Id);
        writer.String(Definition);
        writer.DateTime64Ms(Created);
        writer.UInt8(Deleted ? (byte)1 : (byte)0);
        writer.UInt64((ulong)Changed.ToUnixTimeMilliseconds());
    }
}
