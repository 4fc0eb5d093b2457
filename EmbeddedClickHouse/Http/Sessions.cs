using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.Extensions.Options;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// Named sessions: what SET, USE and CREATE TEMPORARY TABLE did lasts from request to request, on a connection of the session's own.
/// One request at a time; a session nobody used for its timeout is forgotten.
/// </summary>
internal sealed class Sessions(EnginePool engine, IOptions<EngineOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock sync = new();
    private readonly Dictionary<string, Session> sessions = new(StringComparer.Ordinal);
    private readonly List<Session> closed = []; // by their own wish; nobody finds them any more, and their connections are cleaned in the next sweep

    /// <summary>Opens a session, or makes it, for one request.</summary>
    public async Task<Session> EnterAsync(RequestParameters parameters, CancellationToken ct)
    {
        var id = parameters.SessionId!;
        var latest = time.GetUtcNow() + options.Value.QueueTimeout;
        while (true)
        {
            Session? evicted = null;
            lock (sync)
            {
                if (sessions.TryGetValue(id, out var session))
                {
                    if (session.IsLocked)
                    {
                        throw new ClickHouseException(new ClickHouseError(373, "SESSION_IS_LOCKED", $"Session {id} is locked by a concurrent client"));
                    }

                    return session.Begin(parameters);
                }

                if (parameters.SessionCheck)
                {
                    throw new ClickHouseException(new ClickHouseError(372, "SESSION_NOT_FOUND", $"Session {id} not found"));
                }

                if (engine.TakeForSession() is { } connection)
                {
                    return sessions[id] = new Session(this, id, connection).Begin(parameters);
                }

                evicted = TakeOldestWithoutState();
                if (evicted is null && time.GetUtcNow() >= latest)
                {
                    throw new ClickHouseException(ClickHouseError.TooManyQueries($"Too many sessions: {sessions.Count}."));
                }
            }

            if (evicted is not null)
            {
                await engine.ReturnFromSessionAsync(evicted.Connection);
            }
            else
            {
                await Task.Delay(RetryInterval, time, ct); // until another one has ended
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                foreach (var session in TakeExpired())
                {
                    await engine.ReturnFromSessionAsync(session.Connection);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the process stops
        }
    }

    private void Leave(Session session)
    {
        lock (sync)
        {
            session.IsLocked = false;
            session.LastUsed = time.GetUtcNow();
            if (session.IsClosing)
            {
                sessions.Remove(session.Id);
                closed.Add(session);
            }
        }
    }

    private List<Session> TakeExpired()
    {
        lock (sync)
        {
            var now = time.GetUtcNow();
            var expired = sessions.Values.Where(s => !s.IsLocked && now - s.LastUsed > s.Timeout).ToList();
            expired.ForEach(s => sessions.Remove(s.Id));
            expired.AddRange(closed);
            closed.Clear();
            return expired;
        }
    }

    // A session that never set anything loses nothing: its next request makes it again.
    private Session? TakeOldestWithoutState()
    {
        var oldest = sessions.Values.Where(s => !s.IsLocked && !s.Connection.IsDirty).MinBy(s => s.LastUsed);
        if (oldest is not null)
        {
            sessions.Remove(oldest.Id);
        }

        return oldest;
    }

    /// <summary>One session, locked for the request that holds it until it is disposed of.</summary>
    internal sealed class Session(Sessions all, string id, EngineConnection connection) : IDisposable
    {
        public string Id { get; } = id;

        public EngineConnection Connection { get; } = connection;

        /// <summary>Where the session's last USE left it.</summary>
        public string Database { get; set; } = "default";

        public bool IsLocked { get; set; }

        /// <summary>Its present request is its last.</summary>
        public bool IsClosing { get; private set; }

        public TimeSpan Timeout { get; private set; }

        public DateTimeOffset LastUsed { get; set; }

        public Session Begin(RequestParameters parameters)
        {
            (IsLocked, IsClosing, Timeout) = (true, parameters.CloseSession, parameters.SessionTimeout);
            return this;
        }

        public void Dispose() => all.Leave(this);
    }
}
