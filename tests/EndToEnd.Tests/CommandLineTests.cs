using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;

namespace Analytics.EndToEnd.Tests;

/// <summary>`dotnet run --project AppHost` as a newcomer types it, in a process of its own.</summary>
public sealed class CommandLineTests : IDisposable
{
    // Inherited by every process of the tree, whoever starts it, so that none is overlooked.
    private const string Mark = "ANALYTICS_TEST_TREE";

    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly string data = Directory.CreateTempSubdirectory("analytics-cli-").FullName;

    /// <param name="signal">TERM as a service manager sends it, to `dotnet run` alone; INT as a terminal's Ctrl+C does, to the foreground group.</param>
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_the_whole_tree(string signal)
    {
        var port = FreePort();
        using var run = Start(port, out var output);
        await HealthyAsync(port, run, output);
        var tree = ProcessTree();
        Assert.True(tree.Count >= 7, $"Only {tree.Count} processes: {string.Join(", ", tree)}");

        var target = signal == "INT" ? $"-{run.Id}" : $"{run.Id}";
        Process.Start("kill", [$"-{signal}", "--", target]).WaitForExit();

        await GoneAsync(TimeSpan.FromSeconds(20), output);
    }

    [Fact]
    public async Task A_killed_AppHost_leaves_no_process()
    {
        var port = FreePort();
        using var run = Start(port, out var output);
        await HealthyAsync(port, run, output);

        var appHost = ProcessTree().Single(process => process.Command.Contains("AppHost", StringComparison.Ordinal) && process.Id != run.Id);
        Process.GetProcessById(appHost.Id).Kill();

        await GoneAsync(TimeSpan.FromSeconds(10), output);
    }

    [Fact]
    public async Task A_taken_port_is_said_in_words()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        using var run = Start(port, out var output);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"{port}", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--port", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output.ToString(), StringComparison.Ordinal);
        await GoneAsync(TimeSpan.FromSeconds(10), output);
    }

    [Fact]
    public async Task Two_stacks_run_side_by_side()
    {
        var (port1, port2) = (FreePort(), FreePort());
        using var run1 = Start(port1, out var output1);
        using var run2 = Start(port2, out var output2, Path.Combine(data, "second"));
        await HealthyAsync(port1, run1, output1);
        await HealthyAsync(port2, run2, output2);

        Process.Start("kill", ["-TERM", $"{run1.Id}", $"{run2.Id}"]).WaitForExit();
        await GoneAsync(TimeSpan.FromSeconds(30), output1);
    }

    public void Dispose()
    {
        foreach (var process in ProcessTree())
        {
            try
            {
                Process.GetProcessById(process.Id).Kill();
            }
            catch (ArgumentException)
            {
                // gone in the meantime
            }
        }

        Directory.Delete(data, recursive: true);
    }

    private Process Start(int port, out StringBuilder output, string? directory = null)
    {
        // A process group of its own, as a shell makes one for each command.
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = RepositoryRoot,
        };
        foreach (var argument in new[] { "dotnet", "run", "--no-build", "--project", "AppHost", "--", "--port", $"{port}", "--data", directory ?? Path.Combine(data, "first") })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Mark] = mark;
        var text = output = new StringBuilder();
        var process = Process.Start(start)!;
        void Append(object _, DataReceivedEventArgs e)
        {
            lock (text)
            {
                text.AppendLine(e.Data);
            }
        }

        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task HealthyAsync(int port, Process run, StringBuilder output)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var until = DateTime.UtcNow.AddMinutes(3);
        while (DateTime.UtcNow < until && !run.HasExited)
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"http://localhost:{port}/health"));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // not up yet
            }

            await Task.Delay(100);
        }

        Assert.Fail($"The stack did not become healthy:\n{output}");
    }

    private async Task GoneAsync(TimeSpan within, StringBuilder output)
    {
        var left = await RunningSystem.EventuallyAsync(() => Task.FromResult(ProcessTree()), tree => tree.Count == 0, within);
        Assert.True(left.Count == 0, $"Left over: {string.Join("; ", left)}\n{output}");
    }

    private List<TreeProcess> ProcessTree()
    {
        var tree = new List<TreeProcess>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id))
            {
                continue;
            }

            try
            {
                if (File.ReadAllText($"{directory}/environ").Split('\0').Contains($"{Mark}={mark}"))
                {
                    tree.Add(new TreeProcess(id, File.ReadAllText($"{directory}/cmdline").Replace('\0', ' ')));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // ended while it was read
            }
        }

        return tree;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string RepositoryRoot { get; } = typeof(CommandLineTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    private sealed record TreeProcess(int Id, string Command);
}
