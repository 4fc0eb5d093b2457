using System.Buffers;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Analytics.Storage;

/// <summary>
/// The one way in and out of ClickHouse: statements with parameters, rows as records, inserts as RowBinary, all over its HTTP
/// interface. Column names are snake_case, records PascalCase; that naming policy is the whole mapping.
/// </summary>
public sealed class ClickHouse(HttpClient http, ClickHouseOptions options)
{
    public const string ConnectionName = "clickhouse";

    /// <summary>
    /// Set on requests that only ask and whose answers are read as a whole: a handler before the network may answer them from memory.
    /// </summary>
    public static readonly HttpRequestOptionsKey<bool> Question = new("clickhouse.question");

    // Above this, parameters travel as form fields: a request line has a limit, a form field has not.
    private const int LongestParameterInUrl = 4096;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
    };

    // Numbers as JSON numbers, times as ISO 8601, and an error never in the middle of a body that began as a success.
    private const string ReadSettings =
        "&output_format_json_quote_64bit_integers=0&output_format_json_quote_decimals=0&output_format_json_quote_denormals=0"
        + "&date_time_output_format=iso&wait_end_of_query=1&default_format=";

    public ClickHouseOptions Options => options;

    /// <summary>The same server, with another database as the default of unqualified table names.</summary>
    public ClickHouse InDatabase(string database) => new(http, options with { Database = database });

    /// <summary>The same server, with settings that go with every statement: limits of time and memory.</summary>
    public ClickHouse WithSettings(IEnumerable<KeyValuePair<string, string>> settings) => new(http, options with
    {
        Settings = string.Concat(settings.Select(s => $"&{Uri.EscapeDataString(s.Key)}={Uri.EscapeDataString(s.Value)}")),
    });

    /// <summary>Runs a SELECT and maps each row to <typeparamref name="T"/>.</summary>
    /// <param name="sql">Text with ClickHouse's own parameters, <c>{name:Type}</c>. No value is ever part of it.</param>
    /// <exception cref="ClickHouseException">ClickHouse refused the statement.</exception>
    /// <exception cref="HttpRequestException">ClickHouse could not be reached.</exception>
    public async Task<List<T>> QueryAsync<T>(
        string sql, IEnumerable<KeyValuePair<string, object?>>? parameters = null, CancellationToken ct = default)
    {
        using var response = await SendAsync(sql, parameters, ReadSettings + "JSONEachRow", HttpCompletionOption.ResponseHeadersRead, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var rows = new List<T>();
        await foreach (var row in JsonSerializer.DeserializeAsyncEnumerable<T>(body, topLevelValues: true, Json, ct))
        {
            rows.Add(row!);
        }

        return rows;
    }

    /// <summary>Runs a SELECT of which only the first row's single column is wanted.</summary>
    public async Task<T> ScalarAsync<T>(
        string sql, IEnumerable<KeyValuePair<string, object?>>? parameters = null, CancellationToken ct = default)
    {
        using var response = await SendAsync(
            sql, parameters, ReadSettings + "JSONCompact", HttpCompletionOption.ResponseContentRead, ct);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
        return answer.RootElement.GetProperty("data")[0][0].Deserialize<T>(Json)!;
    }

    /// <summary>The answer as ClickHouse writes it, in the format that the statement names: for exports. The caller disposes it.</summary>
    public async Task<Stream> OpenAsync(
        string sql, IEnumerable<KeyValuePair<string, object?>>? parameters = null, CancellationToken ct = default)
    {
        var response = await SendAsync(sql, parameters, "", HttpCompletionOption.ResponseHeadersRead, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    /// <summary>Runs a statement without an answer: DDL, mutations.</summary>
    public async Task ExecuteAsync(
        string sql, IEnumerable<KeyValuePair<string, object?>>? parameters = null, CancellationToken ct = default)
    {
        using var response = await SendAsync(sql, parameters, "&wait_end_of_query=1", HttpCompletionOption.ResponseContentRead, ct);
    }

    /// <summary>
    /// Inserts rows that are RowBinary already. With a token, a block that was stored under the same token before is not stored
    /// again, neither in the table nor in what materialized views derive from it, so that the call may be repeated until it succeeds.
    /// </summary>
    /// <param name="columns">In the order in which the rows hold them.</param>
    /// <param name="rows">Whole rows; at most 50,000, so that they are one block and the token names that block each time.</param>
    public async Task InsertAsync(
        string table, IReadOnlyList<string> columns, HttpContent rows, string? deduplicationToken = null, CancellationToken ct = default)
    {
        var statement = new StringBuilder("INSERT INTO ").Append(table).Append(" (");
        statement.AppendJoin(", ", columns.Select(column => $"`{column}`")).Append(") FORMAT RowBinary");

        // Imports span years: without the last setting an insert into more than 100 partitions (recordings: days) is refused.
        var url = Url("&async_insert=0&wait_end_of_query=1&max_insert_block_size=1000000&max_partitions_per_insert_block=0&query=" + Uri.EscapeDataString(statement.ToString())
            + (deduplicationToken is null ? "" : "&insert_deduplicate=1&deduplicate_blocks_in_dependent_materialized_views=1"
                + "&insert_deduplication_token=" + Uri.EscapeDataString(deduplicationToken)));
        using var request = Request(url, rows);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, ct);
    }

    /// <summary>Inserts a few rows of settings. Events go through <see cref="InsertAsync(string, IReadOnlyList{string}, HttpContent, string?, CancellationToken)"/> in batches.</summary>
    public Task InsertAsync<TRow>(IReadOnlyCollection<TRow> rows, CancellationToken ct = default)
        where TRow : IRow => InsertAsync(rows, null, ct);

    /// <param name="rows">At most 50,000.</param>
    /// <param name="deduplicationToken">Rows that were stored under it before are not stored again.</param>
    public async Task InsertAsync<TRow>(IReadOnlyCollection<TRow> rows, string? deduplicationToken, CancellationToken ct = default)
        where TRow : IRow
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var row in rows)
        {
            row.WriteTo(new RowBinaryWriter(buffer));
        }

        await InsertAsync(TRow.Table, TRow.Columns, new ReadOnlyMemoryContent(buffer.WrittenMemory), deduplicationToken, ct);
    }

    /// <summary>Whether ClickHouse answers at all.</summary>
    public async Task<bool> PingAsync(CancellationToken ct = default)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(options.Address, "ping"), ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri Url(string settings) =>
        new(options.Address, "?database=" + Uri.EscapeDataString(options.Database) + options.Settings + settings);

    private async Task<HttpResponseMessage> SendAsync(
        string sql, IEnumerable<KeyValuePair<string, object?>>? parameters, string settings, HttpCompletionOption completion,
        CancellationToken ct)
    {
        var isQuestion = settings.StartsWith(ReadSettings, StringComparison.Ordinal);
        var values = parameters?.Select(p => KeyValuePair.Create("param_" + p.Key, ClickHouseValue.Format(p.Value))).ToList() ?? [];
        HttpContent content;
        if (values.Sum(v => v.Value.Length) <= LongestParameterInUrl)
        {
            content = new StringContent(sql);
            foreach (var (name, value) in values)
            {
                settings += $"&{name}={Uri.EscapeDataString(value)}";
            }
        }
        else
        {
            // The boundary follows from what it parts: nobody who chose a value could know it, and the same question is the same request.
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (name, value) in values.Prepend(new("query", sql)))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{name.Length} {value.Length} {name}{value}"));
            }

            var form = new MultipartFormDataContent(Convert.ToHexString(hash.GetHashAndReset())) { { new StringContent(sql), "query" } };
            foreach (var (name, value) in values)
            {
                form.Add(new StringContent(value), name);
            }

            content = form;
        }

        using var request = Request(Url(settings), content);
        if (isQuestion)
        {
            request.Options.Set(Question, true);
        }

        return await SendAsync(request, completion, ct);
    }

    private HttpRequestMessage Request(Uri url, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        if (options.Password.Length > 0 || options.Username != "default")
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}")));
        }

        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken ct)
    {
        var response = await http.SendAsync(request, completion, ct);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var code = response.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var values) ? values.FirstOrDefault() : null;
            throw ClickHouseException.From(response.StatusCode, code, await response.Content.ReadAsStringAsync(ct));
        }
    }
}
