using StackExchange.Redis;

namespace Analytics.QueryApi.Sites;

/// <summary>Tells the other services over Redis that a site or a key changed, so that they need not wait until their copy is old.</summary>
internal sealed partial class SiteChanges(IConfiguration configuration, ILogger<SiteChanges> logger) : IDisposable
{
    public const string Channel = "sites-changed";
    public const string KeysChannel = "keys-changed";

    /// <summary>How long a change waits for Redis. The change itself is stored already.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lazy<Task<ConnectionMultiplexer>>? redis = configuration.GetConnectionString("redis") is { Length: > 0 } connection
        ? new(() => ConnectAsync(connection))
        : null;

    /// <summary>Publishes the site's key. Redis away is no reason to fail: every reader's copy also ages.</summary>
    public Task PublishAsync(string siteKey) => PublishAsync(Channel, siteKey);

    /// <param name="what">Names what changed.</param>
    public async Task PublishAsync(string channel, string what)
    {
        if (redis is null)
        {
            return;
        }

        try
        {
            await PublishAsync(redis.Value, channel, what).WaitAsync(Patience);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            Log.NotPublished(logger, what, e.Message);
        }
    }

    public void Dispose()
    {
        if (redis is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            redis.Value.Result.Dispose();
        }
    }

    private static async Task PublishAsync(Task<ConnectionMultiplexer> connection, string channel, string what) =>
        await (await connection).GetSubscriber().PublishAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), what);

    private static async Task<ConnectionMultiplexer> ConnectAsync(string connection)
    {
        var options = ConfigurationOptions.Parse(connection);
        options.AbortOnConnectFail = false; // Redis may start later than we do
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The change of {What} was not published ({Reason}); others see it when they read again")]
        public static partial void NotPublished(ILogger logger, string what, string reason);
    }
}
