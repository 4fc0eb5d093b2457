using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore.Delivery;

/// <summary>
/// From the queue to the collector: (1) gather events for a moment, (2) group them by visit, (3) send each group until the collector
/// has it or refuses it, several at a time. Groups that are being sent hold the others up, so that while the collector is away events
/// wait in the queue, where the bound is. When the site stops, what is left is sent at once and without the patience of other times.
/// </summary>
internal sealed partial class EventDelivery(
    ActivityQueue queue, CollectorClient collector, IOptions<ActivityTrackerOptions> options, DeliveryMetrics metrics,
    ILogger<EventDelivery> logger) : IHostedService, IDisposable
{
    // A fault that is about one batch must not hold up the others for ever.
    private const int MaxFaults = 10;

    private readonly ActivityTrackerOptions options = options.Value;
    private readonly Backoff backoff = new(options.Value.MaxRetryDelay);
    private readonly Channel<Batch> batches = Channel.CreateBounded<Batch>(options.Value.MaxConcurrency);
    // Cancelled at the end and not disposed of: senders may still look at them, and a cancelled source holds nothing.
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource giveUp = new();
    private Task running = Task.CompletedTask;
    private long lostSeen;
    private int overflowing;
    private int refusing;
    private int ignoring;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Enabled)
        {
            return Task.CompletedTask;
        }

        // The site's start waits for nothing here, and none of its ambient state comes along.
        using (ExecutionContext.SuppressFlow())
        {
            var senders = Enumerable.Range(0, options.MaxConcurrency).Select(_ => Task.Run(SendAsync, CancellationToken.None));
            running = Task.WhenAll([Task.Run(GatherAsync, CancellationToken.None), .. senders]);
        }

        return Task.CompletedTask;
    }

    /// <summary>The server has answered its last request by now: hosted services stop in the reverse order of their registration.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var before = metrics.Lost;
        queue.Complete();
        await stopping.CancelAsync();
        giveUp.CancelAfter(options.ShutdownTimeout);
        await using (cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), giveUp))
        {
            await running;
        }

        if (metrics.Lost - before is > 0 and var lost)
        {
            Log.LostAtShutdown(logger, lost, options.Endpoint!);
        }
    }

    /// <summary>Without a stop before, when the site did not come up: nothing is left running.</summary>
    public void Dispose()
    {
        queue.Complete();
        giveUp.Cancel();
        stopping.Cancel();
    }

    // (1), (2)
    private async Task GatherAsync()
    {
        var waiting = queue.Waiting;
        var gathered = new List<QueuedEvent>();
        while (await waiting.WaitToReadAsync())
        {
            using var interval = new CancellationTokenSource(options.FlushInterval);
            while (gathered.Count < options.BatchSize)
            {
                if (waiting.TryRead(out var e))
                {
                    gathered.Add(e);
                    continue;
                }

                // The interval's end is no exception: once a second it would be a noisy one.
                var more = waiting.WaitToReadAsync(interval.Token).AsTask();
                await ((Task)more).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!more.IsCompletedSuccessfully || !more.Result)
                {
                    break;
                }
            }

            foreach (var batch in Batch.Group(gathered))
            {
                await batches.Writer.WriteAsync(batch);
            }

            gathered.Clear();
            if (waiting.Count == 0)
            {
                Interlocked.Exchange(ref overflowing, 0);
            }
        }

        batches.Writer.Complete();
    }

    // (3)
    private async Task SendAsync()
    {
        await foreach (var batch in batches.Reader.ReadAllAsync())
        {
            try
            {
                await DeliverAsync(batch);
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                metrics.Dropped(batch.Events.Count, DeliveryMetrics.Shutdown);
            }
            catch (Exception e)
            {
                // Nothing here may end the delivery, let alone the site.
                metrics.Dropped(batch.Events.Count, DeliveryMetrics.Failed);
                Log.Failed(logger, e);
            }
            finally
            {
                queue.Release(batch.Events.Count);
            }
        }
    }

    private async Task DeliverAsync(Batch batch)
    {
        while (true)
        {
            await PauseAsync();
            if (batch.IsExpired)
            {
                metrics.Dropped(batch.Events.Count, DeliveryMetrics.Expired);
                return;
            }

            var began = Stopwatch.GetTimestamp();
            var answer = await collector.PostAsync(batch, giveUp.Token);
            switch (answer.Kind)
            {
                case AnswerKind.Taken:
                    Taken(batch, answer, Stopwatch.GetElapsedTime(began));
                    return;
                case AnswerKind.Refused:
                    Refused(batch, answer);
                    return;
                case AnswerKind.Faulty when ++batch.Faults >= MaxFaults:
                    metrics.Dropped(batch.Events.Count, DeliveryMetrics.Failed);
                    return;
            }

            metrics.AttemptFailed(answer.Reason);
            if (backoff.Failed(began, answer.RetryAfter))
            {
                Log.Away(logger, options.Endpoint!, answer.Reason, options.QueueLimit);
            }
        }
    }

    private async Task PauseAsync()
    {
        giveUp.Token.ThrowIfCancellationRequested();
        var pause = backoff.Remaining;
        if (pause == TimeSpan.Zero)
        {
            return;
        }

        if (stopping.IsCancellationRequested)
        {
            // The last seconds: whatever the collector asked for, it is now or never.
            await Task.Delay(pause < Backoff.Shortest ? pause : Backoff.Shortest, giveUp.Token);
        }
        else
        {
            await Task.Delay(pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Taken(Batch batch, Answer answer, TimeSpan took)
    {
        var events = batch.Events.Count;
        var lost = metrics.Lost;
        lost -= Interlocked.Exchange(ref lostSeen, lost);
        if (backoff.Succeeded() is { } away)
        {
            Log.Back(logger, options.Endpoint!, away, lost);
        }
        else if (lost > 0 && Interlocked.Exchange(ref overflowing, 1) == 0)
        {
            Log.TooMany(logger, options.Endpoint!);
        }

        if (Interlocked.Exchange(ref refusing, 0) == 1)
        {
            Log.TakesAgain(logger, options.Endpoint!);
        }

        if (answer.Dropped is { } reason)
        {
            // Bots are nobody's mistake; an unknown site is.
            metrics.Dropped(events, DeliveryMetrics.Refused);
            if (reason == "unknown_site" && Interlocked.Exchange(ref ignoring, 1) == 0)
            {
                Log.UnknownSite(logger, options.Endpoint!, options.Site!);
            }

            return;
        }

        Interlocked.Exchange(ref ignoring, 0);
        metrics.Sent(events - answer.RefusedEvents, took);
        metrics.Dropped(answer.RefusedEvents, DeliveryMetrics.Refused);
    }

    private void Refused(Batch batch, Answer answer)
    {
        metrics.Dropped(batch.Events.Count, DeliveryMetrics.Refused);
        if (Interlocked.Exchange(ref refusing, 1) == 0)
        {
            Log.Refuses(logger, options.Endpoint!, answer.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The collector at {Endpoint} is away ({Reason}). Events are kept, {Limit} at most, until it is back.")]
        public static partial void Away(ILogger logger, Uri endpoint, string reason, int limit);

        [LoggerMessage(2, LogLevel.Information, "The collector at {Endpoint} is back after {Away}; {Dropped} events were given up meanwhile.")]
        public static partial void Back(ILogger logger, Uri endpoint, TimeSpan away, long dropped);

        [LoggerMessage(3, LogLevel.Warning, "The collector at {Endpoint} refuses what it is sent (status {Status}). Is the address right?")]
        public static partial void Refuses(ILogger logger, Uri endpoint, string status);

        [LoggerMessage(4, LogLevel.Information, "The collector at {Endpoint} takes events again.")]
        public static partial void TakesAgain(ILogger logger, Uri endpoint);

        [LoggerMessage(5, LogLevel.Warning, "The collector at {Endpoint} does not know the site '{Site}' and stores none of its events.")]
        public static partial void UnknownSite(ILogger logger, Uri endpoint, string site);

        [LoggerMessage(6, LogLevel.Warning, "{Lost} events were given up when the site stopped: the collector at {Endpoint} did not take them in time.")]
        public static partial void LostAtShutdown(ILogger logger, long lost, Uri endpoint);

        [LoggerMessage(7, LogLevel.Warning,
            "There are more events than the collector at {Endpoint} takes in time: the oldest are given up. A greater MaxConcurrency may help.")]
        public static partial void TooMany(ILogger logger, Uri endpoint);

        [LoggerMessage(8, LogLevel.Error, "Events could not be sent and were given up.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
