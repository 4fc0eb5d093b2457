using System.Globalization;
using System.Net.NetworkInformation;

namespace Analytics.Load;

/// <param name="Cpu">Seconds on a core since it started.</param>
internal sealed record ProcessSample(int Id, string Name, double Cpu, long Resident, long Peak);

/// <summary>The system's processes, seen through /proc: whoever listens on the gateway's port, its parent, and all of that one's children.</summary>
internal sealed class Stack(int root)
{
    // USER_HZ, the same on every Linux there is.
    private const double TicksPerSecond = 100;

    private static readonly string[] SocketTables = ["/proc/net/tcp", "/proc/net/tcp6"];

    public static Stack? Find(LoadOptions options)
    {
        if (options.AppHostPid is { } given)
        {
            return new(given);
        }

        return OperatingSystem.IsLinux() && Listener(options.Url.Port) is { } gateway && ParentOf(gateway) is > 1 and var parent ? new(parent) : null;
    }

    /// <summary>All that run at this moment, this program left out.</summary>
    public List<ProcessSample> Sample()
    {
        var parents = new Dictionary<int, int>();
        foreach (var id in Processes())
        {
            if (ParentOf(id) is { } parent)
            {
                parents[id] = parent;
            }
        }

        return [.. parents.Keys.Append(root).Distinct().Where(id => id != Environment.ProcessId && IsOurs(id)).Select(Read).OfType<ProcessSample>()];

        bool IsOurs(int id)
        {
            for (var (at, steps) = (id, 0); steps < 16; steps++)
            {
                if (at == root)
                {
                    return true;
                }

                if (!parents.TryGetValue(at, out at))
                {
                    return false;
                }
            }

            return false;
        }
    }

    /// <summary>A variable that one of the processes was started with.</summary>
    public string? Variable(string name) => Sample()
        .SelectMany(process => Text($"/proc/{process.Id}/environ")?.Split('\0') ?? [])
        .FirstOrDefault(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    public static ProcessSample Self()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return new(self.Id, "this program", self.TotalProcessorTime.TotalSeconds, self.WorkingSet64, self.PeakWorkingSet64);
    }

    private static ProcessSample? Read(int id)
    {
        if (Fields(id) is not { } fields || Text($"/proc/{id}/status") is not { } status || Text($"/proc/{id}/cmdline") is not { } command)
        {
            return null;
        }

        var arguments = command.Split('\0');
        var program = arguments.FirstOrDefault(argument => argument.EndsWith(".dll", StringComparison.Ordinal)) ?? arguments[0];

        // utime and stime, of the fields after the name in brackets.
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return new(id, Path.GetFileNameWithoutExtension(program), ticks / TicksPerSecond, Kilobytes(status, "VmRSS:"), Kilobytes(status, "VmHWM:"));
    }

    private static long Kilobytes(string status, string name)
    {
        var line = status.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static int? ParentOf(int id) => Fields(id) is { } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : null;

    /// <summary>What /proc says after the process's name, which may hold spaces and brackets itself.</summary>
    private static string[]? Fields(int id) => Text($"/proc/{id}/stat") is { } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static int? Listener(int port)
    {
        if (!IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port))
        {
            return null;
        }

        // 0A is LISTEN; the tenth column is the socket's inode.
        var sockets = SocketTables
            .SelectMany(file => Text(file)?.Split('\n').Skip(1) ?? [])
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > 9 && columns[3] == "0A"
                && int.Parse(columns[1].Split(':')[^1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port)
            .Select(columns => $"socket:[{columns[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        foreach (var id in Processes())
        {
            try
            {
                if (Directory.EnumerateFiles($"/proc/{id}/fd").Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target)))
                {
                    return id;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // ended meanwhile, or another user's
            }
        }

        return null;
    }

    private static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
