using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Analytics.Contracts;

/// <summary>
/// The query API, one method a report: <c>new StatsClient(new HttpClient { BaseAddress = new("https://analytics.example/") }, key)</c>.
/// Every method throws <see cref="StatsException"/> where there is no answer.
/// </summary>
/// <param name="http">Its base address is that of the API, with a slash at the end.</param>
/// <param name="key">Gives the API key of each request; where null, <paramref name="http"/> carries it.</param>
public sealed partial class StatsClient(HttpClient http, Func<CancellationToken, ValueTask<string>>? key = null)
{
    public StatsClient(HttpClient http, string key)
        : this(http, _ => ValueTask.FromResult(key))
    {
    }

    /// <summary>The same API, asked with another key.</summary>
    public StatsClient WithKey(string other) => new(http, other);

    public Task<OverviewComparison> OverviewAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<OverviewComparison>(Report(site, "overview", selection), ct);

    /// <summary>The same with the points of a small chart.</summary>
    public Task<OverviewComparison> OverviewWithSparklineAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<OverviewComparison>(Report(site, "overview", selection, ("sparkline", "yes")), ct);

    /// <param name="interval">minute, hour, day, week, month; where null, what gives a readable chart.</param>
    public Task<TimeseriesResponse> TimeseriesAsync(string site, StatsSelection selection, string? interval = null, CancellationToken ct = default) =>
        GetAsync<TimeseriesResponse>(Report(site, "timeseries", selection, ("interval", interval)), ct);

    /// <param name="dimension">page, source, country, ...</param>
    public Task<BreakdownResponse> BreakdownAsync(
        string site, string dimension, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<BreakdownResponse>(Report(site, $"breakdown/{Escape(dimension)}", selection, ("limit", limit), ("offset", offset)), ct);

    public Task<RealtimeResponse> RealtimeAsync(string site, CancellationToken ct = default) =>
        GetAsync<RealtimeResponse>(Report(site, "realtime", null), ct);

    public Task<SessionsResponse> SessionsAsync(
        string site, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<SessionsResponse>(Report(site, "sessions", selection, ("limit", limit), ("offset", offset)), ct);

    /// <param name="session">As the tracker named it, or as an answer of the API did.</param>
    public Task<JourneyResponse> JourneyAsync(string site, string session, CancellationToken ct = default) =>
        GetAsync<JourneyResponse>(Report(site, $"sessions/{Escape(session)}", null), ct);

    /// <param name="period">Its filters are not looked at.</param>
    /// <param name="group">path, or wildcard: pages that differ in numbers and ids only stand together.</param>
    public Task<IReadOnlyList<HeatmapPage>> HeatmapPagesAsync(
        string site, StatsSelection period, string group = "path", int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<IReadOnlyList<HeatmapPage>>(
            Report(site, "heatmap/pages", period with { Filters = [] }, ("group", group), ("limit", limit), ("offset", offset)), ct);

    /// <param name="period">Its filters are not looked at.</param>
    /// <param name="hostname">Empty for every host.</param>
    /// <param name="path">As reports name it; * stands for anything.</param>
    /// <param name="kind">click, rage, dead, move, touch or scroll.</param>
    /// <param name="device">desktop, mobile, ...; empty for all.</param>
    /// <param name="compare">Another period whose grid comes along: previous, or custom with its two days (2026-11-20); null for none.</param>
    public Task<HeatmapResponse> HeatmapAsync(
        string site, StatsSelection period, string hostname, string path, string kind = "click", string device = "", string? compare = null,
        string? compareFrom = null, string? compareTo = null, CancellationToken ct = default) =>
        GetAsync<HeatmapResponse>(
            Report(
                site, "heatmap", period with { Filters = [] }, ("hostname", hostname), ("path", path), ("kind", kind), ("device", device),
                ("compare", compare), ("compare_from", compareFrom), ("compare_to", compareTo)),
            ct);

    /// <summary>Any report as a table: csv, excel, ndjson or parquet. The caller disposes of the stream.</summary>
    /// <param name="report">As it stands in the address: overview, breakdown/page, ...</param>
    public Task<Stream> TableAsync(string site, string report, string format, StatsSelection selection, CancellationToken ct = default) =>
        OpenAsync(Report(site, string.Join('/', report.Split('/').Select(Escape)), selection, ("format", format)), ct);

    /// <summary>Every event of a period, as it is stored. Reading throws <see cref="IOException"/> where the answer breaks off; the caller disposes of it.</summary>
    /// <param name="format">ndjson, csv, excel or parquet.</param>
    public Task<Stream> ExportEventsAsync(string site, StatsSelection selection, string format = "ndjson", CancellationToken ct = default) =>
        OpenAsync(Address(site, "export/events", selection, [("format", format)]), ct);

    /// <summary>Every session that began in a period. Reading throws <see cref="IOException"/> where the answer breaks off; the caller disposes of it.</summary>
    /// <param name="format">ndjson, csv, excel or parquet.</param>
    public Task<Stream> ExportSessionsAsync(string site, StatsSelection selection, string format = "ndjson", CancellationToken ct = default) =>
        OpenAsync(Address(site, "export/sessions", selection, [("format", format)]), ct);

    /// <summary>Every recorded chunk of a period. Reading throws <see cref="IOException"/> where the answer breaks off; the caller disposes of it.</summary>
    /// <param name="period">Its filters are not looked at.</param>
    /// <param name="format">ndjson, csv, excel or parquet.</param>
    public Task<Stream> ExportReplayAsync(string site, StatsSelection period, string format = "ndjson", CancellationToken ct = default) =>
        OpenAsync(Address(site, "export/replay", period with { Filters = [] }, [("format", format)]), ct);

    private static string Report(string site, string report, StatsSelection? selection, params ReadOnlySpan<(string Name, object? Value)> more) =>
        Address(site, $"stats/{report}", selection, more);

    private static string Address(string site, string path, StatsSelection? selection, ReadOnlySpan<(string Name, object? Value)> more)
    {
        var address = new StringBuilder($"api/sites/{Escape(site)}/{path}");
        var separator = '?';
        foreach (var (name, value) in selection?.ToQuery() ?? [])
        {
            Add(name, value);
        }

        foreach (var (name, value) in more)
        {
            Add(name, value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        return address.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                address.Append(separator).Append(Escape(name)).Append('=').Append(Escape(value));
                separator = '&';
            }
        }
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private Task<T> GetAsync<T>(string address, CancellationToken ct) => SendAsync<T>(HttpMethod.Get, address, null, ct);

    private async Task<T> SendAsync<T>(HttpMethod method, string address, HttpContent? content, CancellationToken ct)
    {
        using var response = await SendAsync(method, address, content, ct);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, ct)
                ?? throw new StatsException(StatsFailure.Failed, "The query service gave an empty answer.") { Status = response.StatusCode };
        }
        catch (Exception e) when (Explain(e, ct) is { } explained)
        {
            throw explained;
        }
    }

    private async Task<Stream> OpenAsync(string address, CancellationToken ct)
    {
        var response = await SendAsync(HttpMethod.Get, address, null, ct);
        return await response.Content.ReadAsStreamAsync(ct);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await key(ct));
        }

        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await ReadProblemAsync(response, ct);
            }
        }
        catch (Exception e) when (Explain(e, ct) is { } explained)
        {
            throw explained;
        }
    }

    private StatsException? Explain(Exception e, CancellationToken ct) => e switch
    {
        HttpRequestException or IOException => new(StatsFailure.Away, "The query service cannot be reached.", e),
        OperationCanceledException when !ct.IsCancellationRequested =>
            new(StatsFailure.Away, $"The query service did not answer within {http.Timeout.TotalSeconds:0} seconds.", e),
        JsonException => new(StatsFailure.Failed, "The query service gave an answer that is not understood here. Are both of the same version?", e),
        _ => null,
    };

    private static async Task<StatsException> ReadProblemAsync(HttpResponseMessage response, CancellationToken ct)
    {
        Problem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                problem = await response.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web, ct);
            }
            catch (JsonException)
            {
                // The status says enough.
            }
        }

        var words = problem?.Errors?.Values.SelectMany(e => e).FirstOrDefault() ?? problem?.Detail;
        var (failure, message) = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => (StatsFailure.SignedOut, words ?? "The API key is not valid any more."),
            HttpStatusCode.Forbidden => (StatsFailure.Forbidden, words ?? "This key has no access here."),
            HttpStatusCode.NotFound => (StatsFailure.NotFound, words ?? "There is nothing here by that name."),
            HttpStatusCode.BadRequest => (StatsFailure.Invalid, words ?? problem?.Title ?? "The query service did not understand the question."),
            HttpStatusCode.TooManyRequests => (StatsFailure.Away, words ?? "Too many questions at once."),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                (StatsFailure.Away, words ?? "The store is not answering right now."),
            _ => (StatsFailure.Failed, words ?? problem?.Title ?? $"The query service answered {(int)response.StatusCode}."),
        };
        return new StatsException(failure, message)
        {
            Status = response.StatusCode,
            Title = problem?.Title,
            Detail = problem?.Detail,
            Errors = problem?.Errors ?? new Dictionary<string, string[]>(),
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private sealed record Problem(string? Title, string? Detail, IReadOnlyDictionary<string, string[]>? Errors);
}
