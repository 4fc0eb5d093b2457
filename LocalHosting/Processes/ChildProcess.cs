using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Aspire.Hosting.Processes;

/// <summary>What to run.</summary>
internal sealed record ChildCommand(
    string Program, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);

/// <summary>A running child: its output is drained whatever happens, and it is stopped politely first.</summary>
internal sealed partial class ChildProcess
{
    private const int MaxLineLength = 16 * 1024;
    private const int SigKill = 9;
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly Task _output;

    private ChildProcess(Process process, Action<string, bool> onLine)
    {
        _process = process;
        Id = process.Id;
        _output = Task.WhenAll(
            DrainAsync(process.StandardOutput, isError: false, onLine), DrainAsync(process.StandardError, isError: true, onLine));
        Exit = WaitAsync();
    }

    public int Id { get; }

    /// <summary>Completes with the exit code, after the last line was handed on. Killed by signal N is 128 + N.</summary>
    public Task<int> Exit { get; }

    /// <exception cref="DistributedApplicationException">The program cannot be started; the message says why.</exception>
    public static async Task<ChildProcess> StartAsync(ChildCommand command, Action<string, bool> onLine)
    {
        if (!Directory.Exists(command.WorkingDirectory))
        {
            throw new DistributedApplicationException($"its working directory '{command.WorkingDirectory}' does not exist.");
        }

        var info = new ProcessStartInfo(command.Program, command.Arguments)
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment)
        {
            info.Environment[name] = value;
        }

        try
        {
            var process = await ChildLauncher.StartAsync(info);
            process.StandardInput.Close();
            return new ChildProcess(process, onLine);
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            throw new DistributedApplicationException($"{e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Asks the process to end and makes it end when it has not done so in time.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        if (!Exit.IsCompleted && !OperatingSystem.IsWindows())
        {
            _ = Kill(Id, SigTerm);
            await Task.WhenAny(Exit, Task.Delay(grace, hurry));
        }

        Kill();
        await Exit;
    }

    /// <summary>Ends the process, and whatever it has started, at once.</summary>
    public void Kill()
    {
        if (ChildLauncher.ChildrenLeadTheirGroup)
        {
            // The group may outlive its leader, and a child that was started this instant does not lead one yet.
            _ = Kill(-Id, SigKill);
            if (!Exit.IsCompleted)
            {
                _ = Kill(Id, SigKill);
            }
        }
        else if (!Exit.IsCompleted)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended this moment.
            }
        }
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();

        // A grandchild may hold the pipes open; its lines are not worth waiting for.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(1)));
        var exitCode = _process.ExitCode;

        // Its handles and those of the pipes would otherwise stay until the collector comes by, for every start of a service that crashes.
        _process.Dispose();
        return exitCode;
    }

    private static async Task DrainAsync(StreamReader reader, bool isError, Action<string, bool> onLine)
    {
        using var closed = reader;
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            while (await reader.ReadAsync(buffer) is var read and > 0)
            {
                for (var i = 0; i < read; i++)
                {
                    var c = buffer[i];

                    // A carriage return alone is a progress bar drawing over itself.
                    if (c is '\n' or '\r' || line.Length == MaxLineLength)
                    {
                        Flush();
                    }

                    if (c is not ('\n' or '\r'))
                    {
                        line.Append(c);
                    }
                }
            }

            Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe is gone, and with it whoever wrote.
        }

        void Flush()
        {
            if (line.Length > 0)
            {
                onLine(line.ToString(), isError);
                line.Clear();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
