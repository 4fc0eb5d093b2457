using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Analytics.Collector.Tests;

/// <summary>The collector as it runs in production: a process of its own over a real Redis and a real engine. It can be killed.</summary>
public sealed class CollectorProcess : IAsyncDisposable
{
    public const string Key = "the-key-of-the-tests";

    private readonly Process process;
    private readonly System.Text.StringBuilder output = new();

    private CollectorProcess(ProcessStartInfo start, Uri address)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public long MemoryBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

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

    /// <param name="clickHouse">With the database.</param>
    public static async Task<CollectorProcess> StartAsync(
        string redis, string clickHouse, string environment = "Development", params (string Name, string Value)[] settings)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Collector.dll"), "--urls", address])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = environment,
                ["ConnectionStrings__redis"] = redis,
                ["ConnectionStrings__clickhouse"] = clickHouse,
                ["Auth__BootstrapKey"] = Key,
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var collector = new CollectorProcess(start, new Uri(address));
        await collector.StartAsync();
        return collector;
    }

    public void Kill9()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Asks the process to end, as the AppHost does.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(timeout.Token);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillWithTests;
        Kill9();
        await process.WaitForExitAsync();
        process.Dispose();
        Http.Dispose();
    }

    private async Task StartAsync()
    {
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += KillWithTests;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if ((await Http.GetAsync("alive")).IsSuccessStatusCode && (await Http.GetAsync("health")).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (process.HasExited || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"The collector did not start:\n{Output}");
            }

            await Task.Delay(25);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (output)
        {
            output.AppendLine(e.Data);
        }
    }

    private void KillWithTests(object? sender, EventArgs e) => process.Kill();
}
