using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore.Delivery;

internal enum AnswerKind
{
    /// <summary>The collector has the batch.</summary>
    Taken,

    /// <summary>The collector will never take it.</summary>
    Refused,

    /// <summary>The collector has a fault, perhaps with just this batch.</summary>
    Faulty,

    /// <summary>The collector is not there, or wants to be left alone.</summary>
    Away,
}

/// <param name="Reason">The status, or what went wrong; a few words.</param>
/// <param name="RetryAfter">How long the collector wants to be left alone.</param>
/// <param name="Dropped">Why the collector stores nothing of what it took.</param>
/// <param name="RefusedEvents">How many events of a batch it took it did not like.</param>
internal readonly record struct Answer(AnswerKind Kind, string Reason, TimeSpan? RetryAfter = null, string? Dropped = null, int RefusedEvents = 0);

/// <summary>Sends a batch once and says what came of it. Throws if told to stop, or if there is something in the batch that cannot be written.</summary>
internal sealed class CollectorClient
{
    /// <summary>Of the named HTTP client.</summary>
    public const string Name = "Analytics.AspNetCore";

    private const int MaxAnswer = 64 * 1024;

    private readonly HttpClient http;
    // Both are there whenever something is sent: without tracking there need be neither.
    private readonly Uri? address;
    private readonly string site;
    private readonly TimeSpan timeout;

    public CollectorClient(IHttpClientFactory clients, IOptions<ActivityTrackerOptions> options)
    {
        http = clients.CreateClient(Name);
        site = options.Value.Site ?? "";
        timeout = options.Value.RequestTimeout;
        address = options.Value.Endpoint is { } endpoint ? Address(endpoint) : null;
    }

    public async Task<Answer> PostAsync(Batch batch, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(timeout);
        using var request = Request(batch);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return await ReadAsync(response, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(AnswerKind.Away, "timeout");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Of any kind: a site may put handlers of its own into the client, and a circuit breaker's exception means the same.
            return new(AnswerKind.Away, (e as HttpRequestException)?.HttpRequestError.ToString() ?? e.GetType().Name);
        }
    }

    /// <summary>A path of the endpoint is kept, with or without a slash at its end.</summary>
    internal static Uri Address(Uri endpoint) => new(new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/"), "collect/batch");

    private HttpRequestMessage Request(Batch batch)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ReadOnlyMemoryContent(BatchBody.Write(batch, site, DateTimeOffset.UtcNow)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var visit = batch.Visit;
        Forward(request, "User-Agent", visit.UserAgent);
        Forward(request, "Accept-Language", visit.Language);
        Forward(request, "X-Forwarded-For", visit.Address);
        return request;
    }

    private static void Forward(HttpRequestMessage request, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        var reason = status.ToString(CultureInfo.InvariantCulture);
        switch (response.StatusCode)
        {
            case >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices:
                var dropped = response.Headers.TryGetValues("X-Dropped", out var values) ? values.First() : null;
                return new(AnswerKind.Taken, reason, Dropped: dropped, RefusedEvents: await RefusedAsync(response.Content, ct));
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests:
            case HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout:
                return new(AnswerKind.Away, reason, RetryAfter(response.Headers.RetryAfter));
            case >= HttpStatusCode.InternalServerError:
                return new(AnswerKind.Faulty, reason, RetryAfter(response.Headers.RetryAfter));
            default:
                return new(AnswerKind.Refused, reason);
        }
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var delay = header?.Delta ?? header?.Date - DateTimeOffset.UtcNow;
        return delay > TimeSpan.Zero ? delay : null;
    }

    /// <summary>How many events the answer names as refused. The status has said that the rest is taken: a broken answer changes nothing.</summary>
    private static async Task<int> RefusedAsync(HttpContent content, CancellationToken ct)
    {
        try
        {
            await content.LoadIntoBufferAsync(MaxAnswer, ct);
            using var answer = JsonDocument.Parse((await content.ReadAsByteArrayAsync(ct)).AsMemory());
            return answer.RootElement.ValueKind == JsonValueKind.Object && answer.RootElement.TryGetProperty("refused", out var refused)
                && refused.ValueKind == JsonValueKind.Array ? refused.GetArrayLength() : 0;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>
    /// No redirects, they would turn the POST into a GET; no cookies and no trace of the site's in the collector's requests. Header
    /// values are UTF-8, as the site received them: without saying so, one user agent with an accent could never be sent.
    /// </summary>
    public static void Configure(SocketsHttpHandler handler, int connections)
    {
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.ActivityHeadersPropagator = null;
        handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        handler.MaxConnectionsPerServer = connections;
        // Finds the collector again when its address changes.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
    }
}
