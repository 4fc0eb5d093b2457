using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore.Delivery;

/// <summary>
/// Between the requests and <see cref="EventDelivery"/>. Adding never waits; above the limit the oldest go. The limit counts what is
/// being sent as well, which a bounded channel of the framework's would not: that is why the bound is kept here.
/// </summary>
internal sealed class ActivityQueue
{
    private readonly Channel<QueuedEvent> channel = Channel.CreateUnbounded<QueuedEvent>();
    private readonly DeliveryMetrics metrics;
    private readonly int limit;
    private int held;

    public ActivityQueue(IOptions<ActivityTrackerOptions> options, DeliveryMetrics metrics)
    {
        this.metrics = metrics;
        limit = options.Value.QueueLimit;
        metrics.Watch(() => Volatile.Read(ref held));
    }

    public ChannelReader<QueuedEvent> Waiting => channel.Reader;

    /// <summary>False once the site is stopping.</summary>
    public bool TryAdd(QueuedEvent e)
    {
        Interlocked.Increment(ref held);
        if (!channel.Writer.TryWrite(e))
        {
            Interlocked.Decrement(ref held);
            return false;
        }

        metrics.Queued();
        DropExcess();
        return true;
    }

    /// <summary>Events that were sent or given up.</summary>
    public void Release(int events) => Interlocked.Add(ref held, -events);

    public void Complete() => channel.Writer.TryComplete();

    private void DropExcess()
    {
        while (Volatile.Read(ref held) is var now && now > limit)
        {
            // Claimed first: of two that see one event too many, one drops it.
            if (Interlocked.CompareExchange(ref held, now - 1, now) != now)
            {
                continue;
            }

            if (!channel.Reader.TryRead(out _))
            {
                Interlocked.Increment(ref held);
                return;
            }

            metrics.Dropped(1, DeliveryMetrics.Overflow);
        }
    }
}
