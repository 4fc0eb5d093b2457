using Microsoft.Extensions.Options;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>The folder of the data, held by this process alone, and the temporary files of requests in it.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream held;
    private long files;

    public DataDirectory(IOptions<EngineOptions> options)
    {
        Path = System.IO.Path.GetFullPath(options.Value.DataDirectory);
        Directory.CreateDirectory(Path);
        try
        {
            held = new FileStream(System.IO.Path.Combine(Path, "process.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartupException(
                ExitCode.DataDirectoryInUse,
                $"Another process works on the data in {Path}. Stop it, or give this one a folder of its own with Engine__DataDirectory.");
        }

        // What a killed process left there belongs to requests that were never answered.
        Temporary = System.IO.Path.Combine(Path, "tmp", "requests");
        if (Directory.Exists(Temporary))
        {
            Directory.Delete(Temporary, recursive: true);
        }

        Directory.CreateDirectory(Temporary);
    }

    public string Path { get; }

    public string Temporary { get; }

    /// <summary>A path in <see cref="Temporary"/> that nothing else has; deleted with the returned object.</summary>
    /// <param name="ending">Of the name, with its point.</param>
    public TemporaryFile NewFile(string ending = "") => new(System.IO.Path.Combine(
        Temporary, Interlocked.Increment(ref files).ToString("x", System.Globalization.CultureInfo.InvariantCulture) + ending));

    public void Dispose() => held.Dispose();
}

/// <summary>A path whose file, if there is one, goes when this does.</summary>
internal sealed class TemporaryFile(string path) : IDisposable
{
    public string Path { get; } = path;

    public void Dispose() => File.Delete(Path);
}
