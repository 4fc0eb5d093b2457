using System.Net;
using Analytics.Collector.Buffer;
using Analytics.Collector.Collect;
using Analytics.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Writer;

/// <summary>
/// Carries the buffer into ClickHouse: claim, one INSERT a table under the batch's token, release. Of several collectors one at a time
/// does this (the lease); a batch that another left unfinished is finished first. A failed insert is repeated until it succeeds.
/// </summary>
internal sealed partial class EventWriter(
    RedisConnection redis, ClickHouse clickHouse, IOptions<WriterOptions> options, IOptions<BufferOptions> buffer, CollectMetrics metrics,
    TimeProvider time, ILogger<EventWriter> logger)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookForBegunInterval = TimeSpan.FromSeconds(2);

    private readonly WriterOptions options = options.Value;
    private readonly BufferDrain drain = new(redis, time, buffer.Value, logger);

    /// <summary>Inserts that ClickHouse refused for good and that wait for the operator.</summary>
    public long SetAside { get; private set; }

    /// <summary>Whether this collector forms the batches now.</summary>
    public bool IsLeading { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
                pause = FirstPause;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (RedisConnection.IsTransient(e))
            {
                Log.RedisAway(logger, e.Message);
                await Pause();
            }
            catch (Exception e)
            {
                // Whatever it was, the batch is registered in Redis: the next round takes it up where this one fell.
                Log.Fault(logger, e);
                await Pause();
            }
        }

        async Task Pause()
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = Min(pause * 2, LongestPause);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await drain.StopLeadingAsync().WaitAsync(TimeSpan.FromSeconds(1), cancellationToken);
        }
        catch (Exception e) when (RedisConnection.IsTransient(e) || e is OperationCanceledException)
        {
            // The lease runs out by itself.
        }
    }

    private async Task LeadAsync(CancellationToken ct)
    {
        while (!await drain.TryLeadAsync())
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
        }

        using var leading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lease = KeepLeaseAsync(leading);
        IsLeading = true;
        try
        {
            await DrainAsync(leading.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Log.LeaseLost(logger);
        }
        finally
        {
            IsLeading = false;
            await leading.CancelAsync();
            await lease;
        }
    }

    private async Task KeepLeaseAsync(CancellationTokenSource leading)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, leading.Token);
                if (!await drain.TryLeadAsync())
                {
                    await leading.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            await leading.CancelAsync();
        }
    }

    /// <summary>Takes up what is registered and not under way here: batches of a collector that died, or that lost the lease.</summary>
    private async Task FinishBegunAsync(List<Running> running, CancellationToken ct)
    {
        drain.HoldOnly(running.SelectMany(r => r.Batch.Entries));
        SetAside = await drain.SetAsideCountAsync();
        await drain.ForgetRequestsAsync();
        foreach (var id in await drain.UnfinishedAsync())
        {
            if (!running.Exists(r => r.Batch.Id == id) && await drain.ResumeAsync(id) is { } batch)
            {
                Log.Resumed(logger, id, batch.Entries.Count);
                await StoreAsync(batch, ct);
            }
        }
    }

    private async Task DrainAsync(CancellationToken ct)
    {
        await drain.SweepAsync();
        var running = new List<Running>();
        long? lookedForBegun = null;
        long? firstSeen = null;
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                if (running.Count == options.Parallel || running.Exists(r => r.Store.IsCompleted))
                {
                    var finished = await Task.WhenAny(running.Select(r => r.Store));
                    running.RemoveAll(r => r.Store == finished);
                    await finished;
                    continue;
                }

                if (lookedForBegun is null || time.GetElapsedTime(lookedForBegun.Value) > LookForBegunInterval)
                {
                    await FinishBegunAsync(running, ct);
                    lookedForBegun = time.GetTimestamp();
                }

                var (plan, isFull) = await drain.PlanAsync(options.MaxRows, options.MaxBytes);
                firstSeen = plan.Count == 0 ? null : firstSeen ?? time.GetTimestamp();
                var left = firstSeen is { } since ? options.FlushInterval - time.GetElapsedTime(since) : options.PollInterval;
                if (!isFull && left > TimeSpan.Zero)
                {
                    await Task.Delay(Min(left, options.PollInterval), time, ct);
                    continue;
                }

                firstSeen = null;
                if (await drain.ClaimAsync(plan) is { } batch)
                {
                    // Begun is finished, also when the host stops: it takes one insert. Only a ClickHouse that is away ends it early,
                    // and then the batch waits in Redis, registered, for the next leader.
                    running.Add(new(batch, StoreAsync(batch, ct)));
                }
            }
        }
        finally
        {
            await Task.WhenAll(running.Select(r => r.Store));
        }
    }

    private sealed record Running(Batch Batch, Task Store);

    private async Task StoreAsync(Batch batch, CancellationToken ct)
    {
        await Task.WhenAll(batch.Inserts.Select(insert => InsertAsync(batch, insert, ct)));
        await drain.ReleaseAsync(batch);
        metrics.Released(batch.RepeatedRequests);
    }

    private async Task InsertAsync(Batch batch, BatchInsert insert, CancellationToken ct)
    {
        if (!BufferSchema.TryGet(insert.Table, insert.Schema, out var table, out var columns))
        {
            throw new InvalidOperationException($"Batch {batch.Id} holds rows of an unknown schema.");
        }

        var pause = FirstPause;
        while (true)
        {
            var started = time.GetTimestamp();
            try
            {
                using var rows = new PiecesContent(insert.Pieces, insert.Bytes);
                await clickHouse.InsertAsync(table, columns, rows, batch.Token(insert), CancellationToken.None);
                metrics.Inserted(table, insert.Rows, time.GetElapsedTime(started));
                return;
            }
            catch (ClickHouseException e) when (IsAboutTheRows(e))
            {
                Log.SetAside(logger, insert.Rows, table, batch.Id, e.Message);
                await drain.SetAsideAsync(batch, insert);
                SetAside = await drain.SetAsideCountAsync();
                return;
            }
            catch (Exception e) when (e is ClickHouseException or HttpRequestException or OperationCanceledException or IOException)
            {
                metrics.InsertFailed(table);
                Log.InsertRepeated(logger, table, batch.Id, pause.TotalMilliseconds, e.Message);
                await Task.Delay(pause, time, ct);
                pause = Min(pause * 2, LongestPause);
            }
        }
    }

    /// <summary>
    /// Only what the rows themselves are to blame for. A missing table or column, a refused login, a full disk: the operator can mend
    /// those, and the same insert succeeds then.
    /// </summary>
    private static bool IsAboutTheRows(ClickHouseException e) => e.Code is
        6 or 27 or 33 // cannot parse text, input, all of the data
        or 117 or 128 or 131; // incorrect data, too large an array, too large a string

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Sends the pieces one after the other, as they lie in memory.</summary>
    private sealed class PiecesContent(IReadOnlyList<ReadOnlyMemory<byte>> pieces, long length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (var piece in pieces)
            {
                await stream.WriteAsync(piece, cancellationToken);
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Redis does not answer the writer: {Reason}")]
        public static partial void RedisAway(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The writer failed in a way that was not foreseen and begins again")]
        public static partial void Fault(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Information, "Another collector writes now")]
        public static partial void LeaseLost(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Finishing batch {Batch} of {Entries} entries, begun before")]
        public static partial void Resumed(ILogger logger, string batch, int entries);

        [LoggerMessage(LogLevel.Warning, "Insert into {Table} of batch {Batch} failed and is repeated in {PauseMs} ms: {Reason}")]
        public static partial void InsertRepeated(ILogger logger, string table, string batch, double pauseMs, string reason);

        [LoggerMessage(LogLevel.Error, "ClickHouse refuses {Rows} rows of {Table} in batch {Batch}; they are set aside in Redis: {Reason}")]
        public static partial void SetAside(ILogger logger, int rows, string table, string batch, string reason);
    }
}

internal static class EventWriterRegistration
{
    public static WebApplicationBuilder AddEventWriter(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WriterOptions>().BindConfiguration("Writer").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<EventWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventWriter>());
        builder.Services.AddHostedService<DropWriter>();
        builder.Services.AddHealthChecks().AddCheck<WriterHealthCheck>("writer");
        return builder;
    }

    private sealed class WriterHealthCheck(EventWriter writer) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(writer.SetAside > 0
                ? HealthCheckResult.Degraded($"{writer.SetAside} inserts were refused by ClickHouse and wait in Redis.")
                : HealthCheckResult.Healthy());
    }
}
