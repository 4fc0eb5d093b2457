using Analytics.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.Gateway;

/// <summary>One health check a service: every replica's own /health has to answer 200.</summary>
internal static class BackendHealth
{
    private static readonly string[] Services = ["collector", "queryapi", "dashboard"];

    public static void AddBackendHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpClient(nameof(BackendHealth), http => http.Timeout = TimeSpan.FromSeconds(3));
        var checks = builder.Services.AddHealthChecks();
        foreach (var service in Services)
        {
            checks.Add(new HealthCheckRegistration(
                service, provider => ActivatorUtilities.CreateInstance<ServiceCheck>(provider, service), failureStatus: null, tags: null));
        }
    }

    private sealed class ServiceCheck(string service, IConfiguration configuration, IHttpClientFactory clients) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var replicas = configuration.ServiceAddresses(service);
            if (replicas.Count == 0)
            {
                return HealthCheckResult.Unhealthy("Not configured.");
            }

            var http = clients.CreateClient(nameof(BackendHealth));
            try
            {
                foreach (var replica in replicas)
                {
                    using var response = await http.GetAsync(new Uri(replica, "health"), cancellationToken);
                    if (!response.IsSuccessStatusCode)
                    {
                        return HealthCheckResult.Unhealthy($"Answered {(int)response.StatusCode}.");
                    }
                }

                return HealthCheckResult.Healthy();
            }
            catch (HttpRequestException e)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy($"Did not answer within {http.Timeout.TotalSeconds:0} s.");
            }
        }
    }
}
