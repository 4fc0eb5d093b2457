using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Analytics.Gateway;

/// <summary>How much one client may send.</summary>
internal sealed class LimitOptions
{
    /// <summary>Greatest request body in bytes. The collector has narrower limits for each contract.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxRequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Requests a second from one address (IPv6: one /64); 0 sets no limit, right where the gateway stands behind a proxy that limits.</summary>
    [Range(0, int.MaxValue)]
    public int RequestsPerSecond { get; set; }

    /// <summary>How many requests one address may send at once on top of that.</summary>
    [Range(1, int.MaxValue)]
    public int Burst { get; set; } = 500;
}

internal static class Limits
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        var limits = builder.Configuration.GetSection("Limits").Get<LimitOptions>() ?? new LimitOptions();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = limits.MaxRequestBytes);
        if (limits.RequestsPerSecond == 0)
        {
            return;
        }

        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "1";
                return ValueTask.CompletedTask;
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => RateLimitPartition.GetTokenBucketLimiter(
                Network(context.Connection.RemoteIpAddress ?? IPAddress.None),
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = limits.Burst + limits.RequestsPerSecond,
                    TokensPerPeriod = limits.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        });
    }

    public static void UseLimits(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<LimitOptions>>().Value.RequestsPerSecond > 0)
        {
            app.UseRateLimiter();
        }
    }

    // One household or server has a whole /64 of IPv6 to choose its addresses from.
    private static IPAddress Network(IPAddress address)
    {
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
