using System.Diagnostics;
using System.Globalization;
using Analytics.TestKit;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// Every few seconds one fault: a process killed, or a store stopped for some seconds, in half of the cases with a collector killed
/// meanwhile. Faults are dealt like cards, so that each kind comes in any run of some length.
/// </summary>
internal sealed class ChaosMonkey(RunningSystem system, RedisServer? redis, int seed)
{
    private static readonly string[] Collectors = ["collector-0", "collector-1"];
    private static readonly string[] Stores = ["redis", "clickhouse"];

    private readonly Random random = new(seed);
    private readonly Stopwatch clock = Stopwatch.StartNew();

    /// <summary>What was done, and when.</summary>
    public List<string> Story { get; } = [];

    /// <summary>Leaves nothing paused.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                (bool IsPause, string Resource)[] faults =
                    [.. Collectors.Concat(Stores).Select(name => (false, name)), .. Stores.Select(name => (true, name))];
                random.Shuffle(faults);
                foreach (var (isPause, resource) in faults)
                {
                    await Task.Delay(random.Next(1_000, 4_000), end);
                    await (isPause ? PauseAsync(resource, end) : KillAsync(resource));
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // enough
        }
    }

    private async Task KillAsync(string resource)
    {
        if (resource == "redis" && redis is not null)
        {
            // Nobody starts a server that is not the stack's own, so we do.
            var away = random.Next(0, 2_000);
            Tell($"kill {resource}, away for {away} ms");
            redis.Kill9();
            await Task.Delay(away);
            await redis.RestartAsync();
        }
        else if (system.FindProcess(resource) is { } id && Signal("-KILL", id))
        {
            Tell($"kill {resource}");
        }
        else
        {
            Tell($"{resource} is not running, so not killed");
        }
    }

    private async Task PauseAsync(string resource, CancellationToken end)
    {
        var pause = random.Next(500, 6_000);
        var killed = random.Next(2) == 0 ? Collectors[random.Next(Collectors.Length)] : null;
        if ((resource == "redis" && redis is not null ? redis.ProcessId : system.FindProcess(resource)) is not { } id || !Signal("-STOP", id))
        {
            Tell($"{resource} is not running, so not paused");
            return;
        }

        Tell($"pause {resource} for {pause} ms");
        try
        {
            await Task.Delay(pause / 2, end);
            if (killed is not null)
            {
                await KillAsync(killed);
            }

            await Task.Delay(pause / 2, end);
        }
        finally
        {
            Signal("-CONT", id);
        }
    }

    private void Tell(string what) =>
        Story.Add(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));

    private static bool Signal(string signal, int id)
    {
        using var kill = Process.Start("kill", [signal, id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return kill.ExitCode == 0;
    }
}
