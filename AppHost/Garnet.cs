using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Analytics.AppHost;

/// <summary>Garnet, a Redis that comes as a .NET tool.</summary>
internal sealed class GarnetResource(string name, string command, string workingDirectory)
    : ExecutableResource(name, command, workingDirectory), IResourceWithConnectionString
{
    public const string EndpointName = "tcp";

    private EndpointReference Endpoint => new(this, EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{Endpoint.Property(EndpointProperty.IPV4Host)}:{Endpoint.Property(EndpointProperty.Port)}");

    // What Aspire's own RedisResource gives: REDIS_HOST and so on.
    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() =>
    [
        new("Host", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.IPV4Host)}")),
        new("Port", ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Port)}")),
        new("Uri", ReferenceExpression.Create($"redis://{Endpoint.Property(EndpointProperty.IPV4Host)}:{Endpoint.Property(EndpointProperty.Port)}")),
    ];
}

internal static class GarnetExtensions
{
    private const string Tool = "garnet-server";

    public static IResourceBuilder<GarnetResource> AddGarnet(this IDistributedApplicationBuilder builder, string name, string dataDirectory)
    {
        Directory.CreateDirectory(dataDirectory);

        var root = Path.GetDirectoryName(builder.AppHostDirectory)!;
        var program = ProgramOf(root);
        var resource = new GarnetResource(name, StoreExtensions.DotnetPath, dataDirectory);
        var endpoint = resource.GetEndpoint(GarnetResource.EndpointName);

        builder.Services.AddHealthChecks().AddAsyncCheck($"{name}_ping", ct => PingAsync(endpoint, ct));
        return builder.AddResource(resource)
            .WithEndpoint(scheme: "tcp", name: GarnetResource.EndpointName)
            .WithArgs("exec", program, "--bind", "127.0.0.1", "--port", endpoint.Property(EndpointProperty.TargetPort))
            .WithArgs(Settings)
            .WithHealthCheck($"{name}_ping")
            .OnBeforeResourceStarted((_, _, ct) => EnsureInstalledAsync(program, root, ct));
    }

    private static readonly string[] Settings =
    [
        "-q", "--lua",
        "--aof", "--aof-commit-wait", "--recover", "--device-type", "RandomAccess",
    ];

    /// <summary>
    /// The tool's own assembly. `dotnet tool run` would stand between us and the server: killed, it would leave the server behind.
    /// </summary>
    private static string ProgramOf(string root)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, ".config", "dotnet-tools.json")));
        var version = manifest.RootElement.GetProperty("tools").GetProperty(Tool).GetProperty("version").GetString()!;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? StoreExtensions.BuildMetadata("NuGetPackageRoot");
        return Path.Combine(packages, Tool, version, "tools", "net10.0", "any", "GarnetServer.dll");
    }

    private static async Task EnsureInstalledAsync(string program, string root, CancellationToken ct)
    {
        if (File.Exists(program))
        {
            return;
        }

        Console.WriteLine($"Fetching {Tool} (once) ...");
        using var restore = Process.Start(new ProcessStartInfo(StoreExtensions.DotnetPath, ["tool", "restore"])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await Task.WhenAll(restore.StandardOutput.ReadToEndAsync(ct), restore.StandardError.ReadToEndAsync(ct));
        await restore.WaitForExitAsync(ct);

        if (restore.ExitCode != 0 || !File.Exists(program))
        {
            throw new DistributedApplicationException(
                $"{Tool} could not be fetched by `dotnet tool restore`: {string.Concat(output).Trim()} Or use a Redis of your own with --redis HOST:PORT.");
        }
    }

    private static async Task<HealthCheckResult> PingAsync(EndpointReference endpoint, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync("127.0.0.1", endpoint.Port, patience.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray(), patience.Token);

            var answer = new byte[16];
            var length = await stream.ReadAsync(answer, patience.Token);
            return answer.AsSpan(0, length).StartsWith("+PONG"u8)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"answered {Encoding.ASCII.GetString(answer, 0, length)}");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"port {endpoint.Port}: {e.Message}"));
        }
    }
}
