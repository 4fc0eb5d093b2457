using System.Threading.RateLimiting;
using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>The store has more to answer than it can in time.</summary>
internal sealed class StoreBusyException(string message) : Exception(message);

/// <summary>
/// Lets a few questions of reports run in the store at a time, and the others wait for their turn. All at once they would share its processors and
/// memory until each of them ran into its limits, and nobody would have an answer. The newest goes first: a report that has begun is finished before
/// others begin, and what is asked while much waits does not wait behind all of it.
/// </summary>
internal sealed class StoreQueue : DelegatingHandler
{
    private readonly QueryLimits limits;
    private readonly ConcurrencyLimiter turns;

    public StoreQueue(QueryLimits limits)
    {
        this.limits = limits;
        turns = new ConcurrencyLimiter(new()
        {
            PermitLimit = limits.MaxAtOnce,
            QueueLimit = limits.MaxWaiting,
            QueueProcessingOrder = QueueProcessingOrder.NewestFirst,
        });
    }

    /// <exception cref="StoreBusyException">Too many wait already, or the wait was too long.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(ClickHouse.Question, out _))
        {
            return await base.SendAsync(request, cancellationToken); // exports are counted by themselves
        }

        // An answer comes with its first header as a whole (wait_end_of_query): the store is done with it then.
        using var turn = await TurnAsync(cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }

    private async ValueTask<RateLimitLease> TurnAsync(CancellationToken ct)
    {
        var free = turns.AttemptAcquire();
        if (free.IsAcquired)
        {
            return free;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(limits.MaxWaitSeconds));
        try
        {
            var turn = await turns.AcquireAsync(1, patience.Token);
            return turn.IsAcquired ? turn : throw new StoreBusyException($"More than {limits.MaxWaiting} questions wait.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StoreBusyException($"There was no turn within {limits.MaxWaitSeconds} seconds.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            turns.Dispose();
        }

        base.Dispose(disposing);
    }
}
