using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// One connection to the engine and the one thread that enters it: two callers on a connection get each other's parameter values.
/// Remembers the database it stands in, and can be brought back to the state it was opened in.
/// </summary>
internal sealed unsafe class EngineConnection
{
    private readonly nint* handle;
    private readonly BlockingCollection<Action> work = [];
    private readonly HashSet<string> namesSet = new(StringComparer.Ordinal);
    private Dictionary<string, string> kept = [];
    private Thread? thread;

    private EngineConnection(nint* handle) => this.handle = handle;

    /// <summary>The database that names without one are looked up in; null when a statement may have changed it.</summary>
    public string? Database { get; private set; } = "default";

    /// <summary>What <see cref="ReadSettings"/> gives on a connection that nobody has used yet.</summary>
    public IReadOnlyDictionary<string, string> FreshSettings { get; set; } = new Dictionary<string, string>();

    /// <summary>A statement may have left settings, a database or temporary tables behind.</summary>
    public bool IsDirty { get; private set; }

    /// <summary>Connects, or says why not. <paramref name="baseline"/>: settings that differ from ClickHouse's defaults on every connection.</summary>
    public static EngineConnection Open(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> baseline)
    {
        string[] all = ["clickhouse", .. arguments, .. baseline.Select(s => $"--{s.Key}={s.Value}")];
        var pointers = stackalloc byte*[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        }

        var handle = ChdbNative.Connect(all.Length, pointers);

        for (var i = 0; i < all.Length; i++)
        {
            Marshal.FreeCoTaskMem((nint)pointers[i]);
        }

        return handle is null
            ? throw new InvalidOperationException("The engine refused the connection; its own message is above.")
            : new EngineConnection(handle);
    }

    /// <summary>Runs on the connection's thread, so that no thread of the pool is held while the engine works.</summary>
    public Task<T> RunAsync<T>(Func<EngineConnection, T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                done.SetResult(action(this));
            }
            catch (Exception e)
            {
                done.SetException(e); // the caller awaits it; the thread goes on
            }
        });

        // Most connections wait for a busy hour that never comes: their threads start with their first work.
        if (thread is null)
        {
            thread = new Thread(Loop) { IsBackground = true, Name = "engine" };
            thread.Start();
        }

        return done.Task;
    }

    /// <summary>Runs one statement. Only inside <see cref="RunAsync"/>.</summary>
    public EngineResult Query(ReadOnlySpan<byte> sql, string format = "TabSeparated", IReadOnlyList<KeyValuePair<string, string>>? parameters = null)
    {
        var formatBytes = Encoding.UTF8.GetBytes(format);
        nint result;
        fixed (byte* text = sql, formatText = formatBytes)
        {
            result = parameters is null or { Count: 0 }
                ? ChdbNative.Query(*handle, text, (nuint)sql.Length, formatText, (nuint)formatBytes.Length)
                : QueryWithParameters(text, sql.Length, formatText, formatBytes.Length, parameters);
        }

        try
        {
            var error = Marshal.PtrToStringUTF8((nint)ChdbNative.Error(result));
            var length = checked((int)ChdbNative.Length(result));
            return new EngineResult(error, length == 0 ? [] : new ReadOnlySpan<byte>(ChdbNative.Buffer(result), length).ToArray())
            {
                ReadRows = ChdbNative.ReadRows(result),
                ReadBytes = ChdbNative.ReadBytes(result),
                WrittenRows = ChdbNative.WrittenRows(result),
                WrittenBytes = ChdbNative.WrittenBytes(result),
                ResultRows = ChdbNative.ResultRows(result),
                ResultBytes = ChdbNative.ResultBytes(result),
                Elapsed = TimeSpan.FromSeconds(ChdbNative.ElapsedSeconds(result)),
            };
        }
        finally
        {
            var failed = ChdbNative.Error(result) is not null;
            ChdbNative.Destroy(result);
            if (failed)
            {
                ForgetFailedQuery();
            }
        }
    }

    public EngineResult Query(string sql) => Query(Encoding.UTF8.GetBytes(sql));

    /// <summary>Asks the engine's parser how many statements a text holds and what they do, without running any.</summary>
    public (uint Statements, QueryClass Class) Classify(ReadOnlySpan<byte> sql)
    {
        if (Classifications.Find(sql) is { } known)
        {
            return (1, known);
        }

        var (statements, @class) = ClassifyAnew(sql);
        if (statements == 1)
        {
            Classifications.Add(sql, @class);
        }

        return (statements, @class);
    }

    private (uint Statements, QueryClass Class) ClassifyAnew(ReadOnlySpan<byte> sql)
    {
        var analysis = new ChdbNative.Analysis { StructSize = (uint)sizeof(ChdbNative.Analysis) };
        fixed (byte* text = sql)
        {
            return ChdbNative.Classify(*handle, text, (nuint)sql.Length, null, 0, &analysis) == 0
                ? (analysis.StatementCount, (QueryClass)analysis.Class)
                : (0, QueryClass.Unknown);
        }
    }

    /// <summary>Stands in <paramref name="database"/> from here on.</summary>
    public void Use(string database)
    {
        if (Database == database)
        {
            return;
        }

        Query($"USE {SqlText.QuoteIdentifier(database)}").ThrowIfError();
        Database = database;
    }

    /// <summary>Asks the engine where a USE of the caller's left the connection.</summary>
    public string ReadDatabase() => Database = Encoding.UTF8.GetString(Query("SELECT currentDatabase() FORMAT RawBLOB").Bytes);

    /// <summary>
    /// Stands in a database with these settings, and stays there: whoever comes next with the same ones finds nothing to do. Two statements
    /// of every request otherwise.
    /// </summary>
    public void Keep(string database, Dictionary<string, string> settings)
    {
        if (Database == database && kept.Count == settings.Count && settings.All(s => kept.TryGetValue(s.Key, out var value) && value == s.Value))
        {
            return;
        }

        ForgetKept();
        Use(database);
        Set(settings);
        kept = settings;
    }

    /// <summary>Takes back what <see cref="Keep"/> has set.</summary>
    public void ForgetKept()
    {
        if (kept.Count == 0)
        {
            return;
        }

        var names = kept.Keys;
        kept = [];
        try
        {
            Unset(names);
        }
        catch (ClickHouseException)
        {
            MarkDirty(names);
            Reset();
        }
    }

    /// <summary>What runs now may leave something behind, these settings among it.</summary>
    public void MarkDirty(IEnumerable<string> settings)
    {
        IsDirty = true;
        namesSet.UnionWith(settings);
    }

    /// <summary>Sets settings for what runs next; all of them or none.</summary>
    public void Set(IReadOnlyCollection<KeyValuePair<string, string>> settings)
    {
        if (settings.Count > 0)
        {
            var changes = settings.Select(s => $"{SqlText.QuoteIdentifier(s.Key)} = {SqlText.QuoteString(s.Value)}");
            Query($"SET {string.Join(", ", changes)}").ThrowIfError();
        }
    }

    /// <summary>Takes settings back to what they are on a fresh connection.</summary>
    public void Unset(IReadOnlyCollection<string> names)
    {
        // Defaults first: under readonly or allow_ddl = 0 nothing but a default may be set.
        var defaults = names.Where(n => !FreshSettings.ContainsKey(n)).Select(n => $"{SqlText.QuoteIdentifier(n)} = DEFAULT").ToArray();
        if (defaults.Length > 0)
        {
            Query($"SET {string.Join(", ", defaults)}").ThrowIfError();
        }

        Set([.. FreshSettings.Where(s => names.Contains(s.Key))]);
    }

    /// <summary>The settings (among <paramref name="names"/>, or all) that do not stand at ClickHouse's default.</summary>
    public Dictionary<string, string> ReadSettings(IEnumerable<string>? names = null)
    {
        var filter = names is null ? "" : $" AND name IN ({string.Join(", ", names.Select(SqlText.QuoteString))})";
        return ReadRows($"SELECT base64Encode(name), base64Encode(value) FROM system.settings WHERE changed{filter}")
            .ToDictionary(row => row[0], row => row[1]);
    }

    /// <summary>Forgets settings, parameters, database and temporary tables that a statement of the caller's left behind.</summary>
    public void Reset()
    {
        // One by one and before anything else: a limit may stop every other statement, and readonly allows nothing but going back.
        foreach (var name in namesSet)
        {
            _ = Query($"SET {SqlText.QuoteIdentifier(name)} = DEFAULT"); // what does not exist was not set either
        }

        namesSet.Clear();
        Query("SELECT {clean:UInt8} FORMAT Null"u8, parameters: [new("clean", "1")]).ThrowIfError(); // a call with parameters ends those of SET param_x

        var now = ReadSettings();
        Unset([.. now.Keys.Union(FreshSettings.Keys).Where(n => now.GetValueOrDefault(n) != FreshSettings.GetValueOrDefault(n))]);

        foreach (var row in ReadRows("SELECT base64Encode(name) FROM system.tables WHERE is_temporary"))
        {
            Query($"DROP TEMPORARY TABLE IF EXISTS {SqlText.QuoteIdentifier(row[0])}").ThrowIfError();
        }

        Database = null;
        Use("default");
        IsDirty = false;
    }

    /// <summary>Ends the thread and the connection.</summary>
    public void Close()
    {
        work.CompleteAdding();
        thread?.Join();
        ChdbNative.Close(handle);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"connection {(nint)handle:x}");

    // A query that failed or was killed stays in system.processes, with all it holds, until its connection runs the next one:
    // KILL QUERY ... SYNC would wait for it, and so would DROP TABLE ... SYNC.
    private void ForgetFailedQuery()
    {
        var sql = "SELECT 1 FORMAT Null"u8;
        fixed (byte* text = sql)
        {
            ChdbNative.Destroy(ChdbNative.Query(*handle, text, (nuint)sql.Length, text, 0));
        }
    }

    // Every column is base64, so that no name or value can break the rows.
    private List<string[]> ReadRows(string sql)
    {
        var result = Query(sql);
        result.ThrowIfError();
        return Encoding.UTF8.GetString(result.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split('\t').Select(cell => Encoding.UTF8.GetString(Convert.FromBase64String(cell))).ToArray())
            .ToList();
    }

    private void Loop()
    {
        foreach (var action in work.GetConsumingEnumerable())
        {
            action();
        }
    }

    private nint QueryWithParameters(
        byte* sql, int sqlLength, byte* format, int formatLength, IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        var count = parameters.Count;
        var pins = new GCHandle[count * 2];
        var names = new byte*[count];
        var values = new byte*[count];
        var nameLengths = new nuint[count];
        var valueLengths = new nuint[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                (names[i], nameLengths[i]) = Pin(parameters[i].Key, out pins[2 * i]);
                (values[i], valueLengths[i]) = Pin(parameters[i].Value, out pins[(2 * i) + 1]);
            }

            fixed (byte** n = names, v = values)
            fixed (nuint* nl = nameLengths, vl = valueLengths)
            {
                return ChdbNative.QueryWithParameters(
                    *handle, sql, (nuint)sqlLength, format, (nuint)formatLength, n, nl, v, vl, (nuint)count);
            }
        }
        finally
        {
            foreach (var pin in pins)
            {
                if (pin.IsAllocated)
                {
                    pin.Free();
                }
            }
        }

        static Pinned Pin(string text, out GCHandle pin)
        {
            // One byte more than the text, so that an empty one has an address as well.
            var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
            var length = Encoding.UTF8.GetBytes(text, bytes);
            pin = GCHandle.Alloc(bytes, GCHandleType.Pinned);
            return new Pinned((byte*)pin.AddrOfPinnedObject(), (nuint)length);
        }
    }

    private readonly struct Pinned(byte* address, nuint length)
    {
        public void Deconstruct(out byte* a, out nuint l)
        {
            a = address;
            l = length;
        }
    }
}
