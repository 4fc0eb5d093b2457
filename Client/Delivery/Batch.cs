using System.Runtime.InteropServices;

namespace Analytics.AspNetCore.Delivery;

/// <summary>One request's worth: what one visitor did on one page. Keeps its id through all attempts, for the collector stores an id once.</summary>
internal sealed class Batch(Visit visit)
{
    // The collector takes 1 MiB; sizes are estimates.
    private const int MaxSize = 256 * 1024;

    // What the collector remembers an id for, less an hour for a slow last attempt.
    private static readonly TimeSpan IdLife = TimeSpan.FromHours(23);

    private int size;

    public string Id { get; } = Guid.CreateVersion7().ToString();

    public Visit Visit { get; } = visit;

    public List<QueuedEvent> Events { get; } = [];

    public DateTimeOffset Made { get; } = DateTimeOffset.UtcNow;

    /// <summary>Answers that speak of a fault of the collector's, not of its absence.</summary>
    public int Faults { get; set; }

    public bool IsExpired => DateTimeOffset.UtcNow - Made > IdLife;

    /// <summary>In the order in which each batch's first event came.</summary>
    public static List<Batch> Group(IReadOnlyList<QueuedEvent> events)
    {
        var batches = new List<Batch>();
        var open = new Dictionary<Visit, Batch>();
        foreach (var e in events)
        {
            ref var batch = ref CollectionsMarshal.GetValueRefOrAddDefault(open, e.Visit, out _);
            if (batch is null || batch.size + e.Size > MaxSize)
            {
                batch = new(e.Visit);
                batches.Add(batch);
            }

            batch.Events.Add(e);
            batch.size += e.Size;
        }

        return batches;
    }
}
