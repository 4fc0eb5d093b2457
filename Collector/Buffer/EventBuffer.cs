using System.Threading.Channels;
using Analytics.Collector.Collect;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

internal enum AppendOutcome
{
    /// <summary>In Redis: the rows will be in ClickHouse, once.</summary>
    Stored,

    /// <summary>Too much waits for ClickHouse already.</summary>
    Full,

    /// <summary>Redis did not take it.</summary>
    Unavailable,
}

/// <summary>
/// The way into the buffer. Requests that arrive while a push is under way go together with the next one (group commit):
/// (1) a request hands its part over, (2) a lane takes all that wait, up to an entry's size, (3) it sends the entry under one id until
/// Redis has answered, (4) only then are the requests answered.
/// </summary>
internal sealed partial class EventBuffer(
    RedisConnection redis, RedisDurability durability, IOptions<BufferOptions> options, CollectMetrics metrics, TimeProvider time,
    ILogger<EventBuffer> logger)
    : BackgroundService
{
    private const int LongestQueue = 20_000;
    private const int SampleSize = 500;

    private readonly BufferOptions options = options.Value;

    // Full: better an honest 503 now than an answer that comes after the tracker has given up.
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = false, FullMode = BoundedChannelFullMode.Wait });

    private volatile bool full;

    /// <summary>Whether the next append has a chance. Also what /health says.</summary>
    public bool IsFull => full;

    /// <summary>Puts a request's rows into the buffer. The part belongs to the buffer from here on.</summary>
    public async Task<AppendOutcome> AppendAsync(RequestPart part)
    {
        if (full)
        {
            part.Dispose();
            return AppendOutcome.Full;
        }

        var waiting = new Waiting(part);
        if (!queue.Writer.TryWrite(waiting))
        {
            part.Dispose();
            return AppendOutcome.Unavailable;
        }

        return await waiting.Outcome.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var work = new List<Task> { WatchLengthAsync(stoppingToken) };
        for (var lane = 0; lane < options.Lanes; lane++)
        {
            work.Add(Task.Run(PushAllAsync, CancellationToken.None));
        }

        await Task.WhenAll(work);
    }

    /// <summary>Requests are still answered while the host stops: Kestrel stops before this does, and the queue is emptied.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    private async Task PushAllAsync()
    {
        var group = new List<Waiting>();
        var begun = time.GetTimestamp() - time.TimestampFrequency;
        while (await queue.Reader.WaitToReadAsync())
        {
            var left = options.Linger - time.GetElapsedTime(begun);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time);
            }

            begun = time.GetTimestamp();
            var (bytes, rows) = (1, 0);
            while (queue.Reader.TryPeek(out var next)
                && (group.Count == 0 || bytes + next.Part.Length <= options.EntryBytes)
                && queue.Reader.TryRead(out next))
            {
                group.Add(next);
                bytes += next.Part.Length;
                rows += next.Part.Rows;
            }

            if (group.Count == 0)
            {
                continue;
            }

            AppendOutcome outcome;
            try
            {
                outcome = await PushAsync(EntryId.New(time.GetUtcNow(), rows, bytes), Join(group, bytes));
            }
            catch (Exception e)
            {
                // A lane that ends would leave its requests waiting for ever; this one says so and goes on.
                Log.PushFault(logger, e);
                outcome = AppendOutcome.Unavailable;
            }

            foreach (var waiting in group)
            {
                waiting.Part.Dispose();
                waiting.Outcome.SetResult(outcome);
            }

            group.Clear();
        }
    }

    private static byte[] Join(List<Waiting> group, int bytes)
    {
        var entry = GC.AllocateUninitializedArray<byte>(bytes);
        entry[0] = BufferEntry.Format;
        var at = 1;
        foreach (var waiting in group)
        {
            var part = waiting.Part.Finish();
            part.CopyTo(entry.AsSpan(at));
            at += part.Length;
        }

        // Finishing drops empty sections, so that the sum can only be smaller.
        return at == entry.Length ? entry : entry.AsSpan(0, at).ToArray();
    }

    /// <summary>
    /// Sends one entry until Redis has answered for both commands of one attempt. The bytes go before the id: what the index names is
    /// there. A repeat, even one that arrives an hour late from a socket that was forgotten, changes nothing or is told by its id.
    /// </summary>
    private async Task<AppendOutcome> PushAsync(EntryId id, byte[] entry)
    {
        var started = time.GetTimestamp();
        var sent = false;
        while (true)
        {
            if (redis.IsConnected)
            {
                sent = true;
                try
                {
                    var database = redis.Database;
                    var stored = database.HashSetAsync(BufferKeys.Entries, id.Text, entry, When.NotExists);
                    var indexed = database.SortedSetAddAsync(BufferKeys.Index, id.Text, id.UnixMs);
                    await Task.WhenAll(stored, indexed).WaitAsync(options.AttemptTimeout, time);
                    metrics.Pushed(time.GetElapsedTime(started), entry.Length);
                    return AppendOutcome.Stored;
                }
                catch (Exception e) when (RedisConnection.IsTransient(e))
                {
                    Log.PushRepeated(logger, id.Text, e.Message);
                }
            }

            if (time.GetElapsedTime(started) > (sent ? options.RetryPatience : options.ConnectPatience))
            {
                Log.PushGivenUp(logger, id.Text);
                return AppendOutcome.Unavailable;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time);
        }
    }

    /// <summary>How much waits is asked twice a second, not at each push: what comes in meanwhile is small against the limit.</summary>
    private async Task WatchLengthAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                try
                {
                    var length = redis.Database.SortedSetLengthAsync(BufferKeys.Index);
                    var sample = redis.Database.SortedSetRangeByRankAsync(BufferKeys.Index, 0, SampleSize - 1);
                    await Task.WhenAll(length, sample).WaitAsync(options.AttemptTimeout, time, ct);
                    Watch(await length, await sample);
                    await durability.AssureAsync().WaitAsync(options.AttemptTimeout, time, ct);
                }
                catch (Exception e) when (RedisConnection.IsTransient(e))
                {
                    // A push that fails for the same reason says so.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Watch(long entries, RedisValue[] sample)
    {
        long bytes = 0, rows = 0;
        var oldest = TimeSpan.Zero;
        foreach (var value in sample)
        {
            if (EntryId.TryParse(value, out var id))
            {
                bytes += id.Bytes;
                rows += id.Rows;
                // In order of time: the first is the oldest.
                oldest = oldest == TimeSpan.Zero ? time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(id.UnixMs) : oldest;
            }
        }

        // Ids carry sizes, so a short buffer is summed exactly and a long one by its oldest entries.
        var scale = sample.Length == 0 ? 0 : (double)entries / sample.Length;
        metrics.Buffered(entries, (long)(rows * scale), (long)(bytes * scale), oldest > TimeSpan.Zero ? oldest : TimeSpan.Zero);
        var isFull = bytes * scale > options.MaxBytes;
        if (isFull != full)
        {
            full = isFull;
            Log.FullChanged(logger, isFull ? "full" : "open", (long)(bytes * scale));
        }
    }

    private sealed class Waiting(RequestPart part)
    {
        public RequestPart Part { get; } = part;

        // Answers are written by the lane itself, one after the other: waking a thread for each costs more than the answer.
        public TaskCompletionSource<AppendOutcome> Outcome { get; } = new();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Sending entry {Id} again: {Reason}")]
        public static partial void PushRepeated(ILogger logger, string id, string reason);

        [LoggerMessage(LogLevel.Warning, "Gave up on entry {Id}; its requests are answered 503")]
        public static partial void PushGivenUp(ILogger logger, string id);

        [LoggerMessage(LogLevel.Error, "Pushing an entry failed in a way that was not foreseen; its requests are answered 503")]
        public static partial void PushFault(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "The buffer is {State} at {Bytes} bytes")]
        public static partial void FullChanged(ILogger logger, string state, long bytes);
    }
}

internal static class EventBufferRegistration
{
    public static WebApplicationBuilder AddEventBuffer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BufferOptions>().BindConfiguration("Buffer").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RedisConnection>();
        builder.Services.AddSingleton<RedisDurability>();
        builder.Services.AddSingleton<EventBuffer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventBuffer>());
        builder.Services.AddHealthChecks()
            .AddCheck<RedisHealthCheck>(RedisConnection.ConnectionName)
            .AddCheck<BufferHealthCheck>("buffer");
        return builder;
    }

    private sealed class BufferHealthCheck(EventBuffer buffer) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(buffer.IsFull ? HealthCheckResult.Degraded("The buffer is full.") : HealthCheckResult.Healthy());
    }
}
