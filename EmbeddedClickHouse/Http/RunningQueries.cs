using System.Collections.Concurrent;
using Analytics.EmbeddedClickHouse.Chdb;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>The ids of the queries that run, one query an id; and the way to end one.</summary>
internal sealed partial class RunningQueries(EnginePool engine, ILogger<RunningQueries> logger)
{
    private static readonly TimeSpan ReplaceTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> running = new(StringComparer.Ordinal);

    /// <summary>Enters an id; the query has ended when the result is disposed of.</summary>
    public async Task<RunningQuery> StartAsync(string queryId, bool replace, CancellationToken ct)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!running.TryAdd(queryId, ended))
        {
            if (!replace)
            {
                throw AlreadyRunning(queryId);
            }

            if (running.TryGetValue(queryId, out var other))
            {
                await engine.KillAsync(QueryTag.Of(queryId));
                try
                {
                    await other.Task.WaitAsync(ReplaceTimeout, ct);
                }
                catch (TimeoutException)
                {
                    throw AlreadyRunning(queryId);
                }
            }
        }

        return new RunningQuery(this, queryId, ended);
    }

    private static ClickHouseException AlreadyRunning(string queryId) => new(new ClickHouseError(
        216, "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING", $"Query with id = {queryId} is already running."));

    private void Cancel(string queryId)
    {
        Log.ClientGone(logger, queryId);
        _ = engine.KillAsync(QueryTag.Of(queryId));
    }

    private void End(string queryId, TaskCompletionSource ended)
    {
        running.TryRemove(queryId, out _);
        ended.SetResult();
    }

    /// <summary>One query, from before it runs until after its answer is known.</summary>
    internal sealed class RunningQuery(RunningQueries all, string queryId, TaskCompletionSource ended) : IDisposable
    {
        /// <summary>Ends the query in the engine when the client goes away.</summary>
        public CancellationTokenRegistration CancelWith(CancellationToken clientGone) => clientGone.Register(() => all.Cancel(queryId));

        public void Dispose() => all.End(queryId, ended);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "The client of query {QueryId} is gone; the query is cancelled")]
        public static partial void ClientGone(ILogger logger, string queryId);
    }
}
