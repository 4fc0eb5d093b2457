using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.AppHost;

/// <summary>Garnet, a Redis that comes as a .NET tool. Why these settings: docs/decisions/0002-garnet-settings.md.</summary>
internal sealed class GarnetResource(string name, string command, string dataDirectory)
    : ExecutableResource(name, command, dataDirectory), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    public string LogDirectory { get; } = Path.Combine(dataDirectory, "AOF");

    public EndpointReference Endpoint => new(this, EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{Host}:{Port}");

    // What Aspire's own RedisResource gives: REDIS_HOST and so on.
    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Host}")),
        new("Port", ReferenceExpression.Create($"{Port}")),
        new("Uri", ReferenceExpression.Create($"redis://{Host}:{Port}")),
    ];

    private EndpointReferenceExpression Host => Endpoint.Property(EndpointProperty.IPV4Host);

    private EndpointReferenceExpression Port => Endpoint.Property(EndpointProperty.Port);
}

internal static class GarnetExtensions
{
    private static readonly string[] Settings =
    [
        "-q",

        // An answer means that the write is in the log; after a crash the log is read again. The native device wants a newer glibc.
        "--aof", "--aof-commit-wait", "--recover", "--device-type", "RandomAccess",

        // Small pages and buffers: 90 MB idle instead of 320. But a page of the log has to hold the largest request there is (24 MiB): what
        // does not fit is refused for ever.
        "--page", "4m", "--index", "16m", "--aof-memory", "64m", "--aof-page-size", "32m", "--aof-segment-size", "64m",
        "--network-buffer-memory-budget", "64m", "--buffer-pool-memory-budget", "64m",

        // No limit, but a height never reached: past it Garnet drops what is oldest without a word. The collector bounds what waits.
        "--memory", "16g",

        "--lua",
    ];

    public static IResourceBuilder<GarnetResource> AddGarnet(this IDistributedApplicationBuilder builder, string name, string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);

        var tool = GarnetTool.Find(Path.GetDirectoryName(builder.AppHostDirectory)!);
        var resource = new GarnetResource(name, StoreExtensions.DotnetPath, dataDirectory);

        builder.Services.AddHealthChecks().AddAsyncCheck($"{name}_ping", ct => PingAsync(resource, ct));
        return builder.AddResource(resource)
            .WithEndpoint(scheme: "tcp", name: GarnetResource.EndpointName)
            .WithArgs("exec", tool.Program, "--bind", "127.0.0.1", "--port", resource.Endpoint.Property(EndpointProperty.TargetPort))
            .WithArgs(Settings)
            .WithEnvironment("DOTNET_gcServer", "0") // The tool asks for the server's collector: memory for speed that is not needed.
            .WithEnvironment("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0") // As Directory.Build.props says of the others,
            .WithEnvironment("DOTNET_TC_CallCountThreshold", "C8") // where this is 200: numbers are hexadecimal here.
            .WithHealthCheck($"{name}_ping")
            .OnBeforeResourceStarted((_, _, ct) => tool.EnsureInstalledAsync(ct))
            .OnResourceReady((garnet, _, ct) => GarnetLog.TrimBeforeUseAsync(garnet, ct));
    }

    private static async Task<HealthCheckResult> PingAsync(GarnetResource resource, CancellationToken ct)
    {
        try
        {
            var answer = await GarnetConnection.SendAsync(resource.Endpoint.Port, "PING", TimeSpan.FromSeconds(5), ct);
            return answer == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"answered {answer}");
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"port {resource.Endpoint.Port}: {e.Message}"));
        }
    }
}
