using StackExchange.Redis;

namespace Analytics.Collector.Buffer;

/// <summary>
/// Holds Redis to what a 202 says: that the events outlive its process. Under <c>appendfsync everysec</c> it answers before it has written
/// whenever the fsync before is still under way, and up to two seconds of answers end with the process; under <c>always</c> it never does.
/// So that is set wherever an append-only log is on, for as long as that Redis runs: its configuration file stays as it is.
/// </summary>
internal sealed partial class RedisDurability(RedisConnection redis, ILogger<RedisDurability> logger)
{
    private const string Always = "always";

    private string said = "";

    /// <summary>Whether what Redis has answered for outlives its process; null while that is not known.</summary>
    public bool? IsDurable { get; private set; }

    /// <summary>Asked again and again: Redis may have been started anew, or be another one.</summary>
    /// <exception cref="Exception">One of <see cref="RedisConnection.IsTransient"/>.</exception>
    public async Task AssureAsync()
    {
        try
        {
            if (await ReadAsync("appendonly") is "no")
            {
                IsDurable = false;
                Say("off", Log.NoLog);
                return;
            }

            // Garnet has no such setting; it waits for its log when it was told to (--aof-commit-wait).
            if (await ReadAsync("appendfsync") is { } mode and not Always)
            {
                await redis.Database.ExecuteAsync("CONFIG", "SET", "appendfsync", Always);
                Log.Set(logger, mode);
            }

            IsDurable = true;
            said = "";
        }
        catch (RedisServerException e)
        {
            IsDurable = null; // a Redis that does not let everybody see its configuration
            Say(e.Message, log => Log.Unknown(log, e.Message));
        }
    }

    private async Task<string?> ReadAsync(string name) =>
        (string[]?)await redis.Database.ExecuteAsync("CONFIG", "GET", name) is [_, var value, ..] ? value : null;

    private void Say(string what, Action<ILogger> log)
    {
        if (said != what)
        {
            said = what;
            log(logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Redis keeps no append-only log: accepted events are lost when it stops (set 'appendonly yes')")]
        public static partial void NoLog(ILogger logger);

        [LoggerMessage(LogLevel.Information, "Redis had 'appendfsync {Mode}', under which accepted events can be lost when it is killed; it is 'always' now, until it stops")]
        public static partial void Set(ILogger logger, string mode);

        [LoggerMessage(LogLevel.Warning, "Whether Redis keeps accepted events when it is killed cannot be seen ({Reason}): it needs 'appendonly yes' and 'appendfsync always'")]
        public static partial void Unknown(ILogger logger, string reason);
    }
}
