using System.Globalization;
using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>What a request says beside its body: in the address, in a form or in headers. Every name that is not ClickHouse's own is a setting.</summary>
internal sealed class RequestParameters
{
    // Settings of a server's HTTP handler; this process answers for them itself, or they change nothing here.
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "user", "password", "quota_key", "role", "stacktrace", "buffer_size", "client_protocol_version", "cancel_http_readonly_queries_on_client_close",
        "http_headers_progress_interval_ms", "send_progress_in_http_headers", "http_response_buffer_size", "http_zlib_compression_level",
        "http_write_exception_in_output_format", "add_http_cors_header",
        "http_response_headers", "allow_into_outfile",
    };

    // The least that the statements need which take settings back: below it a connection would be lost for ever.
    private static readonly Dictionary<string, int> Least = new(StringComparer.Ordinal)
    {
        ["max_query_size"] = 4096,
        ["max_parser_depth"] = 64,
        ["max_parser_backtracks"] = 1000,
        ["max_ast_depth"] = 64,
        ["max_ast_elements"] = 256,
    };

    private static readonly HashSet<string> True = new(StringComparer.OrdinalIgnoreCase) { "1", "true" };

    private string? sessionTimeout; // looked at only where there is a session
    private bool? httpWaitEndOfQuery; // the setting of this name, which counts more than the parameter without http_

    public string? Query { get; private set; }

    public string? Database { get; private set; }

    public string? DefaultFormat { get; private set; }

    public string QueryId { get; private set; } = "";

    public bool ReplaceRunningQuery { get; private set; }

    public string? SessionId { get; private set; }

    public TimeSpan SessionTimeout { get; private set; } = TimeSpan.FromSeconds(60);

    public bool SessionCheck { get; private set; }

    /// <summary>The session ends with this request.</summary>
    public bool CloseSession { get; private set; }

    /// <summary>As the setting of this name, which is on where nothing is said.</summary>
    public bool CompressAnswer { get; private set; } = true;

    /// <summary>In ClickHouse's own compression: see <see cref="CompressedBlocks"/>.</summary>
    public bool AnswerInBlocks { get; private set; }

    public bool BodyInBlocks { get; private set; }

    public bool BlocksHaveChecksums { get; private set; } = true;

    public bool WaitEndOfQuery { get; private set; }

    /// <summary>Only statements that change nothing may run.</summary>
    public bool ReadOnly { get; private set; }

    public bool IsGet { get; private set; }

    public string UserAgent { get; private set; } = "";

    /// <summary>The values of {name:Type} places, escaped as in TabSeparated.</summary>
    public List<KeyValuePair<string, string>> Values { get; } = [];

    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    public static async Task<RequestParameters> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var parameters = new RequestParameters
        {
            IsGet = HttpMethods.IsGet(request.Method),
            UserAgent = request.Headers.UserAgent.ToString(),
            QueryId = CleanId(request.Headers["X-ClickHouse-Query-Id"].ToString()),
        };
        foreach (var (name, values) in request.Query)
        {
            foreach (var value in values)
            {
                parameters.Add(name, value ?? "");
            }
        }

        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            await parameters.ReadFormAsync(request, HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), ct);
        }

        // These two headers count more than the address; of the query's id it is the other way round.
        parameters.Database = NotEmpty(request.Headers["X-ClickHouse-Database"]) ?? parameters.Database;
        parameters.DefaultFormat = NotEmpty(request.Headers["X-ClickHouse-Format"]) ?? parameters.DefaultFormat;
        parameters.WaitEndOfQuery = parameters.httpWaitEndOfQuery ?? parameters.WaitEndOfQuery;
        parameters.CheckSession();
        parameters.ReadOnly |= HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (parameters.QueryId.Length == 0)
        {
            parameters.QueryId = Guid.NewGuid().ToString();
        }

        return parameters;
    }

    private void CheckSession()
    {
        if (SessionId?.Length == 0)
        {
            throw new ClickHouseException(new ClickHouseError(744, "SESSION_ID_EMPTY", "Session id query parameter was provided, but it was empty"));
        }

        if (SessionId is not null && sessionTimeout is not null)
        {
            SessionTimeout = ReadTimeout(sessionTimeout);
        }
    }

    private async Task ReadFormAsync(HttpRequest request, string boundary, CancellationToken ct)
    {
        var reader = new MultipartReader(boundary, RequestBody.Decode(request)) { HeadersLengthLimit = 1 << 20 };
        while (await reader.ReadNextSectionAsync(ct) is { } section)
        {
            if (section.AsFormDataSection() is not { } field)
            {
                throw new ClickHouseException(ClickHouseError.NotImplemented("External tables in a form are not supported."));
            }

            using var text = new StreamReader(section.Body, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
            Add(field.Name, await text.ReadToEndAsync(ct));
        }

        Query ??= "";
        IsForm = true;
    }

    /// <summary>The body was a form and is read; there are no rows in it.</summary>
    public bool IsForm { get; private set; }

    private void Add(string name, string value)
    {
        switch (name)
        {
            case "query":
                Query = value;
                break;
            case "database":
                Database = NotEmpty(value);
                break;
            case "default_format":
                DefaultFormat = NotEmpty(value);
                break;
            case "query_id":
                QueryId = CleanId(value);
                break;
            case "replace_running_query":
                ReplaceRunningQuery = True.Contains(value);
                break;
            case "session_id":
                SessionId = value;
                break;
            case "session_check":
                SessionCheck = True.Contains(value);
                break;
            case "session_timeout":
                sessionTimeout = value;
                break;
            case "close_session":
                CloseSession = True.Contains(value);
                break;
            case "enable_http_compression":
                CompressAnswer = True.Contains(value);
                break;
            case "wait_end_of_query":
                WaitEndOfQuery = True.Contains(value);
                break;
            case "http_wait_end_of_query":
                httpWaitEndOfQuery = True.Contains(value);
                break;
            case "readonly":
                ReadOnly = value is not ("0" or "");
                break;
            case "compress":
                AnswerInBlocks = True.Contains(value);
                break;
            case "decompress":
                BodyInBlocks = True.Contains(value);
                break;
            case "http_native_compression_disable_checksumming_on_decompress":
                BlocksHaveChecksums = !True.Contains(value);
                break;
            default:
                if (name.StartsWith("param_", StringComparison.Ordinal))
                {
                    Values.Add(new(name["param_".Length..], value));
                }
                else if (name.Length > 0 && !Ignored.Contains(name))
                {
                    Settings[name] = Least.TryGetValue(name, out var least) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                        && limit > 0 && limit < least ? least.ToString(CultureInfo.InvariantCulture) : value;
                }

                break;
        }
    }

    private static TimeSpan ReadTimeout(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new ClickHouseException(new ClickHouseError(374, "INVALID_SESSION_TIMEOUT", $"Session timeout '{value}' is not a number of seconds up to 3600."));

    // It comes back in a header.
    private static string CleanId(string id) => id.Any(char.IsControl) ? string.Concat(id.Where(c => !char.IsControl(c))) : id;

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
