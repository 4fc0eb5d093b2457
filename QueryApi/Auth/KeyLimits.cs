using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Auth;

/// <summary>How much one key may ask.</summary>
internal sealed class KeyLimitOptions
{
    /// <summary>Requests a minute of a key that has no number of its own; as many may come at once. 0: no limit.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 6_000;
}

/// <summary>
/// A bucket of requests for each key, refilled all the time, in this process alone: with N replicas behind the gateway a key may ask up
/// to N times as much, and no request waits for another machine. The bootstrap key is the operator's own and has no limit.
/// </summary>
internal sealed class KeyLimits(IOptions<KeyLimitOptions> options) : IDisposable
{
    public const string LimitHeader = "X-RateLimit-Limit";
    public const string RemainingHeader = "X-RateLimit-Remaining";
    public const string ResetHeader = "X-RateLimit-Reset";

    public PartitionedRateLimiter<HttpContext> Limiter { get; } =
        PartitionedRateLimiter.Create<HttpContext, (string Id, int Limit)>(context => Partition(context, options.Value));

    public void Dispose() => Limiter.Dispose();

    /// <summary>Tells the caller where it stands: how many a minute, how many at once from now, and seconds until all of them again.</summary>
    public void Describe(HttpContext context)
    {
        if (LimitOf(context, options.Value) is not (> 0 and var limit) || Limiter.GetStatistics(context) is not { } now)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers[LimitHeader] = Text(limit);
        headers[RemainingHeader] = Text(now.CurrentAvailablePermits);
        headers[ResetHeader] = Text((long)Math.Ceiling((limit - now.CurrentAvailablePermits) * 60.0 / limit));
    }

    public async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken ct)
    {
        var context = rejected.HttpContext;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? Math.Max(1, Math.Ceiling(time.TotalSeconds)) : 1;
        Describe(context);
        context.Response.Headers.RetryAfter = Text((long)wait);
        await TypedResults.Problem(
            $"This key may make {LimitOf(context, options.Value)} requests a minute. Ask again in {Text((long)wait)} s.",
            statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
    }

    // The number is part of the name: a key that is given another begins a new bucket.
    private static RateLimitPartition<(string Id, int Limit)> Partition(HttpContext context, KeyLimitOptions options)
    {
        var limit = LimitOf(context, options);
        if (limit == 0)
        {
            return RateLimitPartition.GetNoLimiter(("", 0));
        }

        var each = Math.Max(1, limit / 60); // a second's worth, or one
        return RateLimitPartition.GetTokenBucketLimiter(
            (context.Features.GetRequiredFeature<ApiKey>().Id, limit),
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = limit,
                TokensPerPeriod = each,
                ReplenishmentPeriod = TimeSpan.FromMinutes((double)each / limit),
                QueueLimit = 0,
            });
    }

    private static int LimitOf(HttpContext context, KeyLimitOptions options) => context.Features.Get<ApiKey>() switch
    {
        null => 0, // refused as unknown, or public
        var key when key == ApiKey.Bootstrap => 0,
        { RequestsPerMinute: > 0 } key => (int)key.RequestsPerMinute,
        _ => options.RequestsPerMinute,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

internal static class KeyLimitsRegistration
{
    public static void AddKeyLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<KeyLimitOptions>().BindConfiguration("RateLimit").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<KeyLimits>();
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<KeyLimits>((limiter, limits) =>
        {
            limiter.GlobalLimiter = limits.Limiter;
            limiter.OnRejected = limits.RefuseAsync;
        });
    }

    /// <summary>After authentication, which says whose request it is.</summary>
    public static void UseKeyLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<KeyLimits>();
        app.UseRateLimiter();
        app.Use((context, next) =>
        {
            limits.Describe(context);
            return next(context);
        });
    }
}
