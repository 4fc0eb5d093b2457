using System.Text.Json;
using Analytics.EmbeddedClickHouse.Chdb;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// The latest statements in <c>system.query_log</c>, under a server's names: one row each, at its end, in memory. The engine's own log would
/// know neither the callers' query ids nor who they are. Rows wait here until somebody asks for the table; nobody else pays for it.
/// </summary>
internal sealed class QueryLog(EnginePool engine, DataDirectory data) : IDisposable
{
    private const int MostEntries = 10_000;
    private const int MostText = 8 << 20;
    private const int LongestText = 100_000;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Queue<Entry> waiting = new();
    private readonly SemaphoreSlim flushing = new(1, 1);
    private int text;
    private bool isCreated;

    /// <summary>Whether a statement's answer depends on the log.</summary>
    public static bool IsAskedFor(Statement statement, ReadOnlySpan<byte> sql) => statement.Kind != StatementKind.InsertData
        && (sql.IndexOf("query_log"u8) >= 0 || (statement.Verb == "SYSTEM" && Mentions(sql, "LOGS")));

    public void Add(
        RequestParameters parameters, RequestBody body, string? database, DateTime started, EngineResult result, bool isUnderstood)
    {
        var error = result.Error is null ? null : ClickHouseError.Parse(result.Error, body.Rows?.Path);
        var entry = new Entry
        {
            Type = error is null ? "QueryFinish" : isUnderstood ? "ExceptionWhileProcessing" : "ExceptionBeforeStart",
            QueryStartTimeMicroseconds = started,
            EventTimeMicroseconds = DateTime.UtcNow,
            QueryDurationMs = (ulong)(DateTime.UtcNow - started).TotalMilliseconds,
            ReadRows = result.ReadRows,
            ReadBytes = result.ReadBytes,
            WrittenRows = result.WrittenRows,
            WrittenBytes = result.WrittenBytes,
            ResultRows = result.ResultRows,
            ResultBytes = result.ResultBytes,
            CurrentDatabase = database ?? "",
            Query = Cut(System.Text.Encoding.UTF8.GetString(body.Sql.AsSpan(0, Math.Min(body.Sql.Length, LongestText)))),
            QueryKind = KindOf(body.Statement.Verb),
            QueryId = parameters.QueryId,
            ExceptionCode = error?.Code ?? 0,
            Exception = Cut(error?.ToString().Trim() ?? ""),
            HttpMethod = parameters.IsGet ? 1 : 2,
            HttpUserAgent = parameters.UserAgent,
            LogComment = parameters.Settings.GetValueOrDefault("log_comment", ""),
            Settings = parameters.Settings,
        };

        lock (waiting)
        {
            waiting.Enqueue(entry);
            text += entry.Size;
            while (waiting.Count > MostEntries || text > MostText)
            {
                text -= waiting.Dequeue().Size;
            }
        }
    }

    /// <summary>Brings the table up to date.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        // A second caller waits for the first: what it asks for may be among the rows on their way.
        await flushing.WaitAsync(ct);
        try
        {
            Entry[] entries;
            lock (waiting)
            {
                entries = [.. waiting];
                waiting.Clear();
                text = 0;
            }

            using var file = data.NewFile();
            await File.WriteAllLinesAsync(file.Path, entries.Select(e => JsonSerializer.Serialize(e, Json)), CancellationToken.None);
            await engine.ControlAsync(connection =>
            {
                if (!isCreated)
                {
                    connection.Query(CreateTable).ThrowIfError();
                    isCreated = true;
                }

                if (entries.Length > 0)
                {
                    connection.Query(
                        $"INSERT INTO system.query_log ({Columns}) FROM INFILE {SqlText.QuoteString(file.Path)} COMPRESSION 'none' "
                        + "SETTINGS date_time_input_format = 'best_effort' FORMAT JSONEachRow") // the times are UTC, and say so
                        .ThrowIfError();
                }

                return true;
            });
        }
        finally
        {
            flushing.Release();
        }
    }

    public void Dispose() => flushing.Dispose();

    private static bool Mentions(ReadOnlySpan<byte> sql, string word)
    {
        var scanner = new SqlScanner(sql);
        while (scanner.Next() is { Kind: not (TokenKind.End or TokenKind.Unclosed) } token)
        {
            if (scanner.Is(token, word))
            {
                return true;
            }
        }

        return false;
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText];

    private static string KindOf(string verb) => verb switch
    {
        "" => "None",
        "SELECT" or "WITH" or "FROM" => "Select",
        "DESC" or "DESCRIBE" => "Describe",
        "KILL" => "KillQuery",
        _ => $"{verb[0]}{verb[1..].ToLowerInvariant()}",
    };

    private const string Columns =
        "type, event_time_microseconds, query_start_time_microseconds, query_duration_ms, read_rows, read_bytes, written_rows, written_bytes, "
        + "result_rows, result_bytes, current_database, query, query_kind, query_id, exception_code, exception, http_method, http_user_agent, "
        + "log_comment, Settings";

    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS system.query_log
        (
            type Enum8('QueryStart' = 1, 'QueryFinish' = 2, 'ExceptionBeforeStart' = 3, 'ExceptionWhileProcessing' = 4),
            event_date Date DEFAULT toDate(event_time_microseconds),
            event_time DateTime DEFAULT toDateTime(event_time_microseconds),
            event_time_microseconds DateTime64(6),
            query_start_time DateTime DEFAULT toDateTime(query_start_time_microseconds),
            query_start_time_microseconds DateTime64(6),
            query_duration_ms UInt64,
            read_rows UInt64,
            read_bytes UInt64,
            written_rows UInt64,
            written_bytes UInt64,
            result_rows UInt64,
            result_bytes UInt64,
            current_database LowCardinality(String),
            query String,
            normalized_query_hash UInt64 DEFAULT normalizedQueryHash(query),
            query_kind LowCardinality(String),
            exception_code Int32,
            exception String,
            is_initial_query UInt8 DEFAULT 1,
            user LowCardinality(String) DEFAULT 'default',
            query_id String,
            initial_user LowCardinality(String) DEFAULT user,
            initial_query_id String DEFAULT query_id,
            interface UInt8 DEFAULT 2,
            http_method UInt8,
            http_user_agent String,
            log_comment String,
            Settings Map(LowCardinality(String), LowCardinality(String))
        )
        ENGINE = Memory SETTINGS max_rows_to_keep = 10000
        """;

    private sealed record Entry
    {
        public required string Type { get; init; }

        public required DateTime EventTimeMicroseconds { get; init; }

        public required DateTime QueryStartTimeMicroseconds { get; init; }

        public required ulong QueryDurationMs { get; init; }

        public required ulong ReadRows { get; init; }

        public required ulong ReadBytes { get; init; }

        public required ulong WrittenRows { get; init; }

        public required ulong WrittenBytes { get; init; }

        public required ulong ResultRows { get; init; }

        public required ulong ResultBytes { get; init; }

        public required string CurrentDatabase { get; init; }

        public required string Query { get; init; }

        public required string QueryKind { get; init; }

        public required string QueryId { get; init; }

        public required int ExceptionCode { get; init; }

        public required string Exception { get; init; }

        public required int HttpMethod { get; init; }

        public required string HttpUserAgent { get; init; }

        public required string LogComment { get; init; }

        [System.Text.Json.Serialization.JsonPropertyName("Settings")]
        public required IReadOnlyDictionary<string, string> Settings { get; init; }

        /// <summary>Characters, all but the few of what is always there.</summary>
        public int Size => Query.Length + Exception.Length + HttpUserAgent.Length + Settings.Sum(s => s.Key.Length + s.Value.Length);
    }
}
