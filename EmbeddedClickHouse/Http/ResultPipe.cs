using System.Runtime.InteropServices;
using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.Win32.SafeHandles;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// A named pipe that the engine writes a result into (INTO OUTFILE ... APPEND) while it is read here, so that a result of any size and
/// format takes one pipe's worth of memory. Opening never waits: this process holds both ends open until the query has ended.
/// </summary>
internal sealed partial class ResultPipe : IDisposable
{
    private const int ReadOnlyNonBlocking = 0x800;
    private const int WriteOnly = 1;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int SetPipeSize = 1031;
    private const int UserOnly = 0x180; // 0600
    private const int PipeSize = 1 << 20;

    private readonly TemporaryFile file;
    private readonly SafeFileHandle reader;
    private readonly SafeFileHandle writer;

    /// <param name="ending">Of the pipe's name.</param>
    public ResultPipe(DataDirectory data, string ending)
    {
        file = data.NewFile(ending);
        Check(MakeFifo(file.Path, UserOnly), "mkfifo");
        var nonBlocking = OperatingSystem.IsMacOS() ? 0x4 : ReadOnlyNonBlocking;
        reader = Open(file.Path, nonBlocking);
        writer = Open(file.Path, WriteOnly);
        Check(Control(reader, SetFlags, Control(reader, GetFlags, 0) & ~nonBlocking), "fcntl");
        if (OperatingSystem.IsLinux())
        {
            _ = Control(reader, SetPipeSize, PipeSize); // most results then fit whole; refused past a user's limit, which is no harm
        }
    }

    public string Path => file.Path;

    /// <summary>Reads until the engine has closed its end and <see cref="Complete"/> was called.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct) => new(Task.Run(() => RandomAccessRead(buffer), ct));

    /// <summary>The query has ended: what is in the pipe is all there is.</summary>
    public void Complete() => writer.Dispose();

    public void Dispose()
    {
        writer.Dispose();
        reader.Dispose();
        file.Dispose();
    }

    private unsafe int RandomAccessRead(Memory<byte> buffer)
    {
        using var pin = buffer.Pin();
        while (true)
        {
            var read = Read(reader, (byte*)pin.Pointer, (nuint)buffer.Length);
            if (read >= 0)
            {
                return (int)read;
            }

            if (Marshal.GetLastPInvokeError() != 4) // EINTR
            {
                throw new IOException($"Reading a result failed with error {Marshal.GetLastPInvokeError()}.");
            }
        }
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var handle = OpenFile(path, flags | CloseOnExec);
        Check(handle.IsInvalid ? -1 : 0, "open");
        return handle;
    }

    private static int CloseOnExec => OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new IOException($"{call} for a result pipe failed with error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, int mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, int command, int argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(SafeFileHandle handle, byte* buffer, nuint count);
}
