using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.ServiceDefaults;

public static class Health
{
    /// <summary>
    /// <c>/alive</c>: the process runs. <c>/health</c>: it and what it needs are ready; 200 or 503 with
    /// <c>{"status":"Healthy","parts":{"clickhouse":"Healthy"}}</c>. Both also in production: who deploys needs them there.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = Write }).DisableHttpMetrics();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = Write }).DisableHttpMetrics();
        return app;
    }

    private static Task Write(HttpContext context, HealthReport report)
    {
        // Names and states only: descriptions can hold addresses, and this endpoint is public at the gateway.
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(
            context.Response.Body,
            new { status = report.Status.ToString(), parts = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status.ToString()) },
            JsonSerializerOptions.Web,
            context.RequestAborted);
    }
}
