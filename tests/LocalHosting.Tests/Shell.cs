using System.Diagnostics;

namespace Analytics.LocalHosting.Tests;

/// <summary>Small helpers over real processes.</summary>
internal static class Shell
{
    public static IResourceBuilder<ExecutableResource> AddShell(this IDistributedApplicationBuilder builder, string name, string script)
        => builder.AddExecutable(name, "/bin/sh", Path.GetTempPath(), "-c", script);

    public static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public static async Task<int> PidOf(this DistributedApplication app, string resource, int otherThan = 0)
    {
        var running = await app.ResourceNotifications.WaitForResourceAsync(
            resource, e => e.Snapshot.State?.Text == KnownResourceStates.Running && Pid(e) != otherThan, Soon);
        return Pid(running);

        static int Pid(ResourceEvent e) => (int)e.Snapshot.Properties.Single(p => p.Name == "executable.pid").Value!;
    }

    /// <summary>Whether the process still runs; one that has ended and was not collected by its parent does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static async Task Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "It has not come true.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("localhosting-").FullName;

    public string[] Lines(string file)
    {
        var path = System.IO.Path.Combine(Path, file);
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
