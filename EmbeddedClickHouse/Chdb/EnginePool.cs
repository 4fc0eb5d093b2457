using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// All connections to the engine. They are opened once, before the web server starts (see <see cref="SignalHandlers"/>), and lent to
/// one caller at a time: a bounded number run, a bounded number wait.
/// </summary>
internal sealed partial class EnginePool : IDisposable
{
    // Differences from ClickHouse's defaults that hold for every connection.
    private static readonly Dictionary<string, string> Baseline = new()
    {
        // An embedded client is laxer than a server in these three.
        ["implicit_select"] = "0",
        ["allow_introspection_functions"] = "0",
        ["storage_file_read_method"] = "pread",
        // An insert is stored when it is answered.
        ["async_insert"] = "0",
        // The profilers send signals to threads, also to .NET's; there is no log that would keep their samples.
        ["query_profiler_real_time_period_ns"] = "0",
        ["query_profiler_cpu_time_period_ns"] = "0",
        ["log_queries"] = "0",
        // On two cores the threads that format a result in parallel cost more than they bring: 0.4 ms of every small query.
        ["output_format_parallel_formatting"] = "0",
    };

    private readonly EngineOptions options;
    private readonly ILogger<EnginePool> logger;
    private readonly ConcurrentStack<EngineConnection> idle = new();
    private readonly List<EngineConnection> all = [];
    private readonly EngineConnection control;
    private readonly SemaphoreSlim running;
    private int waiting;
    private int sessions;

    public EnginePool(IOptions<EngineOptions> options, DataDirectory data, EngineLibrary library, ILogger<EnginePool> logger)
    {
        this.options = options.Value;
        this.logger = logger;
        running = new SemaphoreSlim(this.options.MaxConcurrentQueries);

        var started = Stopwatch.GetTimestamp();
        foreach (var part in DeduplicationLogs.Mend(data.Path))
        {
            Log.Mended(logger, part);
        }

        string[] arguments = [$"--path={data.Path}", $"--config-file={EngineConfig.Write(data, this.options)}"];
        using (new SignalHandlers())
        {
            ChdbNative.Load(library.Path);
            ChdbNative.SetSignalHandlersEnabled(0);
            for (var i = 0; i < this.options.MaxConcurrentQueries + this.options.MaxSessions + 1; i++)
            {
                all.Add(EngineConnection.Open(arguments, Baseline));
            }
        }

        control = all[0];
        var fresh = control.ReadSettings();
        foreach (var connection in all)
        {
            connection.FreshSettings = fresh;
        }

        foreach (var connection in all.Skip(1))
        {
            idle.Push(connection);
        }

        var identity = Encoding.UTF8.GetString(control.Query("SELECT version(), timezone()").Bytes).Trim().Split('\t');
        Version = ClickHouseError.Version = identity[0];
        TimeZone = identity[1];
        var elapsed = Stopwatch.GetElapsedTime(started);
        Log.Opened(logger, Version, all.Count, elapsed);
    }

    public string Version { get; }

    public string TimeZone { get; }

    /// <summary>Waits for the right to run a query and lends a connection.</summary>
    public async Task<EngineLease> RentAsync(CancellationToken ct)
    {
        await EnterAsync(ct);
        return idle.TryPop(out var connection)
            ? new EngineLease(this, connection, forSession: false)
            : Refuse(); // only after connections were given up: see EngineLease
    }

    /// <summary>Waits for the right to run a query on a connection that a session holds already.</summary>
    public async Task<EngineLease> EnterAsync(EngineConnection connection, CancellationToken ct)
    {
        await EnterAsync(ct);
        return new EngineLease(this, connection, forSession: true);
    }

    /// <summary>Takes a connection out of the pool for a session; null when sessions hold as many as they may.</summary>
    public EngineConnection? TakeForSession()
    {
        if (Interlocked.Increment(ref sessions) <= options.MaxSessions && idle.TryPop(out var connection))
        {
            return connection;
        }

        Interlocked.Decrement(ref sessions);
        return null;
    }

    /// <summary>Gives a session's connection back as if it were fresh.</summary>
    public async Task ReturnFromSessionAsync(EngineConnection connection)
    {
        await CleanAsync(connection);
        Interlocked.Decrement(ref sessions);
    }

    /// <summary>Cancels what runs under a tag, from a connection that is never lent.</summary>
    public Task<EngineResult> KillAsync(string tag) =>
        ControlAsync(c => c.Query($"KILL QUERY WHERE {QueryTag.Condition(tag)} ASYNC"));

    /// <summary>Does something short on the connection that is never lent: no caller's settings hold there.</summary>
    public Task<T> ControlAsync<T>(Func<EngineConnection, T> action) => control.RunAsync(action);

    public void Dispose()
    {
        // The last connection's end is the engine's: it stops merges and writes what is left.
        foreach (var connection in all)
        {
            connection.Close();
        }

        running.Dispose();
        Log.Closed(logger);
    }

    internal void Leave() => running.Release();

    internal async Task CleanAsync(EngineConnection connection)
    {
        try
        {
            if (connection.IsDirty)
            {
                await connection.RunAsync(c =>
                {
                    c.Reset();
                    return true;
                });
            }

            idle.Push(connection);
        }
        catch (ClickHouseException e)
        {
            // A caller's "SET allow_ddl = 0" cannot be taken back. The connection is not lent again; a new one would cost .NET its signals.
            Log.GaveUp(logger, e.Message);
        }
    }

    private EngineLease Refuse()
    {
        Leave();
        throw new ClickHouseException(ClickHouseError.TooManyQueries("No connection to the engine is left."));
    }

    private async Task EnterAsync(CancellationToken ct)
    {
        if (running.Wait(0, CancellationToken.None))
        {
            return;
        }

        if (Interlocked.Increment(ref waiting) > options.QueueLength)
        {
            Interlocked.Decrement(ref waiting);
            throw new ClickHouseException(ClickHouseError.TooManyQueries(
                $"Too many simultaneous queries. {options.MaxConcurrentQueries} run and {options.QueueLength} wait."));
        }

        try
        {
            if (!await running.WaitAsync(options.QueueTimeout, ct))
            {
                throw new ClickHouseException(ClickHouseError.TooManyQueries(
                    $"Too many simultaneous queries. None of {options.MaxConcurrentQueries} ended within {options.QueueTimeout.TotalSeconds:0} s."));
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "ClickHouse {Version} is open over {Connections} connections after {Elapsed}")]
        public static partial void Opened(ILogger logger, string version, int connections, TimeSpan elapsed);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Part} was recorded and is not there, as after a kill in the middle of an insert: the insert may be repeated")]
        public static partial void Mended(ILogger logger, string part);

        [LoggerMessage(Level = LogLevel.Information, Message = "ClickHouse is closed; the data are on disk")]
        public static partial void Closed(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A connection could not be reset and is not used again: {Reason}")]
        public static partial void GaveUp(ILogger logger, string reason);
    }
}

/// <summary>The right to run queries on one connection until it is disposed of.</summary>
internal sealed class EngineLease(EnginePool pool, EngineConnection connection, bool forSession) : IAsyncDisposable
{
    /// <param name="action">What to do on the connection's thread.</param>
    /// <param name="keeps">It sees to the settings that an earlier request may have left there (<see cref="EngineConnection.Keep"/>); otherwise they are gone.</param>
    public Task<T> RunAsync<T>(Func<EngineConnection, T> action, bool keeps = false) => connection.RunAsync(keeps ? action : c =>
    {
        c.ForgetKept();
        return action(c);
    });

    public async ValueTask DisposeAsync()
    {
        if (!forSession)
        {
            await pool.CleanAsync(connection);
        }

        pool.Leave();
    }
}
