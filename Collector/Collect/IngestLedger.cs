using System.Collections.Concurrent;

namespace Analytics.Collector.Collect;

/// <summary>
/// What came in since this collector began, by site, and how it goes with the buffer and the writer: the figures of the health report.
/// Also gathers what was dropped until it is written to the store.
/// </summary>
internal sealed class IngestLedger(TimeProvider time)
{
    private readonly ConcurrentDictionary<uint, SiteCounts> sites = [];
    private readonly Lock gate = new();
    private Dictionary<DropKey, long> drops = [];
    private long refused;
    private long turnedAway;
    private long batches;
    private long repeated;
    private long inserts;
    private long insertedRows;
    private long insertFailures;
    private long insertTicks;
    private long longestInsertTicks;
    private long lastInsertTicks;
    private volatile BufferState buffer = new(0, 0, 0, 0);

    /// <summary>What one row of the drops table counts.</summary>
    internal readonly record struct DropKey(uint Site, DateTimeOffset Hour, DropReason Reason, string Contract);

    internal sealed record BufferState(long Entries, long Rows, long Bytes, double OldestSeconds);

    internal sealed record WriterState(
        long Batches, long RepeatedRequests, long Inserts, long Rows, long Failures, double MeanInsertMs, double LongestInsertMs, double LastInsertMs);

    public DateTimeOffset Since { get; } = time.GetUtcNow();

    public long RefusedEvents => Interlocked.Read(ref refused);

    public long TurnedAwayRequests => Interlocked.Read(ref turnedAway);

    public BufferState Buffer => buffer;

    public WriterState Writer
    {
        get
        {
            var count = Interlocked.Read(ref inserts);
            return new(
                Interlocked.Read(ref batches), Interlocked.Read(ref repeated), count, Interlocked.Read(ref insertedRows),
                Interlocked.Read(ref insertFailures), count == 0 ? 0 : Ms(Interlocked.Read(ref insertTicks) / count),
                Ms(Interlocked.Read(ref longestInsertTicks)), Ms(Interlocked.Read(ref lastInsertTicks)));

            static double Ms(long ticks) => Math.Round(TimeSpan.FromTicks(ticks).TotalMilliseconds, 1);
        }
    }

    /// <summary>Site, accepted events, dropped events by reason.</summary>
    public IEnumerable<(uint Site, long Accepted, IReadOnlyDictionary<string, long> Dropped)> Sites =>
        sites.Select(site => (site.Key, site.Value.Accepted, site.Value.Dropped));

    public void Accepted(uint site, int events) => Of(site).Accept(events);

    public void Dropped(uint site, int events, DropReason reason, string contract)
    {
        Of(site).Drop(reason, events);
        var now = time.GetUtcNow();
        var key = new DropKey(site, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour)), reason, contract);
        lock (gate)
        {
            drops[key] = drops.GetValueOrDefault(key) + events;
        }
    }

    /// <summary>What was dropped since the last call.</summary>
    public Dictionary<DropKey, long> TakeDrops()
    {
        lock (gate)
        {
            (var taken, drops) = (drops, []);
            return taken;
        }
    }

    public void Refused(int events) => Interlocked.Add(ref refused, events);

    public void TurnedAway() => Interlocked.Increment(ref turnedAway);

    public void Released(int repeatedRequests)
    {
        Interlocked.Increment(ref batches);
        Interlocked.Add(ref repeated, repeatedRequests);
    }

    public void Inserted(int rows, TimeSpan duration)
    {
        Interlocked.Increment(ref inserts);
        Interlocked.Add(ref insertedRows, rows);
        Interlocked.Add(ref insertTicks, duration.Ticks);
        Interlocked.Exchange(ref lastInsertTicks, duration.Ticks);
        for (var longest = Interlocked.Read(ref longestInsertTicks); duration.Ticks > longest;)
        {
            var seen = Interlocked.CompareExchange(ref longestInsertTicks, duration.Ticks, longest);
            if (seen == longest)
            {
                break;
            }

            longest = seen;
        }
    }

    public void InsertFailed() => Interlocked.Increment(ref insertFailures);

    public void Buffered(BufferState state) => buffer = state;

    // Only sites that exist are named, so that there are as many as there are sites.
    private SiteCounts Of(uint site) => sites.GetOrAdd(site, _ => new SiteCounts());

    private sealed class SiteCounts
    {
        private readonly long[] dropped = new long[(int)DropReason.UnknownSession + 1];
        private long accepted;

        public long Accepted => Interlocked.Read(ref accepted);

        public IReadOnlyDictionary<string, long> Dropped
        {
            get
            {
                var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
                for (var reason = (int)DropReason.None + 1; reason < dropped.Length; reason++)
                {
                    if (Interlocked.Read(ref dropped[reason]) is > 0 and var count)
                    {
                        counts.Add(((DropReason)reason).Text(), count);
                    }
                }

                return counts;
            }
        }

        public void Accept(int events) => Interlocked.Add(ref accepted, events);

        public void Drop(DropReason reason, int events) => Interlocked.Add(ref dropped[(int)reason], events);
    }
}
