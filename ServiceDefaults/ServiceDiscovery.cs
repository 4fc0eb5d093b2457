using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.ServiceDefaults;

/// <summary>
/// Finds services by name: <c>http://queryapi</c> becomes one of the addresses under <c>services:queryapi:http</c>
/// (<c>services__queryapi__http__0</c> in the environment, as Aspire writes it). Stands in for
/// Microsoft.Extensions.ServiceDiscovery, which the package feed lacks.
/// </summary>
public static class ServiceDiscovery
{
    /// <summary>All addresses of a service, one a replica; empty where it is not configured.</summary>
    public static IReadOnlyList<Uri> ServiceAddresses(this IConfiguration configuration, string service) =>
    [
        .. configuration.GetSection($"services:{service}:http").GetChildren()
            .OrderBy(replica => replica.Key, StringComparer.Ordinal)
            .Select(replica => new Uri(replica.Value!)),
    ];

    internal static void AddServiceDiscovery(this WebApplicationBuilder builder)
    {
        builder.Services.AddTransient<ResolvingHandler>();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddHttpMessageHandler<ResolvingHandler>());
    }

    /// <summary>Replaces a service's name in the request's address by its replicas' addresses in turn.</summary>
    private sealed class ResolvingHandler(IConfiguration configuration) : DelegatingHandler
    {
        private static uint turn;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri is { } uri && configuration.ServiceAddresses(uri.Host) is { Count: > 0 } addresses)
            {
                var address = addresses[(int)(Interlocked.Increment(ref turn) % (uint)addresses.Count)];
                request.RequestUri = new UriBuilder(uri) { Scheme = address.Scheme, Host = address.Host, Port = address.Port }.Uri;
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
