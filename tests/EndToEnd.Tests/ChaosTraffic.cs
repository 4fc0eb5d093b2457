using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// Senders that behave as trackers do: the same request under the same id until it is answered 202. One request in eight is sent once
/// only: without an answer nobody knows whether it was taken. Every event carries "request.index" as its prop n.
/// </summary>
internal sealed class ChaosTraffic(HttpClient http, string site, int seed)
{
    private const int Senders = 8;

    // Shorter than the collector's own patience with Redis, so that a repetition meets its first copy on the way.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(150);

    private int sent;
    private int repeated;
    private int unanswered;

    public enum Kind
    {
        Batch,
        Buffered,
        Single,
    }

    /// <summary>Numbers of the requests that were answered 202.</summary>
    public ConcurrentDictionary<int, bool> Acknowledged { get; } = [];

    /// <summary>Answers that no fault excuses.</summary>
    public ConcurrentQueue<string> Surprises { get; } = [];

    /// <summary>Requests have the numbers from one to this.</summary>
    public int Sent => Volatile.Read(ref sent);

    public Kind KindOf(int request) => (Kind)(Draw(request, 0) % 3);

    public int EventsOf(int request) => KindOf(request) switch
    {
        Kind.Batch => 10 + Draw(request, 1) % 40,
        Kind.Buffered => 1 + Draw(request, 1) % 10,
        _ => 1,
    };

    /// <summary>Begins requests until the end, then brings those under way to theirs, for a while.</summary>
    public Task RunAsync(TimeSpan recovery, CancellationToken end, CancellationToken ct) => Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
    {
        while (!end.IsCancellationRequested)
        {
            await SendAsync(Interlocked.Increment(ref sent), recovery, end, ct);
            await Task.Delay(Pause, ct);
        }
    }));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Sent} requests, {Acknowledged.Count} acknowledged with {Acknowledged.Keys.Sum(EventsOf)} events, {unanswered} given up, {repeated} repetitions");

    private async Task SendAsync(int request, TimeSpan recovery, CancellationToken end, CancellationToken ct)
    {
        var (path, body) = Compose(request);
        var isSentOnce = Draw(request, 2) % 8 == 0;
        DateTime? until = null;
        while (true)
        {
            if (await IsAcknowledgedAsync(request, path, body, ct))
            {
                Acknowledged[request] = true;
                return;
            }

            if (end.IsCancellationRequested)
            {
                until ??= DateTime.UtcNow + recovery;
            }

            if (isSentOnce || DateTime.UtcNow > until)
            {
                if (!isSentOnce)
                {
                    Surprises.Enqueue($"Request {request} was not answered within {recovery} after the last fault.");
                }

                Interlocked.Increment(ref unanswered);
                return;
            }

            Interlocked.Increment(ref repeated);
            await Task.Delay(RetryDelay, ct);
        }
    }

    private async Task<bool> IsAcknowledgedAsync(int request, string path, string body, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        if (KindOf(request) == Kind.Single)
        {
            message.Headers.Add("Idempotency-Key", Id(request));
        }

        try
        {
            using var response = await http.SendAsync(message, patience.Token);
            if (response.StatusCode == HttpStatusCode.Accepted && !response.Headers.Contains("X-Dropped"))
            {
                return true;
            }

            if ((int)response.StatusCode is not (502 or 503 or 504))
            {
                Surprises.Enqueue($"{path} answered {response.StatusCode} {response.Headers} {await response.Content.ReadAsStringAsync(ct)}");
            }
        }
        catch (HttpRequestException)
        {
            // cut off in the middle
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // no answer in time
        }

        return false;
    }

    private (string Path, string Body) Compose(int request)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var (visitor, session) = ($"visitor-{request}", $"{site}-session-{request}");
        var url = $"https://{site}.example/p/{request % 10}";
        var events = Enumerable.Range(0, EventsOf(request));
        return KindOf(request) switch
        {
            Kind.Batch => ("/collect/batch", JsonSerializer.Serialize(new
            {
                site,
                batch = Id(request),
                visitor,
                session,
                sentAt = now,
                page = new { url, title = "Chaos", viewport = new[] { 1280, 720 }, document = new[] { 1280, 4000 }, at = now - 1_000 },
                events = events.Select(i => new { name = "step", at = i, props = new { n = $"{request}.{i}" } }),
                points = new { move = new[] { new[] { 10, 20, 100 }, [30, 40, 200] } },
            })),
            Kind.Buffered => ("/api/events", JsonSerializer.Serialize(new
            {
                metadata = new { websiteId = site, batch = Id(request), visitorId = visitor, sessionId = session, url, timestamp = now },
                analytics = events.Select(i => new { type = "click", x = i, y = i, tag = "BUTTON", timestamp = now - i, n = $"{request}.{i}" }),
            })),
            _ => ("/collect", JsonSerializer.Serialize(new
            {
                type = "custom",
                websiteId = site,
                href = url,
                visitorId = visitor,
                sessionId = session,
                eventName = "step",
                timestamp = now,
                eventData = new { n = $"{request}.0" },
            })),
        };
    }

    private string Id(int request) => $"{site}-{request}";

    /// <summary>The same for the same seed, whichever sender takes the request.</summary>
    private int Draw(int request, int salt)
    {
        var mixed = ((ulong)(uint)seed << 32 | (uint)request) * 0x9E37_79B9_7F4A_7C15UL + (ulong)salt * 0xBF58_476D_1CE4_E5B9UL;
        mixed = (mixed ^ mixed >> 31) * 0x94D0_49BB_1331_11EBUL;
        return (int)(mixed >> 33);
    }
}
