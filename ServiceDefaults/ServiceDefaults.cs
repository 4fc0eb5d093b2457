using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.ServiceDefaults;

public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// What every service has: telemetry over OTLP, health at /health and /alive, service discovery for HttpClient, errors as problem+json.
    /// </summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.AddTelemetry();
        builder.AddServiceDiscovery();
        builder.Services.AddHealthChecks();
        builder.Services.AddProblemDetails();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }
}
