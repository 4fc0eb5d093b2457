using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Analytics.AspNetCore.Tests;

/// <summary>A request that the collector took.</summary>
internal sealed record Recorded(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public string Batch => Json.GetProperty("batch").GetString()!;

    public string? Visitor => Json.TryGetProperty("visitor", out var visitor) ? visitor.GetString() : null;

    public string Url => Json.GetProperty("page").GetProperty("url").GetString()!;

    public IEnumerable<JsonElement> Events => Json.GetProperty("events").EnumerateArray();
}

/// <summary>
/// An HTTP server that answers as the collector does, and stores an id once. It can be stopped and started on the same port, be slow,
/// take a request and lose the answer, and turn requests away.
/// </summary>
internal sealed class RecordingCollector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Recorded> stored = [];
    private readonly int port;
    private WebApplication? app;

    private RecordingCollector()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>When each request came, taken or not.</summary>
    public ConcurrentQueue<DateTime> Arrivals { get; } = [];

    /// <summary>Takes the request, then has the answer wait.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answered instead of taking the request, as often as said.</summary>
    public (int Status, string? RetryAfter, int Times) TurnAway { get; set; }

    /// <summary>Stores nothing of what it takes, for this reason.</summary>
    public string? Dropped { get; set; }

    public IReadOnlyCollection<Recorded> Requests => [.. stored.Values];

    public IEnumerable<(Recorded Request, JsonElement Event)> Events => stored.Values.SelectMany(request => request.Events.Select(e => (request, e)));

    public string[] Names => [.. Events.Select(e => e.Event.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

    public static async Task<RecordingCollector> StartAsync()
    {
        var collector = Away();
        await collector.ComeBackAsync();
        return collector;
    }

    /// <summary>Has an address and nobody there.</summary>
    public static RecordingCollector Away() => new();

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Address.ToString());
        app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
    }

    /// <summary>Connections are cut as well.</summary>
    public async Task GoAwayAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app!.StopAsync(now.Token);
        await app.DisposeAsync();
        app = null;
    }

    public ValueTask DisposeAsync() => app?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Once so many events are stored; or what there is after five seconds.</summary>
    public async Task<RecordingCollector> WithAsync(int events)
    {
        for (var i = 0; i < 500 && Events.Count() < events; i++)
        {
            await Task.Delay(10);
        }

        return this;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Arrivals.Enqueue(DateTime.UtcNow);
        using var reader = new StreamReader(context.Request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var body = await reader.ReadToEndAsync();
        if (TurnAway is { Times: > 0 } turnAway)
        {
            TurnAway = turnAway with { Times = turnAway.Times - 1 };
            context.Response.StatusCode = turnAway.Status;
            context.Response.Headers.RetryAfter = turnAway.RetryAfter;
            return;
        }

        var request = new Recorded(context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()), body);
        if (Dropped is null)
        {
            stored.TryAdd(request.Batch, request);
        }
        else
        {
            context.Response.Headers["X-Dropped"] = Dropped;
        }

        await Task.Delay(Delay);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new { accepted = Dropped is null ? request.Events.Count() : 0, refused = Array.Empty<object>() });
    }
}
