using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Analytics.SampleSite;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.AspNetCore.Tests;

/// <summary>The sample site on a real Kestrel, its log and its counters.</summary>
internal sealed class RunningSite : IAsyncDisposable
{
    public const string Browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private readonly WebApplication app;
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, long> counters = [];
    private readonly RecordedLog log;

    private RunningSite(WebApplication app, RecordedLog log)
    {
        this.app = app;
        this.log = log;
        var meters = app.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Meter.Name == "Analytics.AspNetCore")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var tag = tags.Length > 0 ? " " + tags[0].Value : "";
            counters.AddOrUpdate(instrument.Name.Replace("analytics.client.", "", StringComparison.Ordinal) + tag, value, (_, sum) => sum + value);
        });
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => counters["queue.length"] = value);
    }

    public Uri Address => new(app.Urls.First());

    public ActivityTracker Tracker => app.Services.GetRequiredService<ActivityTracker>();

    /// <summary>What tracking said, in order: level and text.</summary>
    public string[] Log => [.. log.Lines];

    public static async Task<RunningSite> StartAsync(
        RecordingCollector collector, Action<ActivityTrackerOptions>? configure = null, Action<WebApplicationBuilder>? change = null, params string[] settings)
    {
        var log = new RecordedLog();
        string[] args = ["--urls", "http://127.0.0.1:0", "--ActivityTracking:Endpoint", collector.Address.ToString(), .. settings];
        var app = Site.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            builder.Services.Configure<ActivityTrackerOptions>(options =>
            {
                options.FlushInterval = TimeSpan.FromMilliseconds(20);
                configure?.Invoke(options);
            });
            change?.Invoke(builder);
        });
        var site = new RunningSite(app, log);
        site.listener.Start();
        await app.StartAsync();
        return site;
    }

    /// <summary>A browser of its own: with cookies, or without.</summary>
    public HttpClient Visitor(bool cookies = true, params (string Name, string Value)[] headers)
    {
        // The client owns its handler.
#pragma warning disable CA2000
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = cookies, AllowAutoRedirect = false }) { BaseAddress = Address };
#pragma warning restore CA2000
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Browser);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", "en-GB,en;q=0.8");
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }

    public long Counter(string name)
    {
        listener.RecordObservableInstruments();
        return counters.GetValueOrDefault(name);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        listener.Dispose();
    }

    private sealed class RecordedLog : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName.StartsWith("Analytics.AspNetCore", StringComparison.Ordinal) ? Lines : []);

        public void Dispose()
        {
        }

        private sealed class Logger(ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : " " + exception)}");
        }
    }
}
