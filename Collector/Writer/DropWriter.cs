using Analytics.Collector.Buffer;
using Analytics.Collector.Collect;
using Analytics.Storage;

namespace Analytics.Collector.Writer;

/// <summary>
/// Carries the counts of what was dropped into the buffer, a few rows every ten seconds, where they go the way of all rows. One write is
/// repeated under its own id until it is taken, so that it counts once. A process that is killed loses its last seconds of them.
/// </summary>
internal sealed class DropWriter(IngestLedger ledger, EventBuffer buffer, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private Dictionary<IngestLedger.DropKey, long> pending = [];
    private Guid id;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Before the buffer closes: services stop in the reverse order of their registration.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        if (pending.Count == 0)
        {
            (pending, id) = (ledger.TakeDrops(), Guid.NewGuid());
        }

        if (pending.Count == 0)
        {
            return;
        }

        var part = new RequestPart();
        part.Identify(id);
        part.Begin(BufferTable.Drops);
        foreach (var (key, count) in pending)
        {
            part.Add(new DropRow { SiteId = key.Site, Hour = key.Hour, Reason = key.Reason.Text(), Contract = key.Contract, Count = (ulong)count });
        }

        if (await buffer.AppendAsync(part) == AppendOutcome.Stored)
        {
            pending = [];
        }
    }
}
