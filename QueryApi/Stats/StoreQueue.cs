using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>The store has more to answer than it can in time.</summary>
internal sealed class StoreBusyException(string message) : Exception(message);

/// <summary>
/// Lets a few questions of reports run in the store at a time, and the others wait for their turn (<see cref="Turns"/>). All at once they would share
/// its processors and memory until each of them ran into its limits, and nobody would have an answer.
/// </summary>
internal sealed class StoreQueue(QueryLimits limits) : DelegatingHandler
{
    private readonly Turns turns = new(limits.MaxAtOnce, limits.MaxWaiting);

    /// <exception cref="StoreBusyException">Too many wait already, or the wait was too long.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(ClickHouse.Question, out _))
        {
            return await base.SendAsync(request, cancellationToken); // exports are counted by themselves
        }

        if (!turns.TryEnter())
        {
            await WaitAsync(cancellationToken);
        }

        try
        {
            // An answer comes with its first header as a whole (wait_end_of_query): the store is done with it then.
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            turns.Leave();
        }
    }

    private async Task WaitAsync(CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(limits.MaxWaitSeconds));
        try
        {
            await turns.EnterAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new StoreBusyException($"There was no turn within {limits.MaxWaitSeconds} seconds.");
        }
    }
}
