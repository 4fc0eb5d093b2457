using Analytics.ServiceDefaults;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Analytics.Gateway;

/// <summary>The routes of appsettings.json, their destinations found by service name: each replica is a destination.</summary>
internal static class Routes
{
    public static void AddRoutes(this WebApplicationBuilder builder)
    {
        var proxy = builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        if (!builder.Configuration.HasTelemetry())
        {
            // Nobody reads traces, so no request carries their headers.
            proxy.ConfigureHttpClient((_, handler) => handler.ActivityHeadersPropagator = null);
        }

        builder.Services.AddSingleton<IDestinationResolver, ServiceNameResolver>();
    }

    // The two steps of YARP's pipeline that these routes use.
    public static void MapRoutes(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.UseSessionAffinity();
        proxy.UseLoadBalancing();
    });

    /// <summary>Turns <c>http://collector</c> into the addresses that the AppHost gave for the service "collector".</summary>
    private sealed class ServiceNameResolver(IConfiguration configuration) : IDestinationResolver
    {
        public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
            IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
        {
            var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, destination) in destinations)
            {
                var addresses = configuration.ServiceAddresses(new Uri(destination.Address).Host);
                if (addresses.Count == 0)
                {
                    resolved[name] = destination;
                }

                for (var i = 0; i < addresses.Count; i++)
                {
                    resolved[$"{name}-{i}"] = destination with { Address = addresses[i].ToString() };
                }
            }

            return ValueTask.FromResult(new ResolvedDestinationCollection(resolved, NoChange));
        }

        private static readonly CancellationChangeToken NoChange = new(CancellationToken.None);
    }
}
