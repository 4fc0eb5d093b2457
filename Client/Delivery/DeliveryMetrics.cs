using System.Diagnostics.Metrics;

namespace Analytics.AspNetCore.Delivery;

/// <summary>What becomes of events. Per event there is nothing but this; the log tells changes of state.</summary>
internal sealed class DeliveryMetrics
{
    public const string MeterName = "Analytics.AspNetCore";

    public const string Overflow = "overflow";
    public const string Shutdown = "shutdown";
    public const string Expired = "expired";
    public const string Refused = "refused";
    public const string Invalid = "invalid";
    public const string Failed = "failed";

    // Owned and disposed by the factory.
    private readonly Meter meter;
    private readonly Counter<long> queued;
    private readonly Counter<long> sent;
    private readonly Counter<long> dropped;
    private readonly Counter<long> failedAttempts;
    private readonly Histogram<double> duration;
    private long lost;

    public DeliveryMetrics(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);
        queued = meter.CreateCounter<long>("analytics.client.events.queued", "{event}", "Events taken from the site");
        sent = meter.CreateCounter<long>("analytics.client.events.sent", "{event}", "Events that the collector has taken");
        dropped = meter.CreateCounter<long>("analytics.client.events.dropped", "{event}", "Events that were given up, by reason");
        failedAttempts = meter.CreateCounter<long>("analytics.client.attempts.failed", "{request}", "Requests to the collector that are repeated, by reason");
        duration = meter.CreateHistogram<double>("analytics.client.send.duration", "s", "Time until the collector had taken a request");
    }

    /// <summary>Events given up since the start because they could not be sent soon enough.</summary>
    public long Lost => Interlocked.Read(ref lost);

    public void Watch(Func<int> held) =>
        meter.CreateObservableGauge("analytics.client.queue.length", held, "{event}", "Events in memory, those on their way included");

    public void Queued() => queued.Add(1);

    public void Sent(int events, TimeSpan took)
    {
        sent.Add(events);
        duration.Record(took.TotalSeconds);
    }

    public void Dropped(int events, string reason)
    {
        if (reason is Overflow or Expired or Shutdown)
        {
            Interlocked.Add(ref lost, events);
        }

        if (events > 0)
        {
            dropped.Add(events, new KeyValuePair<string, object?>("reason", reason));
        }
    }

    public void AttemptFailed(string reason) => failedAttempts.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
