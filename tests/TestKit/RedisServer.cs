using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Analytics.TestKit;

public enum RedisKind
{
    /// <summary>redis-server of the machine.</summary>
    Redis,

    /// <summary>Garnet, as the AppHost runs it in local mode.</summary>
    Garnet,
}

/// <summary>
/// A real server of the Redis protocol with an append-only log: a process of its own on a free port and an empty data directory,
/// until it is disposed of. It can be killed, paused, and started again over the same data.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly StringBuilder output = new();
    private readonly int port = FreePort();
    private Process? process;

    private readonly string appendFsync;

    private RedisServer(RedisKind kind, string appendFsync)
    {
        Kind = kind;
        this.appendFsync = appendFsync;
        DataDirectory = Directory.CreateTempSubdirectory("redis-").FullName;
    }

    public RedisKind Kind { get; }

    public string DataDirectory { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    public int ProcessId => process!.Id;

    /// <summary>What the process wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <param name="appendFsync">Of Redis, where a test wants another than the one that the product asks for.</param>
    public static async Task<RedisServer> StartAsync(RedisKind kind, string appendFsync = "always", CancellationToken ct = default)
    {
        var server = new RedisServer(kind, appendFsync);
        try
        {
            await server.StartProcessAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process as a power cut would.</summary>
    public void Kill9()
    {
        process!.Kill();
        process.WaitForExit();
    }

    /// <summary>Stops the process without ending it: connections stay open and nothing is answered.</summary>
    public void Pause() => Signal("-STOP");

    public void Resume() => Signal("-CONT");

    /// <summary>Starts over the same data and port.</summary>
    public Task RestartAsync(CancellationToken ct = default)
    {
        Kill9();
        process!.Dispose();
        return StartProcessAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            AppDomain.CurrentDomain.ProcessExit -= KillWithTests;
            Kill9();
            process.Dispose();
        }

        await Task.Run(() => Directory.Delete(DataDirectory, recursive: true));
    }

    private async Task StartProcessAsync(CancellationToken ct)
    {
        var start = Kind == RedisKind.Redis ? Debian() : await GarnetAsync(ct);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit -= KillWithTests;
        AppDomain.CurrentDomain.ProcessExit += KillWithTests;
        await WaitUntilAnsweringAsync(ct);
    }

    private ProcessStartInfo Debian() => new(
        "redis-server",
        ["--bind", "127.0.0.1", "--port", Port, "--dir", DataDirectory, "--appendonly", "yes", "--appendfsync", appendFsync, "--save", ""]);

    // The AppHost's settings, but for memory: tests keep little. Why each is as it is: docs/decisions/0002-garnet-settings.md.
    private async Task<ProcessStartInfo> GarnetAsync(CancellationToken ct) => new(
        "dotnet",
        [
            "exec", await GarnetProgramAsync(ct), "--bind", "127.0.0.1", "--port", Port, "--checkpointdir", DataDirectory,
            "--aof", "--aof-commit-wait", "--recover", "--device-type", "RandomAccess",
            "--memory", "128m", "--page", "16m", "--index", "16m", "--aof-memory", "64m", "--aof-page-size", "32m",
        ]);

    private string Port => port.ToString(CultureInfo.InvariantCulture);

    private static async Task<string> GarnetProgramAsync(CancellationToken ct)
    {
        var manifest = Metadata("DotnetTools");
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(manifest, ct));
        var version = json.RootElement.GetProperty("tools").GetProperty("garnet-server").GetProperty("version").GetString()!;
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Metadata("NuGetPackageRoot");
        var program = Path.Combine(packages, "garnet-server", version, "tools", "net10.0", "any", "GarnetServer.dll");
        if (!File.Exists(program))
        {
            using var restore = Process.Start(new ProcessStartInfo("dotnet", ["tool", "restore"])
            {
                WorkingDirectory = Path.GetDirectoryName(Path.GetDirectoryName(manifest))!,
            })!;
            await restore.WaitForExitAsync(ct);
        }

        return program;
    }

    private async Task WaitUntilAnsweringAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await PingAsync(ct))
        {
            if (process!.HasExited)
            {
                throw new InvalidOperationException($"The {Kind} server ended:\n{Output}");
            }

            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new TimeoutException($"The {Kind} server did not answer:\n{Output}");
            }

            await Task.Delay(25, ct);
        }
    }

    // PONG, and not LOADING.
    private async Task<bool> PingAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, ct);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), ct);
            var answer = new byte[64];
            var length = await stream.ReadAsync(answer, ct);
            return answer.AsSpan(0, length).StartsWith("+PONG"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (output)
        {
            output.AppendLine(e.Data);
        }
    }

    // Tests that end without disposing leave no server behind.
    private void KillWithTests(object? sender, EventArgs e) => process?.Kill();

    private static string Metadata(string key) =>
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
