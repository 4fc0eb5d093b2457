using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// Finds the engine's shared library, and lets npm install it (166 MB packed, 560 MB on disk) when it is not there. npm works in a
/// folder beside, which becomes node_modules in one rename: a killed install leaves nothing that looks like an engine.
/// </summary>
internal sealed class EngineLibrary
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(3);

    public EngineLibrary(IOptions<EngineOptions> options)
    {
        var directory = System.IO.Path.GetFullPath(options.Value.LibraryDirectory ?? BuiltFrom()
            ?? throw new StartupException(ExitCode.EngineMissing, "Engine:LibraryDirectory must name the folder with the engine's package.json."));
        var package = System.IO.Path.Combine("node_modules", "@chdb", $"lib-{Platform()}");
        var file = OperatingSystem.IsMacOS() ? "libchdb.dylib" : "libchdb.so";

        Path = new[] { file, "libchdb.so" }.Select(name => System.IO.Path.Combine(directory, package, name)).FirstOrDefault(File.Exists)
            ?? System.IO.Path.Combine(directory, package, file);
        if (!IsInstalled(directory))
        {
            Install(directory);
        }

        if (!File.Exists(Path))
        {
            Path = System.IO.Path.Combine(directory, package, "libchdb.so");
        }

        if (!File.Exists(Path))
        {
            throw new StartupException(ExitCode.EngineMissing, $"npm installed no engine for {Platform()}: {Path} is not there.");
        }
    }

    public string Path { get; private set; }

    private static string? BuiltFrom() => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .SingleOrDefault(a => a.Key == "EngineDirectory")?.Value;

    private static string Platform() => (RuntimeInformation.OSArchitecture, OperatingSystem.IsLinux(), OperatingSystem.IsMacOS()) switch
    {
        (Architecture.X64, true, _) => "linux-x64-gnu",
        (Architecture.Arm64, true, _) => "linux-arm64-gnu",
        (Architecture.X64, _, true) => "darwin-x64",
        (Architecture.Arm64, _, true) => "darwin-arm64",
        _ => throw new StartupException(
            ExitCode.EngineMissing,
            $"There is no ClickHouse engine for {RuntimeInformation.RuntimeIdentifier}. Use a ClickHouse server: --clickhouse URL."),
    };

    // npm writes this file of its own after everything else is on disk.
    private static string Marker(string directory) => System.IO.Path.Combine(directory, "node_modules", ".package-lock.json");

    private bool IsInstalled(string directory)
    {
        var wanted = System.IO.Path.Combine(directory, "package-lock.json");
        return File.Exists(Path) && File.Exists(Marker(directory))
            && File.Exists(wanted) && VersionIn(Marker(directory)) == VersionIn(wanted);
    }

    private static string? VersionIn(string lockFile)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(lockFile));
        return json.RootElement.GetProperty("packages").TryGetProperty($"node_modules/@chdb/lib-{Platform()}", out var package)
            ? package.GetProperty("version").GetString()
            : null;
    }

    private void Install(string directory)
    {
        if (!File.Exists(System.IO.Path.Combine(directory, "package-lock.json")))
        {
            throw new StartupException(ExitCode.EngineMissing, $"{directory} holds no package-lock.json of the engine.");
        }

        using var held = WaitForLock(System.IO.Path.Combine(directory, ".install.lock"));
        if (IsInstalled(directory))
        {
            return; // another process was first
        }

        foreach (var leftOver in Directory.GetDirectories(directory, ".install-*"))
        {
            Directory.Delete(leftOver, recursive: true);
        }

        var work = Directory.CreateDirectory(System.IO.Path.Combine(directory, $".install-{Environment.ProcessId}")).FullName;
        foreach (var name in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(System.IO.Path.Combine(directory, name), System.IO.Path.Combine(work, name));
        }

        RunNpm(work);

        var target = System.IO.Path.Combine(directory, "node_modules");
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(System.IO.Path.Combine(work, "node_modules"), target);
        Directory.Delete(work, recursive: true);
        Console.WriteLine("The ClickHouse engine is installed.");
    }

    private static FileStream WaitForLock(string path)
    {
        for (var told = false; ; Thread.Sleep(200))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                {
                    Console.WriteLine("Waiting for another process that installs the ClickHouse engine ...");
                    told = true;
                }
            }
        }
    }

    private static void RunNpm(string work)
    {
        Console.WriteLine("Installing the ClickHouse engine with npm, once: 166 MB to load, 560 MB on disk ...");
        var start = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        {
            WorkingDirectory = work,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        using var npm = TryStart(start);
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        while (!npm.WaitForExit(ProgressInterval))
        {
            var bytes = new DirectoryInfo(work).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0);
            Console.WriteLine($"  {bytes >> 20} MB unpacked");
        }

        if (npm.ExitCode != 0)
        {
            throw new StartupException(
                ExitCode.EngineMissing, $"npm could not install the ClickHouse engine (exit code {npm.ExitCode}):\n{output.Result}{errors.Result}");
        }
    }

    private static Process TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new StartupException(
                ExitCode.EngineMissing, $"npm is needed to install the ClickHouse engine, and does not start: {e.Message}");
        }
    }
}
