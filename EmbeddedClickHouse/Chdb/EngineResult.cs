namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>What one statement came to: an error or the bytes it answered, and the engine's counters either way.</summary>
internal sealed record EngineResult(string? Error, byte[] Bytes)
{
    public ulong ReadRows { get; init; }

    public ulong ReadBytes { get; init; }

    public ulong WrittenRows { get; init; }

    public ulong WrittenBytes { get; init; }

    public ulong ResultRows { get; init; }

    public ulong ResultBytes { get; init; }

    public TimeSpan Elapsed { get; init; }

    public void ThrowIfError()
    {
        if (Error is not null)
        {
            throw new ClickHouseException(ClickHouseError.Parse(Error));
        }
    }
}

/// <summary>What a statement does to state that outlives it, by the engine's own parser.</summary>
internal enum QueryClass
{
    ReadOnly = 0,
    Mutating = 1,
    MutatingGlobal = 2,
    Control = 3,
    Unknown = 4,
}
