namespace Analytics.Collector.Collect;

/// <summary>
/// What an adapter made of a body: visits, and what it had to refuse. A single event's refusal is the answer; in a list the good ones
/// are stored and the others named by index.
/// </summary>
internal sealed class Reading
{
    public readonly record struct Refusal(int Index, Fault Fault);

    public List<IncomingVisit> Visits { get; } = [];

    public List<Refusal> Refused { get; } = [];

    /// <summary>Why nothing of the request can be used: a field that all events share has the wrong type.</summary>
    public Fault? Problem { get; private set; }

    /// <summary>Which contract it turned out to be, where a path has several.</summary>
    public string? Contract { get; set; }

    /// <summary>Overrides the Idempotency-Key header.</summary>
    public string? RequestKey { get; set; }

    public void Refuse(int index, Fault fault) => Refused.Add(new(index, fault));

    public void Fail(Fault fault) => Problem ??= fault;

    public void Fail(string problem, string? field = null) => Fail(new Fault(problem, field));
}

/// <summary>What is wrong with a body: for people, and for programs the field by its path, where it is one field's.</summary>
internal sealed record Fault(string Reason, string? Field = null);
