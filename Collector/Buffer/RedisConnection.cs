using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

/// <summary>
/// The connections to Redis: one for what requests wait for, one for the writer, whose answers of megabytes would hold the others up.
/// They connect by themselves, now and after every loss; nothing here waits for them.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    public const string ConnectionName = "redis";

    private readonly Lazy<ConnectionMultiplexer> requests;
    private readonly Lazy<ConnectionMultiplexer> writer;

    public RedisConnection(IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString(ConnectionName)
            ?? throw new InvalidOperationException("There is no connection string 'redis' (ConnectionStrings__redis).");
        requests = new(() => Connect(connectionString, "collector"));
        writer = new(() => Connect(connectionString, "collector-writer"));
    }

    /// <summary>
    /// Makes both connections, or begins to. Where a program starts, on a thread of its own: connecting needs the pool, and those who wait for it
    /// there would hold all of its threads.
    /// </summary>
    public void Open()
    {
        _ = requests.Value;
        _ = writer.Value;
    }

    public bool IsConnected => requests.Value.IsConnected;

    public IDatabase Database => requests.Value.GetDatabase();

    public IDatabase WriterDatabase => writer.Value.GetDatabase();

    public ISubscriber Subscriber => requests.Value.GetSubscriber();

    /// <summary>What Redis being away, restarting, or slow looks like; the same call may succeed later.</summary>
    public static bool IsTransient(Exception exception) =>
        exception is RedisConnectionException or RedisServerException or RedisException or TimeoutException or ObjectDisposedException;

    private static ConnectionMultiplexer Connect(string connectionString, string name)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.ClientName = name;
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 1_000;
        options.SyncTimeout = 5_000;
        options.KeepAlive = 5;
        options.ReconnectRetryPolicy = new LinearRetry(250);
        return ConnectionMultiplexer.Connect(options);
    }

    public void Dispose()
    {
        if (requests.IsValueCreated)
        {
            requests.Value.Dispose();
        }

        if (writer.IsValueCreated)
        {
            writer.Value.Dispose();
        }
    }
}

/// <summary>Without Redis no event can be accepted.</summary>
internal sealed class RedisHealthCheck(RedisConnection redis) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.Database.PingAsync().WaitAsync(TimeSpan.FromSeconds(2), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            return HealthCheckResult.Unhealthy("Redis does not answer.");
        }
    }
}
