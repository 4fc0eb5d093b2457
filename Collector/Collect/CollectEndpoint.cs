using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Analytics.Collector.Buffer;
using Analytics.Collector.Contracts;
using Analytics.Collector.Enrichment;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.Collector.Collect;

/// <summary>
/// What all contracts share: (1) read the body within its limits, (2) parse it, (3) let the contract's adapter say what arrived,
/// (4) let the pipeline make rows of it, (5) append them to the buffer, (6) answer.
/// </summary>
internal sealed class CollectEndpoint(
    EventPipeline pipeline, EventBuffer buffer, SiteDirectory sites, ClientAddress addresses, KeyDirectory keys, CollectMetrics metrics,
    TimeProvider time)
{
    public const int MaxEvents = 2_000;

    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = JsonFields.MaxDepth };

    private static readonly Memory<byte> EmptyObject = "{}"u8.ToArray();

    public async Task HandleAsync(HttpContext context, WireContract contract)
    {
        AllowOrigin(context, contract.HasCookies);
        var wantsBackfill = context.Request.Headers["X-Backfill"] == "true";
        var key = wantsBackfill ? keys.Find(context.Request.Headers) : null;
        if (wantsBackfill && key?.May(ApiKey.CollectScope) != true)
        {
            // Taken as ordinary traffic, years of history would be dated today.
            await RefuseKeyAsync(context, key);
            return;
        }

        if (buffer.IsFull)
        {
            // Before any work: what is spared here is what empties the buffer.
            await TurnAwayAsync(context, "full");
            return;
        }

        // (1)
        using var body = await RequestBody.ReadAsync(context.Request, contract.Limits, context.RequestAborted);
        if (body.Problem is not null)
        {
            await RefuseAsync(context, body.Status, body.Problem);
            return;
        }

        // (2)
        if (!TryParse(body.Length == 0 && contract.TakesNoBody ? EmptyObject : body.Bytes, out var json, out var problem))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        using (json)
        {
            // (3)
            var request = Describe(context, contract, key);
            var reading = new Reading();
            contract.Read(json.RootElement, request, reading);
            if (reading.Problem is not null)
            {
                metrics.Refused(1);
                await RefuseAsync(context, StatusCodes.Status400BadRequest, reading.Problem.Reason, reading.Problem.Field);
                return;
            }

            await StoreAsync(context, contract, reading.Contract is { } other ? request with { Contract = other } : request, reading);
        }
    }

    private async Task StoreAsync(HttpContext context, WireContract contract, IncomingRequest request, Reading reading)
    {
        if (!sites.IsReady)
        {
            await TurnAwayAsync(context, "starting");
            return;
        }

        // (4)
        var part = new RequestPart();
        var accepted = new List<(uint Site, int Events)>(1);
        List<(uint Site, int Events, DropReason Reason)>? dropped = null;
        var reason = DropReason.None;
        string? session = null;
        try
        {
            var named = false;
            foreach (var visit in reading.Visits)
            {
                var result = await pipeline.BuildAsync(request, visit, part);
                if (result.Dropped != DropReason.None)
                {
                    reason = result.Dropped;
                    (dropped ??= []).Add((result.SiteId, visit.Events.Count, reason));
                    continue;
                }

                accepted.Add((result.SiteId, visit.Events.Count));
                session = result.Session;
                if (!named && (reading.RequestKey ?? request.RequestKey) is { } requestKey)
                {
                    part.Identify(RequestId(result.SiteId, requestKey));
                    named = true;
                }
            }
        }
        catch (Exception e) when (RedisConnection.IsTransient(e))
        {
            part.Dispose();
            await TurnAwayAsync(context, "unavailable");
            return;
        }
        catch
        {
            part.Dispose();
            throw;
        }

        // (5)
        if (part.TotalRows == 0)
        {
            part.Dispose();
        }
        else if (part.Length > RequestPart.MaxLength)
        {
            part.Dispose();
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "The events are too many for one request, with what each says of its page.");
            return;
        }
        else if (await buffer.AppendAsync(part) is not AppendOutcome.Stored and var outcome)
        {
            await TurnAwayAsync(context, outcome == AppendOutcome.Full ? "full" : "unavailable");
            return;
        }

        // (6) A request that is turned away comes again; only then it counts.
        var events = 0;
        foreach (var (site, count, why) in dropped ?? [])
        {
            metrics.Dropped(site, count, why, request.Contract);
        }

        foreach (var (site, count) in accepted)
        {
            metrics.Accepted(site, count, request.Contract);
            events += count;
        }

        if (reading.Refused.Count > 0)
        {
            metrics.Refused(reading.Refused.Count);
        }

        if (reason != DropReason.None)
        {
            context.Response.Headers["X-Dropped"] = reason.Header();
        }

        await contract.Write(context, new(events, reading.Refused, session, reason));
    }

    private static bool TryParse(Memory<byte> body, out JsonDocument json, out string problem)
    {
        problem = "The body is no JSON.";
        json = null!;
        if (!System.Text.Unicode.Utf8.IsValid(body.Span))
        {
            problem = "The body is not UTF-8.";
            return false;
        }

        // Editors and shells put a byte order mark before what they save.
        body = body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
        try
        {
            JsonText.Mend(body.Span);
            json = JsonDocument.Parse(body, Limits);
            return true;
        }
        catch (JsonException e)
        {
            problem = e.LineNumber is { } line ? $"The body is no JSON (line {line + 1}, byte {e.BytePositionInLine + 1})." : problem;
            return false;
        }
    }

    private IncomingRequest Describe(HttpContext context, WireContract contract, ApiKey? key)
    {
        var headers = context.Request.Headers;
        return new()
        {
            Contract = contract.Name,
            Received = time.GetUtcNow(),
            Address = addresses.Of(context.Connection.RemoteIpAddress, headers["X-Forwarded-For"]),
            UserAgent = headers.UserAgent.ToString(),
            Hints = ClientHints.Of(headers),
            Origin = Header(headers.Origin),
            Referer = Header(headers.Referer),
            Host = Header(headers["X-Forwarded-Host"]) ?? context.Request.Host.Value,
            Language = Header(headers.AcceptLanguage),
            Visitor = Header(headers["X-Visitor-Id"]) ?? (contract.HasCookies ? context.Request.Cookies["uid"] : null),
            Session = contract.HasCookies ? context.Request.Cookies[SessionCookie.Name] : null,
            Gpc = headers["Sec-GPC"] == "1",
            Dnt = headers["DNT"] == "1",
            Key = key,
            RequestKey = Header(headers["Idempotency-Key"]),
        };

        static string? Header(Microsoft.Extensions.Primitives.StringValues value) => value.Count == 0 || value[0] == "" ? null : value[0];
    }

    /// <summary>The site is part of it: what one site's visitors send cannot hide another's.</summary>
    private static Guid RequestId(uint site, string key)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{site}\n{key}"), hash);
        return new Guid(hash[..16]);
    }

    private Task TurnAwayAsync(HttpContext context, string reason)
    {
        metrics.TurnedAway(reason);
        context.Response.Headers.RetryAfter = reason == "full" ? "30" : "2";
        return TypedResults.Problem(
            detail: reason switch
            {
                "full" => "Too many events wait to be stored.",
                "starting" => "The collector does not know its sites and keys yet.",
                _ => "Events cannot be taken at the moment.",
            },
            statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
    }

    private Task RefuseKeyAsync(HttpContext context, ApiKey? key)
    {
        if (key is not null)
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, $"X-Backfill needs an API key with the scope '{ApiKey.CollectScope}'.");
        }

        if (!keys.IsReady)
        {
            return TurnAwayAsync(context, "starting");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "X-Backfill needs a valid API key.");
    }

    /// <param name="field">The field that is wrong, by its path, as the errors of the query API name it.</param>
    private static Task RefuseAsync(HttpContext context, int status, string problem, string? field = null)
    {
        if (status == StatusCodes.Status413PayloadTooLarge)
        {
            // The rest of the body is not read, so the server hangs up; a client that was not told would send its next request into that.
            context.Response.Headers.Connection = "close";
        }

        var errors = field is null ? null : new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [field] = [problem] } };
        return TypedResults.Problem(detail: problem, statusCode: status, extensions: errors).ExecuteAsync(context);
    }

    private static void AllowOrigin(HttpContext context, bool withCookies)
    {
        if (context.Request.Headers.Origin is { Count: 1 } origin && MayStandInAHeader(origin))
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = "Retry-After, X-Dropped";
            headers.Vary = "Origin";
            if (withCookies)
            {
                headers.AccessControlAllowCredentials = "true";
            }
        }
    }

    // What came in UTF-8 does not go out again: the server would throw.
    private static bool MayStandInAHeader(string? value) => !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public static Task Preflight(HttpContext context, bool withCookies)
    {
        AllowOrigin(context, withCookies);
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "POST, OPTIONS";
        headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders.ToString() is { Length: > 0 } asked && MayStandInAHeader(asked)
            ? asked
            : "Content-Type";
        headers.AccessControlMaxAge = "86400";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}

internal static class CollectRegistration
{
    public static WebApplicationBuilder AddCollect(this WebApplicationBuilder builder)
    {
        // The reader has the same limit; this one stops the server from draining what it will not read.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = BodyLimits.Recordings.Compressed);

        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<CollectMetrics>();
        services.AddSingleton<IngestLedger>();
        services.AddOptions<BotOptions>().BindConfiguration("Bots").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ReferrerSpam>();
        services.AddSingleton<VisitorRates>();
        services.AddOptions<GeoOptions>().BindConfiguration("Geo");
        services.AddSingleton<Geo>();
        services.AddHostedService(provider => provider.GetRequiredService<Geo>());
        services.AddSingleton<UserAgents>();
        services.AddOptions<ReferrerOptions>().BindConfiguration("Referrers");
        services.AddSingleton<ReferrerSource>();
        services.AddSingleton(new ClientAddress(builder.Configuration.GetSection("Collect:TrustedProxies").Get<string[]>() ?? []));
        services.AddSingleton(TrackerPaths.Read(
            builder.Configuration.GetSection(TrackerPaths.Section).GetChildren().Select(s => new KeyValuePair<string, string?>(s.Key, s.Value))));
        services.AddSingleton(provider => new ApiKeys(provider.GetRequiredService<ClickHouse>()));
        services.AddSingleton<ApiKeyUses>();
        services.AddHostedService(provider => provider.GetRequiredService<ApiKeyUses>());
        services.AddSingleton<KeyDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyDirectory>());
        services.AddSingleton<Visitors>();
        services.AddSingleton<SiteDirectory>();
        services.AddHostedService(provider => provider.GetRequiredService<SiteDirectory>());
        services.AddSingleton<EventPipeline>();
        services.AddSingleton<CollectEndpoint>();
        return builder;
    }

    /// <summary>Every contract at its exact path; a new one is a new line here and a file in Contracts/.</summary>
    public static WebApplication MapCollect(this WebApplication app)
    {
        var collect = app.Services.GetRequiredService<CollectEndpoint>();
        app.MapBatch(collect);
        app.MapImmediate(collect);
        app.MapBuffered(collect);
        app.MapTrack(collect);
        app.MapBehavior(collect);
        app.MapActivity(collect);
        app.MapIngestHealth();
        return app;
    }

    internal static void MapContract(this WebApplication app, string path, CollectEndpoint collect, WireContract contract) =>
        app.MapContract(path, collect, _ => contract, contract.HasCookies);

    /// <param name="of">The contract, where it reads part of the path.</param>
    internal static void MapContract(
        this WebApplication app, string path, CollectEndpoint collect, Func<HttpContext, WireContract> of, bool hasCookies = false)
    {
        string?[] names = [path, app.Services.GetRequiredService<TrackerPaths>().OtherNameOf(path)];
        foreach (var name in names.OfType<string>())
        {
            app.MapPost(name, (RequestDelegate)(context => collect.HandleAsync(context, of(context))));
            app.MapMethods(name, ["OPTIONS"], (RequestDelegate)(context => CollectEndpoint.Preflight(context, hasCookies)));
        }
    }
}
