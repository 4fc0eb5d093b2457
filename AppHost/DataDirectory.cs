using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Analytics.AppHost;

/// <summary>Everything the system keeps on this machine: the two stores, the key made on first start, and who uses it now.</summary>
internal static class DataDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes sure that no other AppHost uses the directory until this one has stopped all its processes.</summary>
    public static void ClaimDataDirectory(this IDistributedApplicationBuilder builder, string path)
    {
        FileStream claim;
        try
        {
            Directory.CreateDirectory(path);
            claim = new FileStream(Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            throw StackOptions.Mistake($"The data directory {path} cannot be written to. Choose another with --data.");
        }
        catch (IOException) when (File.Exists(Path.Combine(path, ".lock")))
        {
            throw StackOptions.Mistake($"The data directory {path} is in use by another AppHost. Choose another with --data.");
        }
        catch (IOException e)
        {
            throw StackOptions.Mistake($"The data directory {path} cannot be used: {e.Message} Choose another with --data.");
        }

        builder.Services.AddHostedService(_ => new Claim(claim));
    }

    /// <summary>The key with all rights: as given, or made at random once and kept where only its owner can read it.</summary>
    public static IResourceBuilder<ParameterResource> AddApiKey(
        this IDistributedApplicationBuilder builder, string name, StackOptions options)
    {
        // A deployment is given its key by whoever deploys it.
        if (builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddParameter(name, secret: true);
        }

        if (options.ApiKey is { } given)
        {
            return builder.AddParameter(name, given, secret: true);
        }

        var file = Path.Combine(options.DataDirectory, "api-key");
        var key = File.Exists(file) ? File.ReadAllText(file).Trim() : MakeKey(file);
        Console.WriteLine($"API key: {key}  (kept in {Path.GetRelativePath(Directory.GetCurrentDirectory(), file)})");
        return builder.AddParameter(name, key, secret: true);
    }

    private static string MakeKey(string file)
    {
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = OwnerOnly;
        }

        using var writer = new StreamWriter(file, create);
        writer.WriteLine(key);
        return key;
    }

    /// <summary>Held by the host, which lets go of it last, when every process has ended.</summary>
    private sealed class Claim(FileStream file) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => file.Dispose();
    }
}
