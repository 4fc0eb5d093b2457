namespace Analytics.Collector.Collect;

/// <summary>
/// What an adapter made of a body: visits, and what it had to refuse. A single event's refusal is the answer; in a list the good ones
/// are stored and the others named by index.
/// </summary>
internal sealed class Reading
{
    public readonly record struct Refusal(int Index, string Reason);

    public List<IncomingVisit> Visits { get; } = [];

    public List<Refusal> Refused { get; } = [];

    /// <summary>Why nothing of the request can be used: a field that all events share has the wrong type.</summary>
    public string? Problem { get; private set; }

    /// <summary>Which contract it turned out to be, where a path has several.</summary>
    public string? Contract { get; set; }

    /// <summary>Overrides the Idempotency-Key header.</summary>
    public string? RequestKey { get; set; }

    public void Refuse(int index, string reason) => Refused.Add(new(index, reason));

    public void Fail(string problem) => Problem ??= problem;
}
