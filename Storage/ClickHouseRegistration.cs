using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Analytics.Storage;

public static class ClickHouseRegistration
{
    /// <summary>Registers <see cref="ClickHouse"/> for the connection string "clickhouse", with its health check.</summary>
    /// <param name="whenAway">What a service's health is without ClickHouse.</param>
    public static IHostApplicationBuilder AddClickHouse(
        this IHostApplicationBuilder builder, HealthStatus whenAway = HealthStatus.Unhealthy)
    {
        builder.Services.AddSingleton(services => Create(
            services.GetRequiredService<IConfiguration>().GetConnectionString(ClickHouse.ConnectionName)
            ?? throw new InvalidOperationException("There is no connection string 'clickhouse' (ConnectionStrings__clickhouse).")));
        builder.Services.AddHealthChecks().AddCheck<ClickHouseHealthCheck>(ClickHouse.ConnectionName, whenAway);
        return builder;
    }

    /// <summary>A client of its own, for programs without a host.</summary>
    /// <param name="before">See every request before the network does, in this order.</param>
    public static ClickHouse Create(string connectionString, params ReadOnlySpan<DelegatingHandler> before)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None, // loopback or a local network: compression costs more than it saves
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        for (var i = before.Length - 1; i >= 0; i--)
        {
            before[i].InnerHandler = handler;
            handler = before[i];
        }

        return new ClickHouse(new HttpClient(handler) { Timeout = TimeSpan.FromMinutes(5) }, ClickHouseOptions.Parse(connectionString));
    }

    private sealed class ClickHouseHealthCheck(ClickHouse clickHouse) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            await clickHouse.PingAsync(cancellationToken)
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, "ClickHouse does not answer.");
    }
}
