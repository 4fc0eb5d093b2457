using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Analytics.Storage;

/// <summary>Remembers when each key was last used and writes it down once a minute, and at the end.</summary>
public sealed partial class ApiKeyUses(ApiKeys keys, TimeProvider time, ILogger<ApiKeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PatienceAtEnd = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, DateTimeOffset> uses = new();

    /// <summary>A key was used: a write to memory, and none while the minute is the same.</summary>
    public void Note(ApiKey key)
    {
        var now = time.GetUtcNow();
        if (!uses.TryGetValue(key.Id, out var last) || now - last >= Interval)
        {
            uses[key.Id] = now;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(PatienceAtEnd);
        await WriteAsync(patience.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        var written = uses.ToArray();
        if (written.Length == 0)
        {
            return;
        }

        try
        {
            await keys.SaveUsesAsync(written, ct);
            foreach (var use in written)
            {
                uses.TryRemove(use); // unless it was used since
            }
        }
        catch (Exception e) when (e is ClickHouseException or HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            Log.NotWritten(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "When keys were last used could not be written, and is kept for the next minute: {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
