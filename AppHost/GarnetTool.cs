using System.Diagnostics;
using System.Text.Json;

namespace Analytics.AppHost;

/// <summary>
/// The tool's own assembly among the NuGet packages. `dotnet tool run` would stand between us and the server: killed, it would leave
/// the server behind.
/// </summary>
internal sealed class GarnetTool(string root, string program)
{
    private const string Id = "garnet-server";

    public string Program { get; } = program;

    public static GarnetTool Find(string root)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, ".config", "dotnet-tools.json")));
        var version = manifest.RootElement.GetProperty("tools").GetProperty(Id).GetProperty("version").GetString()!;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? StoreExtensions.BuildMetadata("NuGetPackageRoot");
        return new GarnetTool(root, Path.Combine(packages, Id, version, "tools", "net10.0", "any", "GarnetServer.dll"));
    }

    public async Task EnsureInstalledAsync(CancellationToken ct)
    {
        if (File.Exists(Program))
        {
            return;
        }

        Console.WriteLine($"Fetching {Id} (once) ...");
        using var restore = Process.Start(new ProcessStartInfo(StoreExtensions.DotnetPath, ["tool", "restore"])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await using var stopped = ct.Register(() => restore.Kill(entireProcessTree: true)); // nothing of ours goes on after us
        var output = await Task.WhenAll(restore.StandardOutput.ReadToEndAsync(ct), restore.StandardError.ReadToEndAsync(ct));
        await restore.WaitForExitAsync(ct);

        if (restore.ExitCode != 0 || !File.Exists(Program))
        {
            throw new DistributedApplicationException(
                $"{Id} could not be fetched by `dotnet tool restore`: {string.Concat(output).Trim()} "
                + "Or use a Redis of your own with --redis HOST:PORT.");
        }
    }
}
