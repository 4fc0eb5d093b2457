using Analytics.Storage;

namespace Analytics.Collector.Buffer;

/// <summary>The tables that rows in the buffer go to. The numbers are on the wire: never reuse one.</summary>
internal enum BufferTable : byte
{
    Events = 1,
    Pointers = 2,
    Replay = 3,
    Drops = 4,
}

/// <summary>
/// What a table's rows look like, by schema version, because entries written before an upgrade are inserted after it. A change of a
/// row's columns adds a version here and keeps the old list.
/// </summary>
internal static class BufferSchema
{
    public const byte Current = 1;

    public static bool TryGet(BufferTable table, byte version, out string name, out IReadOnlyList<string> columns)
    {
        (name, columns) = (table, version) switch
        {
            (BufferTable.Events, 1) => (EventRow.Table, EventRow.Columns),
            (BufferTable.Pointers, 1) => (PointerRow.Table, PointerRow.Columns),
            (BufferTable.Replay, 1) => (ReplayRow.Table, ReplayRow.Columns),
            (BufferTable.Drops, 1) => (DropRow.Table, DropRow.Columns),
            _ => ("", []),
        };
        return columns.Count > 0;
    }
}
