namespace Analytics.Collector.Buffer;

/// <summary>What is inserted under one deduplication token: rows of one table and one schema version, in pieces as they were pushed.</summary>
internal sealed class BatchInsert(BufferTable table, byte schema)
{
    private readonly List<ReadOnlyMemory<byte>> pieces = [];

    public BufferTable Table { get; } = table;

    public byte Schema { get; } = schema;

    public int Rows { get; private set; }

    public long Bytes { get; private set; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces => pieces;

    public void Add(BufferEntry.Section section)
    {
        pieces.Add(section.Bytes);
        Rows += section.Rows;
        Bytes += section.Bytes.Length;
    }
}

/// <summary>Entries that one collector took to insert. Its content does not change once the batch is sealed.</summary>
internal sealed class Batch(string id, IReadOnlyList<string> entries, IReadOnlyList<BatchInsert> inserts, int repeatedRequests)
{
    public string Id { get; } = id;

    public IReadOnlyList<string> Entries { get; } = entries;

    public IReadOnlyList<BatchInsert> Inserts { get; } = inserts;

    /// <summary>Requests left out because an earlier one carried the same id.</summary>
    public int RepeatedRequests { get; } = repeatedRequests;

    /// <summary>Under which ClickHouse knows an insert of this batch: the same on every attempt, by whomever.</summary>
    public string Token(BatchInsert insert) => $"{Id}-{(byte)insert.Table}-{insert.Schema}";
}
