using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Analytics.LocalHosting.Tests;

/// <summary>A host as a process of its own: signals, sudden death, and what it says when it cannot start.</summary>
public sealed class HostProcessTests : IDisposable
{
    private static readonly string HostAssembly = typeof(Projects.TestHost).Assembly.Location;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task A_signal_stops_everything_in_reverse_order(string signal)
    {
        using var host = Start(out _, "--scenario", "chain");
        var pids = await Pids();

        Process.Start("kill", [$"-{signal}", $"{host.Id}"]).WaitForExit();
        await host.WaitForExitAsync(Shell.Soon);

        Assert.Equal(0, host.ExitCode);
        Assert.Equal(["last", "middle", "first"], folder.Lines("ended"));
        Assert.All(pids, pid => Assert.False(Shell.IsAlive(pid)));
    }

    [Fact]
    public async Task A_host_that_is_killed_leaves_no_process()
    {
        using var host = Start(out _, "--scenario", "chain");
        var pids = await Pids();

        host.Kill();

        await Shell.Until(() => !pids.Any(Shell.IsAlive));
        Assert.Empty(folder.Lines("ended"));
    }

    [Fact]
    public async Task Children_are_out_of_reach_of_the_terminals_interrupt()
    {
        using var host = Start(out _, "--scenario", "chain");

        foreach (var pid in await Pids())
        {
            // Fields after the name in parentheses: state, parent, group, session.
            var stat = (await File.ReadAllTextAsync($"/proc/{pid}/stat", Shell.Soon)).Split(") ")[^1].Split(' ');
            Assert.Equal((host.Id, pid, pid), (int.Parse(stat[1]), int.Parse(stat[2]), int.Parse(stat[3])));
        }

        host.Kill();
    }

    [Fact]
    public async Task A_taken_port_is_named_before_anything_starts()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        using var host = Start(out var output, "--scenario", "port", "--port", $"{port}");
        await host.WaitForExitAsync(Shell.Soon);

        Assert.Equal(1, host.ExitCode);
        Assert.Equal(
            $"Port {port}, which 'web' is to listen on (endpoint 'http'), is taken by another process. "
                + "Stop that one, or give 'web' another port.",
            output().Trim());
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        using var host = Start(out var output, "--scenario", "missing");
        await host.WaitForExitAsync(Shell.Soon);

        Assert.Equal(1, host.ExitCode);
        Assert.Equal("'tool' could not be started: 'no-such-program' was not found.", output().Trim());
    }

    [Fact]
    public async Task A_child_that_never_gets_up_ends_the_host_with_its_last_lines()
    {
        using var host = Start(out var output, "--scenario", "crash");
        await host.WaitForExitAsync(Shell.Soon);

        Assert.Equal(1, host.ExitCode);
        Assert.Contains("crash | it does not work", output(), StringComparison.Ordinal);
        Assert.Contains(
            "'crash' ended 4 times before it was ready, the last time with exit code 7. Its last lines:", output(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output(), StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", output(), StringComparison.Ordinal);
    }

    private Process Start(out Func<string> output, params string[] arguments)
    {
        var host = Process.Start(new ProcessStartInfo("dotnet", ["exec", HostAssembly, "--folder", folder.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        var lines = new StringBuilder();
        void OnLine(object sender, DataReceivedEventArgs e)
        {
            lock (lines)
            {
                lines.AppendLine(e.Data);
            }
        }

        host.OutputDataReceived += OnLine;
        host.ErrorDataReceived += OnLine;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        output = () =>
        {
            lock (lines)
            {
                return lines.ToString();
            }
        };
        return host;
    }

    private async Task<int[]> Pids()
    {
        await Shell.Until(() => folder.Lines("pids").Length == 3);
        return [.. folder.Lines("pids").Select(int.Parse)];
    }
}
