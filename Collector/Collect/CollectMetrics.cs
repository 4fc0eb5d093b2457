using System.Diagnostics.Metrics;

namespace Analytics.Collector.Collect;

/// <summary>What the collector counts. Per event there is nothing but this; the log stays silent.</summary>
internal sealed class CollectMetrics : IDisposable
{
    public const string MeterName = "Analytics.Collector";

    private readonly Meter meter;
    private readonly Counter<long> accepted;
    private readonly Counter<long> dropped;
    private readonly Counter<long> refused;
    private readonly Counter<long> turnedAway;
    private readonly Counter<long> repeated;
    private readonly Histogram<double> push;
    private readonly Histogram<long> pushBytes;
    private readonly Histogram<double> insert;
    private readonly Histogram<long> insertRows;
    private readonly Counter<long> insertFailures;
    private readonly Counter<long> batches;
    private long bufferEntries;
    private long bufferRows;
    private long bufferBytes;
    private long oldestMs;

    public CollectMetrics(IMeterFactory meters, IngestLedger ledger)
    {
        Ledger = ledger;
        meter = meters.Create(MeterName);
        accepted = meter.CreateCounter<long>("collector.events.accepted", "{event}", "Events in the buffer when their request was answered");
        dropped = meter.CreateCounter<long>("collector.events.dropped", "{event}", "Well-formed events that are not stored, by reason");
        refused = meter.CreateCounter<long>("collector.events.refused", "{event}", "Events with a field of the wrong type");
        turnedAway = meter.CreateCounter<long>("collector.requests.turned_away", "{request}", "Requests answered 503, by reason");
        repeated = meter.CreateCounter<long>("collector.requests.repeated", "{request}", "Requests left out because their id had arrived before");
        push = meter.CreateHistogram<double>("collector.push.duration", "s", "Time until Redis had taken an entry");
        pushBytes = meter.CreateHistogram<long>("collector.push.size", "By", "Bytes of an entry");
        insert = meter.CreateHistogram<double>("collector.insert.duration", "s", "Time of an insert into ClickHouse");
        insertRows = meter.CreateHistogram<long>("collector.insert.rows", "{row}", "Rows of an insert");
        insertFailures = meter.CreateCounter<long>("collector.insert.failures", "{insert}", "Inserts that are repeated");
        meter.CreateObservableGauge("collector.buffer.entries", () => Volatile.Read(ref bufferEntries), "{entry}", "Entries that wait for ClickHouse");
        meter.CreateObservableGauge("collector.buffer.rows", () => Volatile.Read(ref bufferRows), "{row}", "Rows that wait, estimated");
        batches = meter.CreateCounter<long>("collector.batches", "{batch}", "Batches stored whole and released");
        meter.CreateObservableGauge("collector.buffer.lag", () => Volatile.Read(ref oldestMs) / 1000.0, "s", "Age of the oldest entry that waits");
        meter.CreateObservableGauge("collector.buffer.size", () => Volatile.Read(ref bufferBytes), "By", "Bytes that wait, estimated");
    }

    /// <summary>The same counts by site, for people: a meter's tags must be few.</summary>
    public IngestLedger Ledger { get; }

    public void Accepted(uint site, int events, string contract)
    {
        accepted.Add(events, new KeyValuePair<string, object?>("contract", contract));
        Ledger.Accepted(site, events);
    }

    public void Dropped(uint site, int events, DropReason reason, string contract)
    {
        dropped.Add(
            events, new KeyValuePair<string, object?>("reason", reason.Text()), new KeyValuePair<string, object?>("contract", contract));
        Ledger.Dropped(site, events, reason, contract);
    }

    public void Refused(int events)
    {
        refused.Add(events);
        Ledger.Refused(events);
    }

    public void TurnedAway(string reason)
    {
        turnedAway.Add(1, new KeyValuePair<string, object?>("reason", reason));
        Ledger.TurnedAway();
    }

    public void Released(int repeatedRequests)
    {
        batches.Add(1);
        repeated.Add(repeatedRequests);
        Ledger.Released(repeatedRequests);
    }

    public void Pushed(TimeSpan duration, int bytes)
    {
        push.Record(duration.TotalSeconds);
        pushBytes.Record(bytes);
    }

    public void Inserted(string table, int rows, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("table", table);
        insert.Record(duration.TotalSeconds, tag);
        insertRows.Record(rows, tag);
        Ledger.Inserted(rows, duration);
    }

    public void InsertFailed(string table)
    {
        insertFailures.Add(1, new KeyValuePair<string, object?>("table", table));
        Ledger.InsertFailed();
    }

    public void Buffered(long entries, long rows, long bytes, TimeSpan oldest)
    {
        Volatile.Write(ref oldestMs, (long)oldest.TotalMilliseconds);
        Ledger.Buffered(new(entries, rows, bytes, oldest.TotalSeconds));
        Volatile.Write(ref bufferEntries, entries);
        Volatile.Write(ref bufferRows, rows);
        Volatile.Write(ref bufferBytes, bytes);
    }

    public void Dispose() => meter.Dispose();
}
