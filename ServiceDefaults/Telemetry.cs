using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Analytics.ServiceDefaults;

/// <summary>
/// Traces, metrics and logs over OTLP, when an endpoint is configured (OTEL_EXPORTER_OTLP_ENDPOINT) and not otherwise: no listener,
/// no cost. ASP.NET Core, Kestrel and HttpClient emit their own activities and meters, so no instrumentation package is needed.
/// </summary>
public static class Telemetry
{
    /// <summary>Whether anything is listening.</summary>
    public static bool HasTelemetry(this IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Analytics.*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections",
        "System.Net.Http", "System.Runtime", "Yarp.ReverseProxy", "Analytics.*",
    ];

    internal static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (!builder.Configuration.HasTelemetry())
        {
            return;
        }

        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over the name given here.
        var resource = ResourceBuilder.CreateEmpty()
            .AddService(builder.Environment.ApplicationName)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            logs.IncludeScopes = true;
            logs.AddOtlpExporter();
        });
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build());
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build());
        builder.Services.AddHostedService<ProviderLifetime>();
    }

    /// <summary>Builds the providers when the host starts; the container disposes, and so flushes, them when it stops.</summary>
    private sealed class ProviderLifetime(TracerProvider traces, MeterProvider metrics) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                traces.ForceFlush(2000);
                metrics.ForceFlush(2000);
            },
            cancellationToken);
    }
}
