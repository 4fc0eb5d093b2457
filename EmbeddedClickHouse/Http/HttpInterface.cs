using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>The paths of ClickHouse's HTTP interface, and the two for health.</summary>
internal static class HttpInterface
{
    private static readonly string[] GetOrPost = ["GET", "POST", "HEAD"];

    public static void AddHttpInterface(this WebApplicationBuilder builder)
    {
        // A slow query must be able to end: what it has done is not half done for the restart.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.UTF8; // ids of queries are the caller's words
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 4 << 20; // statements and parameters travel in addresses
            kestrel.Limits.MaxRequestBufferSize = 5 << 20;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 20;
        });

        // Answers are written in large pieces, and what was written has been sent: see Answer.CloseWithoutEndAsync.
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 1);

        // Each result that is read holds a thread while it waits for the engine.
        ThreadPool.GetMinThreads(out var workers, out var io);
        ThreadPool.SetMinThreads(Math.Max(workers, 32), io);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Credentials>();
        builder.Services.AddSingleton<RunningQueries>();
        builder.Services.AddSingleton<QueryLog>();
        builder.Services.AddSingleton<QueryEndpoint>();
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddHostedService(s => s.GetRequiredService<Sessions>());
        builder.Services.AddHealthChecks().AddCheck<EngineHealth>("engine", tags: ["ready"]);
    }

    public static void MapHttpInterface(this WebApplication app)
    {
        app.MapHealthChecks("/health", new() { ResponseWriter = WriteHealthAsync });
        app.MapHealthChecks("/alive", new() { Predicate = _ => false });
        app.MapMethods("/ping", GetOrPost, () => Results.Text("Ok.\n", "text/html; charset=UTF-8"));
        app.MapMethods("/replicas_status", GetOrPost, () => Results.Text("Ok.\n"));
        app.MapMethods("/", GetOrPost, (HttpContext context, QueryEndpoint endpoint) => endpoint.HandleAsync(context));
        app.MapFallback((HttpContext context) => Results.Text(
            $"There is no handle {context.Request.Path}\n\nUse / or /ping for health checks.\n", statusCode: StatusCodes.Status404NotFound));
    }

    // The collections show that .NET's garbage collector is well beside the engine: see SignalHandlers.
    private static Task WriteHealthAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        reason = report.Entries.Values.Select(e => e.Description).FirstOrDefault(d => d is not null),
        version = ClickHouseError.Version,
        workingSetMb = Environment.WorkingSet >> 20,
        collections = GC.CollectionCount(0),
    });

    private sealed class EngineHealth(EnginePool engine) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var lease = await engine.RentAsync(cancellationToken);
                var result = await lease.RunAsync(c => c.Query("SELECT 1"));
                return result.Error is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(result.Error);
            }
            catch (ClickHouseException e)
            {
                return HealthCheckResult.Degraded(e.Message); // busy, not broken
            }
        }
    }
}
