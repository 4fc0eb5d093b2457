using System.Runtime.InteropServices;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// Keeps the process's signal handlers as the .NET runtime set them while libchdb connects: the garbage collector stops threads with 34,
/// a null reference arrives as 11. libchdb puts its own in their place unless told not to, and versions of it did so even then.
/// </summary>
internal sealed unsafe partial class SignalHandlers : IDisposable
{
    // glibc's struct sigaction on 64-bit Linux is 152 bytes; a little more does no harm.
    private const int StructSize = 256;
    private const int LastSignal = 64;

    private readonly byte[] saved = new byte[StructSize * (LastSignal + 1)];
    private readonly bool[] known = new bool[LastSignal + 1];

    public SignalHandlers()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // on macOS the runtime stops threads without signals
        }

        fixed (byte* start = saved)
        {
            for (var signal = 1; signal <= LastSignal; signal++)
            {
                known[signal] = SigAction(signal, null, start + (signal * StructSize)) == 0;
            }
        }
    }

    /// <summary>Puts the handlers back.</summary>
    public void Dispose()
    {
        fixed (byte* start = saved)
        {
            for (var signal = 1; signal <= LastSignal; signal++)
            {
                if (known[signal])
                {
                    // SIGKILL, SIGSTOP and those that glibc keeps for itself refuse; nothing was changed there either.
                    _ = SigAction(signal, start + (signal * StructSize), null);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SigAction(int signal, byte* action, byte* old);
}
