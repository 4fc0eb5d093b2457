using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Analytics.TestKit;

/// <summary>
/// A real embedded ClickHouse: the built program as a process of its own, on a free port and an empty data directory,
/// until it is disposed of. It can be killed and started again over the same data.
/// </summary>
public sealed partial class EmbeddedEngine : IAsyncDisposable
{
    // The first start on a machine may have to install the engine.
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private const int SigTerm = 15;

    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly StringBuilder output = new();
    private readonly int port;
    private Process process = null!;

    private EmbeddedEngine(IReadOnlyDictionary<string, string> settings)
    {
        this.settings = settings;
        port = FreePort();
        BaseAddress = new Uri($"http://127.0.0.1:{port}/");
        DataDirectory = Directory.CreateTempSubdirectory("clickhouse-").FullName;
        Http = new HttpClient { BaseAddress = BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
    }

    public Uri BaseAddress { get; }

    /// <summary>In ClickHouse.Client's words, as the AppHost hands it to its services.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={port};Protocol=http;Username=default;Password=;Database=default";

    public string DataDirectory { get; }

    public int ProcessId => process.Id;

    public HttpClient Http { get; }

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

    /// <summary>Starts an engine; <paramref name="settings"/> are environment variables of its process.</summary>
    public static async Task<EmbeddedEngine> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null, CancellationToken ct = default)
    {
        var engine = new EmbeddedEngine(settings ?? new Dictionary<string, string>());
        try
        {
            await engine.StartProcessAsync(ct);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a statement and gives its answer as text; any status but success throws with the answer in the message.</summary>
    public async Task<string> QueryAsync(string sql, string parameters = "", CancellationToken ct = default)
    {
        using var response = await Http.PostAsync($"?{parameters}", new StringContent(sql), ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode ? text : throw new HttpRequestException(text, null, response.StatusCode);
    }

    /// <summary>Ends the process as a power cut would.</summary>
    public void Kill9()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Asks the process to end, waits for it and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!process.HasExited)
        {
            _ = SendSignal(process.Id, SigTerm);
            using var timeout = new CancellationTokenSource(StopTimeout);
            await process.WaitForExitAsync(timeout.Token);
        }

        return process.ExitCode;
    }

    /// <summary>Starts over the same data and port, after <see cref="Kill9"/> or <see cref="StopAsync"/>.</summary>
    public Task RestartAsync(CancellationToken ct = default)
    {
        Kill9();
        process.Dispose();
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

        Http.Dispose();
        await Task.Run(() => Directory.Delete(DataDirectory, recursive: true));
    }

    private async Task StartProcessAsync(CancellationToken ct)
    {
        var program = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "EmbeddedClickHouse").Value!;
        var start = new ProcessStartInfo("dotnet", ["exec", program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["Engine__DataDirectory"] = DataDirectory,
                ["ASPNETCORE_URLS"] = BaseAddress.ToString().TrimEnd('/'),
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit -= KillWithTests;
        AppDomain.CurrentDomain.ProcessExit += KillWithTests;
        await WaitUntilHealthyAsync(ct);
    }

    private async Task WaitUntilHealthyAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"The engine ended with code {process.ExitCode}:\n{Output}"));
            }

            try
            {
                if ((await Http.GetAsync("health", ct)).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            if (Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new TimeoutException($"The engine did not become healthy:\n{Output}");
            }

            await Task.Delay(25, ct);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (output)
        {
            output.AppendLine(e.Data);
        }
    }

    // Tests that end without disposing (a crash, a cancelled run) leave no engine behind.
    private void KillWithTests(object? sender, EventArgs e) => process.Kill();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
