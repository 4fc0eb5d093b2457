using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Analytics.TrafficGenerator;

/// <summary>Posts batches; a busy or absent server gets the same batch again, under the same id, until it is taken.</summary>
internal sealed class BatchSender : IDisposable
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly MediaTypeHeaderValue PlainText = new("text/plain", "utf-8");

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _apiKey;
    private readonly ConcurrentDictionary<string, int> _refusals = [];
    private long _accepted;
    private long _requests;
    private long _retries;

    public BatchSender(GeneratorOptions options)
    {
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = options.Concurrency, UseCookies = false })
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
        _endpoint = new Uri(options.Url, "/collect/batch");
        _apiKey = options.ApiKey;
    }

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Requests => Interlocked.Read(ref _requests);

    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Why events were not stored, and how many.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>
    /// Asks for something that needs the key. A collector that does not know it takes the events all the same, as any
    /// visitor's, and dates all of history today.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server does not know the key.</exception>
    public async Task CheckKeyAsync(CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_endpoint, "/stats"));
            request.Headers.TryAddWithoutValidation("X-Api-Key", _apiKey);
            using var response = await _http.SendAsync(request, ct);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw new InvalidOperationException($"{_endpoint.GetLeftPart(UriPartial.Authority)} does not know this API key.");
            }
        }
        catch (HttpRequestException)
        {
            // Not up yet: sending waits for it.
        }
    }

    /// <exception cref="InvalidOperationException">The server will never take it: the message says why.</exception>
    public async Task SendAsync(Batch batch, string userAgent, CancellationToken ct)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(batch, WireJson.Default.Batch);
        var giveUp = DateTime.UtcNow + GiveUpAfter;
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? pause = null;
            string failure;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint);
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = PlainText } };
                request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
                request.Headers.TryAddWithoutValidation("X-Api-Key", _apiKey);
                request.Headers.TryAddWithoutValidation("X-Backfill", "true");
                using var response = await _http.SendAsync(request, ct);
                if (response.StatusCode == HttpStatusCode.Accepted)
                {
                    await CountAsync(batch, response, ct);
                    return;
                }

                failure = $"{(int)response.StatusCode} {response.ReasonPhrase}";
                if (!Passes(response.StatusCode))
                {
                    throw new InvalidOperationException($"{_endpoint} answered {failure}: {await response.Content.ReadAsStringAsync(ct)}");
                }

                pause = response.Headers.RetryAfter?.Delta;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                failure = e.Message;
            }

            if (DateTime.UtcNow > giveUp)
            {
                throw new InvalidOperationException($"{_endpoint} took nothing for {GiveUpAfter.TotalMinutes} minutes: {failure}");
            }

            Interlocked.Increment(ref _retries);
            pause ??= TimeSpan.FromMilliseconds(200 << Math.Min(attempt, 6));
            await Task.Delay(pause < LongestPause ? pause.Value : LongestPause, ct);
        }
    }

    /// <summary>Another try may succeed.</summary>
    private static bool Passes(HttpStatusCode status) => status
        is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    public void Dispose() => _http.Dispose();

    private async Task CountAsync(Batch batch, HttpResponseMessage response, CancellationToken ct)
    {
        Interlocked.Increment(ref _requests);
        var dropped = response.Headers.TryGetValues("X-Dropped", out var reasons) ? string.Join(", ", reasons) : null;
        if (dropped is not null)
        {
            _refusals.AddOrUpdate(dropped, batch.Events.Count, (_, count) => count + batch.Events.Count);
            return;
        }

        using var answer = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
        Interlocked.Add(ref _accepted, answer.RootElement.GetProperty("accepted").GetInt64());
        foreach (var refused in answer.RootElement.GetProperty("refused").EnumerateArray())
        {
            _refusals.AddOrUpdate(refused.GetProperty("reason").GetString() ?? "unknown", 1, (_, count) => count + 1);
        }
    }
}
