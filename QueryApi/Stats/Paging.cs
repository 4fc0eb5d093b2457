namespace Analytics.QueryApi.Stats;

/// <summary>Which part of a long list is wanted.</summary>
internal record Paging(int Limit, int Offset) : IQueryPart
{
    private static readonly NumberParameter LimitName = new("limit", "How many rows.", 1, 1000, 100);

    protected static NumberParameter OffsetName { get; } = new("offset", "How many rows to leave out before them.", 0, 10_000_000, 0);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [LimitName, OffsetName];

    public static ValueTask<Paging> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new Paging(reader.Read(LimitName), reader.Read(OffsetName)));
    }

    public void AddTo(Dictionary<string, object?> values)
    {
        values["limit"] = Limit;
        values["offset"] = Offset;
    }
}

/// <summary>Paging through the events of one session: nearly always all of them are wanted.</summary>
internal sealed record EventPaging(int Limit, int Offset) : Paging(Limit, Offset), IQueryPart
{
    private static readonly NumberParameter LimitName = new("limit", "How many events.", 1, 10_000, 1000);

    public static new IReadOnlyList<QueryParameter> Parameters { get; } = [LimitName, OffsetName];

    public static new ValueTask<EventPaging> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new EventPaging(reader.Read(LimitName), reader.Read(OffsetName)));
    }
}
