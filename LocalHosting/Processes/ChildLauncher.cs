using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts every child from one thread that lives as long as this process. On Linux a child is told to die with its parent
/// (<c>PR_SET_PDEATHSIG</c>), and the kernel counts the thread that forked it as the parent: a pool thread may end at any time.
/// </summary>
internal static class ChildLauncher
{
    private static readonly BlockingCollection<Action> Work = [];
    private static readonly Lazy<string[]> Wrapper = new(FindWrapper);

    static ChildLauncher() => new Thread(() =>
    {
        foreach (var action in Work.GetConsumingEnumerable())
        {
            action();
        }
    })
    {
        IsBackground = true,
        Name = "Child launcher",
    }.Start();

    /// <summary>
    /// True when children lead a session of their own: a terminal's Ctrl+C does not reach them, and signals can go to their group.
    /// </summary>
    public static bool ChildrenLeadTheirGroup => Wrapper.Value is ["setsid", ..];

    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(Wrap(info))!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static ProcessStartInfo Wrap(ProcessStartInfo info)
    {
        // The wrappers would only report a missing program in their own words, with an exit code.
        if (Resolve(info) is not { } program)
        {
            throw new FileNotFoundException($"'{info.FileName}' was not found.", info.FileName);
        }

        string[] wrapper = [.. Wrapper.Value, program];
        info.FileName = wrapper[0];
        for (var i = wrapper.Length - 1; i > 0; i--)
        {
            info.ArgumentList.Insert(0, wrapper[i]);
        }

        return info;
    }

    private static string? Resolve(ProcessStartInfo info)
    {
        if (info.FileName.Contains(Path.DirectorySeparatorChar) || info.FileName.Contains(Path.AltDirectorySeparatorChar))
        {
            var path = Path.GetFullPath(info.FileName, info.WorkingDirectory);
            return File.Exists(path) ? path : null;
        }

        // Windows looks in more places and for more endings than PATH tells.
        return OperatingSystem.IsWindows() ? info.FileName : FindOnPath(info.FileName);
    }

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);

    /// <summary>
    /// <c>setsid setpriv --pdeathsig KILL program</c>: both only set something and become the program, so its pid is the one started.
    /// Other systems have neither; children are then stopped in order as well, but do not end with a parent that is killed.
    /// </summary>
    private static string[] FindWrapper()
    {
        if (!OperatingSystem.IsLinux() || FindOnPath("setsid") is null)
        {
            return [];
        }

        string[] setpriv = ["setpriv", "--pdeathsig", "KILL"];
        return FindOnPath("setpriv") is not null && Succeeds([.. setpriv, "true"]) ? ["setsid", .. setpriv] : ["setsid"];
    }

    private static bool Succeeds(string[] command)
    {
        // BusyBox has a setpriv without this option.
        using var probe = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    }
}
