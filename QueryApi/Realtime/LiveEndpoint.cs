using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Realtime;

/// <summary>The streams of server-sent events: what happens on a site while one looks at it.</summary>
internal static class LiveEndpoint
{
    private const string LastEventId = "Last-Event-ID";
    private const string Heartbeat = "heartbeat";
    private const string EventStream = "text/event-stream";

    private const string Streaming = "A stream of server-sent events (text/event-stream), with the key in a header like everything else. Silence is "
        + "broken by events named heartbeat without data. Ends after half an hour: come back with Last-Event-ID. Ends as well when the key is revoked.";

    /// <summary>How soon a listener whose stream ended comes back.</summary>
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(2);

    public static void AddRealtime(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RealtimeNumbers>();
        builder.Services.AddSingleton<LiveTopics>();
    }

    public static void MapLive(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/realtime/feed", Feed).Audited("events")
            .WithSummary("The live feed: each event as it arrives")
            .WithDescription(Streaming + " Events are named event and begin with the last 20 of the last 5 minutes, or with what came since "
                + "Last-Event-ID, as far as 500 events and 5 minutes reach. At most 500 a second are told, the newest.")
            .Produces<LiveEvent>(StatusCodes.Status200OK, EventStream)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        stats.MapGet("/realtime/stream", Numbers)
            .WithSummary("The numbers of /realtime, at once and whenever they change")
            .WithDescription(Streaming + " Events are named numbers; their data is an answer of /realtime.")
            .Produces<RealtimeResponse>(StatusCodes.Status200OK, EventStream)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Feed(
        SiteOfAddress site, HttpContext context, LiveTopics topics, KeyRegistry keys, IOptions<LiveOptions> options, IHostApplicationLifetime host) =>
        Stream(topics.Feed(site.Site.SiteId), "event", context, keys, options.Value, host);

    private static IResult Numbers(
        SiteOfAddress site, HttpContext context, LiveTopics topics, KeyRegistry keys, IOptions<LiveOptions> options, IHostApplicationLifetime host) =>
        Stream(topics.Numbers(site.Site.SiteId), "numbers", context, keys, options.Value, host);

    private static IResult Stream<T>(
        LiveTopic<T> topic, string name, HttpContext context, KeyRegistry keys, LiveOptions options, IHostApplicationLifetime host)
        where T : class
    {
        var lastId = context.Request.Headers[LastEventId] is [{ Length: > 0 and < 100 } id] ? id : null;
        if (topic.Join(lastId, out var listen) is not { } place)
        {
            context.Response.Headers.RetryAfter = "30";
            return TypedResults.Problem(
                $"This site has {options.ListenersPerSite} listeners already.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.RegisterForDispose(place);
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us that gathers answers first
        var key = context.Features.GetRequiredFeature<ApiKey>();
        return TypedResults.ServerSentEvents(
            Items(listen, name, ct => MayListenAsync(keys, key, ct), options, host.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<T?>> Items<T>(
        Func<TimeSpan, CancellationToken, IAsyncEnumerable<LiveItem<T>?>> listen, string name, Func<CancellationToken, ValueTask<bool>> mayListen,
        LiveOptions options, CancellationToken stopping, [EnumeratorCancellation] CancellationToken aborted)
        where T : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        end.CancelAfter(options.Lifetime);
        await foreach (var item in listen(options.Heartbeat, end.Token))
        {
            if (!await mayListen(aborted))
            {
                break;
            }

            yield return item is null
                ? new SseItem<T?>(null, Heartbeat) { ReconnectionInterval = ComeBackAfter }
                : new SseItem<T?>(item.Value, name) { EventId = item.Id };
        }
    }

    // A store that is away tells nothing of the key, and nothing of the site either: there are heartbeats only.
    private static async ValueTask<bool> MayListenAsync(KeyRegistry keys, ApiKey key, CancellationToken ct)
    {
        try
        {
            return await keys.IsStillKnownAsync(key, ct);
        }
        catch (Exception e) when (e is HttpRequestException or ClickHouseException or TimeoutException)
        {
            return true;
        }
    }
}

/// <summary>What is being listened to, by site.</summary>
internal sealed class LiveTopics(
    ClickHouse clickHouse, RealtimeNumbers numbers, TimeProvider time, IOptions<LiveOptions> options, ILogger<LiveTopics> logger)
{
    private const int Greeting = 20;

    private readonly ConcurrentDictionary<uint, LiveTopic<LiveEvent>> feeds = [];
    private readonly ConcurrentDictionary<uint, LiveTopic<RealtimeResponse>> streams = [];

    public LiveTopic<LiveEvent> Feed(uint site) => feeds.GetOrAdd(site, _ => new(
        () => new EventSource(clickHouse, time, site), options.Value.FeedInterval, EventSource.Most, Greeting,
        options.Value.ListenersPerSite, logger));

    public LiveTopic<RealtimeResponse> Numbers(uint site) => streams.GetOrAdd(site, _ => new(
        () => new NumberSource(numbers, site), options.Value.NumbersInterval, 1, 1, options.Value.ListenersPerSite, logger));
}
