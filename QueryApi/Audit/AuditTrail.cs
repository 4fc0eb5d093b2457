using System.Threading.Channels;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Audit;

/// <summary>
/// Keeps who read what single people did. No read waits for it: entries go into memory and from there to the store in batches, the same
/// batch under the same token until it is there. On a graceful stop all of them are written; what cannot be is logged, entry by entry.
/// </summary>
internal sealed partial class AuditTrail(
    [FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, ILogger<AuditTrail> logger) : BackgroundService
{
    private const int MostWaiting = 50_000;
    private const int MostInBatch = 5_000;
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BeforeRepeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(5);

    private readonly Channel<AuditRow> waiting =
        Channel.CreateBounded<AuditRow>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    // Of the one who writes alone: the loop, and when that has ended the stop.
    private readonly List<AuditRow> batch = [];
    private string token = "";

    public void Add(AuditRow entry)
    {
        if (!waiting.Writer.TryWrite(entry))
        {
            NotStored(entry); // the store has been away for long, or the process ends
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(PatienceAtEnd);
        while (Fill() && await TryWriteAsync(patience.Token))
        {
        }

        while (Fill())
        {
            batch.ForEach(NotStored);
            batch.Clear();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(Gathering, stoppingToken);
                while (Fill())
                {
                    if (!await TryWriteAsync(stoppingToken))
                    {
                        await Task.Delay(BeforeRepeat, stoppingToken);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // A batch that was tried is never changed: its token names its rows.
    private bool Fill()
    {
        if (batch.Count > 0)
        {
            return true;
        }

        while (batch.Count < MostInBatch && waiting.Reader.TryRead(out var entry))
        {
            batch.Add(entry);
        }

        token = Guid.NewGuid().ToString("n");
        return batch.Count > 0;
    }

    private async Task<bool> TryWriteAsync(CancellationToken ct)
    {
        try
        {
            await clickHouse.InsertAsync<AuditRow>(batch, token, ct);
            batch.Clear();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false; // the process ends; whether it was stored, the token will tell
        }
        catch (Exception e) when (e is ClickHouseException or HttpRequestException)
        {
            Log.NotWritten(logger, batch.Count, e.Message);
            return false;
        }
    }

    private void NotStored(AuditRow entry) =>
        Log.NotStored(logger, entry.Time, entry.KeyId, entry.KeyName, entry.What, entry.Endpoint, string.Join(' ', entry.Sites), entry.Subject);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Count} entries of the audit could not be written yet: {Reason}")]
        public static partial void NotWritten(ILogger logger, int count, string reason);

        [LoggerMessage(LogLevel.Error, "Audit, not stored: {Time:o} {KeyId} ({KeyName}) read {What} by {Endpoint} of {Sites} about '{Subject}'")]
        public static partial void NotStored(
            ILogger logger, DateTimeOffset time, string keyId, string keyName, string what, string endpoint, string sites, string subject);
    }
}
