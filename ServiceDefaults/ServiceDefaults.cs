using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.ServiceDefaults;

public static class ServiceDefaultsExtensions
{
    /// <summary>
    /// What every service has: telemetry over OTLP, health at /health and /alive, service discovery for HttpClient,
    /// shared data-protection keys, errors as problem+json.
    /// </summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);

        // Whoever polls /health reads the state there; a line for each poll of a part that is still starting would hide the rest.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.AddTelemetry();
        builder.AddServiceDiscovery();
        builder.AddSharedKeys();
        builder.Services.AddHealthChecks();
        builder.Services.AddProblemDetails();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }

    /// <summary>
    /// Cookies must be readable after a restart and by every replica: keys live in the directory that <c>DataProtection:Directory</c>
    /// names, where one is given.
    /// </summary>
    private static void AddSharedKeys(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["DataProtection:Directory"] is { Length: > 0 } directory)
        {
            builder.Services.AddDataProtection().SetApplicationName("Analytics").PersistKeysToFileSystem(new DirectoryInfo(directory));
        }
    }
}
