using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Asks a replica how it is: over HTTP at its own address, and by the health checks registered with the host under its keys.
/// </summary>
internal sealed class HealthProbe(IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Only ever loopback: no proxy, no cookies, no redirects to follow.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Patience,
    };

    public static bool HasChecks(IResource resource) => resource.HasAnnotationOfType<HealthCheckAnnotation>();

    public async Task<ImmutableArray<HealthReportSnapshot>> CheckAsync(IResource resource, int replica, CancellationToken ct)
    {
        var checks = resource.Annotations.OfType<HealthCheckAnnotation>().ToArray();
        var reports = await Task.WhenAll(checks.Select(check => check is HttpHealthCheckAnnotation http
            ? CheckHttpAsync(http, replica, ct)
            : CheckRegisteredAsync(check.Key, ct)));
        return [.. reports];
    }

    public void Dispose() => _http.Dispose();

    private async Task<HealthReportSnapshot> CheckHttpAsync(HttpHealthCheckAnnotation check, int replica, CancellationToken ct)
    {
        try
        {
            var uri = new Uri(new Uri(check.Endpoint().UrlOf(replica)), check.Path);
            using var response = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
            return (int)response.StatusCode == check.StatusCode
                ? Report(check.Key, HealthStatus.Healthy)
                : Report(check.Key, HealthStatus.Unhealthy, $"{uri} answered {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return Report(check.Key, HealthStatus.Unhealthy, e.Message);
        }
    }

    private async Task<HealthReportSnapshot> CheckRegisteredAsync(string key, CancellationToken ct)
    {
        var health = services.GetRequiredService<HealthCheckService>();
        var report = await health.CheckHealthAsync(registration => registration.Name == key, ct);
        return report.Entries.TryGetValue(key, out var entry)
            ? Report(key, entry.Status, entry.Description)
            : throw new DistributedApplicationException($"No health check is registered under the key '{key}'.");
    }

    private static HealthReportSnapshot Report(string name, HealthStatus status, string? description = null)
        => new(name, status, description, null) { LastRunAt = DateTime.UtcNow };
}
