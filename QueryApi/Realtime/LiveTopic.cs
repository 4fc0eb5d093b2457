using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Analytics.Storage;

namespace Analytics.QueryApi.Realtime;

/// <summary>Something that listeners hear, with its name and its place in the order.</summary>
/// <param name="Order">What is greater came later; for listeners who come back to another server, which never saw what they heard last.</param>
internal sealed record LiveItem<T>(string Id, (long Time, long Number) Order, T Value);

/// <summary>What a topic's poll asks again and again, with the memory of what it found before.</summary>
internal interface ILiveSource<T>
{
    /// <summary>What is new since the last call, oldest first.</summary>
    Task<IReadOnlyList<LiveItem<T>>> NewAsync(CancellationToken ct);

    /// <summary>Where an id stands in the order; null where it is none of this source.</summary>
    (long Time, long Number)? OrderOf(string id);
}

/// <summary>
/// One poll of the store for however many listeners, and none without. (1) The first listener starts it, the last to leave ends it. (2) After
/// each answer those who are new hear the last few items, or all since the one they heard last; the others what is new. (3) A listener who
/// does not keep up misses the oldest: nobody waits for it, and its queue is bounded.
/// </summary>
/// <param name="begin">A source with an empty memory, for a poll that starts.</param>
/// <param name="kept">How many items are remembered for those who come back.</param>
/// <param name="greeting">How many of them a new listener hears.</param>
internal sealed partial class LiveTopic<T>(
    Func<ILiveSource<T>> begin, TimeSpan interval, int kept, int greeting, int maxListeners, ILogger logger)
{
    private const int QueueLength = 512;

    private readonly Lock gate = new();
    private readonly List<Listener> listeners = [];
    private readonly List<LiveItem<T>> recent = [];
    private object? polling; // marks the running poll: one that is over may still be waiting for its answer

    private sealed class Listener(string? lastId)
    {
        public string? LastId => lastId;

        public bool IsGreeted { get; set; }

        public Channel<LiveItem<T>> Queue { get; } = Channel.CreateBounded<LiveItem<T>>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = false });
    }

    /// <summary>Whether the store is being asked.</summary>
    public bool IsPolling
    {
        get
        {
            lock (gate)
            {
                return polling is not null;
            }
        }
    }

    /// <summary>A place among the listeners, or null where there is none left. Whoever has it must listen, or leave.</summary>
    public IDisposable? Join(string? lastId, out Func<TimeSpan, CancellationToken, IAsyncEnumerable<LiveItem<T>?>> listen)
    {
        var listener = new Listener(lastId);
        listen = (heartbeat, ct) => ListenAsync(listener, heartbeat, ct);
        lock (gate)
        {
            if (listeners.Count >= maxListeners)
            {
                return null;
            }

            listeners.Add(listener);
            if (polling is null)
            {
                _ = PollAsync(begin(), polling = new());
            }
        }

        return new Place(this, listener);
    }

    /// <summary>Items as they come; null is a heartbeat. The first is one at once, so that a listener knows that it is heard.</summary>
    private static async IAsyncEnumerable<LiveItem<T>?> ListenAsync(
        Listener listener, TimeSpan heartbeat, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return null;
        var more = listener.Queue.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        while (!ct.IsCancellationRequested)
        {
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(ct))
            {
                await Task.WhenAny(more, Task.Delay(heartbeat, silence.Token));
                await silence.CancelAsync();
            }

            if (ct.IsCancellationRequested)
            {
                break;
            }

            if (!more.IsCompleted)
            {
                yield return null;
                continue;
            }

            if (!await more)
            {
                break;
            }

            while (listener.Queue.Reader.TryRead(out var item))
            {
                yield return item;
            }

            more = listener.Queue.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        }
    }

    private async Task PollAsync(ILiveSource<T> source, object own)
    {
        using var timer = new PeriodicTimer(interval);
        do
        {
            try
            {
                Publish(await source.NewAsync(CancellationToken.None), source, own);
            }
            catch (Exception e) when (e is HttpRequestException or ClickHouseException or TimeoutException or TaskCanceledException)
            {
                Log.NotAsked(logger, e.Message); // the listeners wait, and hear of it when the store is back
            }
            catch (Exception e)
            {
                Log.Failed(logger, e); // a fault of ours: nobody is left waiting for what never comes
                Dismiss(own);
            }
        }
        while (await timer.WaitForNextTickAsync() && IsCurrent(own));
    }

    private bool IsCurrent(object own)
    {
        lock (gate)
        {
            return polling == own;
        }
    }

    private void Publish(IReadOnlyList<LiveItem<T>> items, ILiveSource<T> source, object own)
    {
        lock (gate)
        {
            if (polling != own)
            {
                return;
            }

            recent.AddRange(items);
            recent.RemoveRange(0, Math.Max(0, recent.Count - kept));
            foreach (var listener in listeners)
            {
                foreach (var item in listener.IsGreeted ? items : Missed(listener.LastId, source))
                {
                    listener.Queue.Writer.TryWrite(item);
                }

                listener.IsGreeted = true;
            }
        }
    }

    private IEnumerable<LiveItem<T>> Missed(string? lastId, ILiveSource<T> source)
    {
        if (lastId is not null && recent.FindLastIndex(item => item.Id == lastId) is >= 0 and var heard)
        {
            return recent.Skip(heard + 1);
        }

        return lastId is not null && source.OrderOf(lastId) is { } order
            ? recent.Where(item => item.Order.CompareTo(order) > 0)
            : recent.TakeLast(greeting);
    }

    private void Leave(Listener listener)
    {
        lock (gate)
        {
            if (listeners.Remove(listener) && listeners.Count == 0)
            {
                polling = null;
                recent.Clear();
            }
        }
    }

    /// <summary>Ends all streams; their listeners come back by themselves, to a new poll.</summary>
    private void Dismiss(object own)
    {
        lock (gate)
        {
            if (polling != own)
            {
                return;
            }

            listeners.ForEach(listener => listener.Queue.Writer.TryComplete());
            listeners.Clear();
            recent.Clear();
            polling = null;
        }
    }

    private sealed class Place(LiveTopic<T> topic, Listener listener) : IDisposable
    {
        public void Dispose() => topic.Leave(listener);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Live listeners wait, the store gave no answer: {Reason}")]
        public static partial void NotAsked(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The poll for live listeners failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
