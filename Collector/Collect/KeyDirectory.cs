using Analytics.Collector.Buffer;
using Analytics.Storage;
using StackExchange.Redis;

namespace Analytics.Collector.Collect;

/// <summary>
/// Recognises API keys without asking anybody: the bootstrap key of the configuration, and those of the store, which are read every few
/// seconds and when the query API says over Redis that one was made or revoked.
/// </summary>
internal sealed partial class KeyDirectory(
    IConfiguration configuration, ApiKeys keys, ApiKeyUses uses, RedisConnection redis, TimeProvider time, ILogger<KeyDirectory> logger)
    : BackgroundService
{
    public const string ChangedChannel = "keys-changed";

    private static readonly RedisChannel Changed = new(ChangedChannel, RedisChannel.PatternMode.Literal);

    private const string Bearer = "Bearer ";
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim changed = new(0, 1);
    private readonly string? bootstrapHash = configuration["Auth:BootstrapKey"] is { Length: > 0 } key ? ApiKeyText.Hash(key) : null;
    private volatile KnownKeys? known;

    /// <summary>Whether an unknown key can be told from one that was not read yet.</summary>
    public bool IsReady => known is not null;

    /// <summary>The key that a request carries, or null where it carries none that is known.</summary>
    public ApiKey? Find(IHeaderDictionary headers)
    {
        var given = headers.Authorization.ToString();
        given = given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? given[Bearer.Length..].Trim() : headers["X-Api-Key"].ToString();
        if (given.Length == 0)
        {
            return null;
        }

        if (bootstrapHash is not null && ApiKeyText.Matches(given, bootstrapHash))
        {
            return ApiKey.Bootstrap;
        }

        var key = known?.Find(given, time.GetUtcNow());
        if (key is not null)
        {
            uses.Note(key);
        }

        return key;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ListenAsync();
            while (true)
            {
                await RefreshAsync(stoppingToken);
                await changed.WaitAsync(RefreshInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            // Subscriptions come back by themselves when the connection does.
            await redis.Subscriber.SubscribeAsync(Changed, (_, _) => Wake());
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            Log.NoNotice(logger, e.Message);
        }
    }

    // What was read last stays in use while the store is away.
    private async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            known = await keys.ReadAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (known is null)
            {
                Log.NotRead(logger, e.Message);
            }
        }
    }

    private void Wake()
    {
        try
        {
            changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Awake already.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The keys could not be read yet, only the bootstrap key is known: {Reason}")]
        public static partial void NotRead(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "Changes of keys are noticed only by asking every few seconds: {Reason}")]
        public static partial void NoNotice(ILogger logger, string reason);
    }
}
