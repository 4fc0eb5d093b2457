using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Analytics.AppHost;

/// <summary>
/// Keeps Garnet's log on disk from growing without end. A checkpoint makes the log before it needless; but Garnet's own are taken while
/// clients write, and now and then such a checkpoint cannot be read after a crash. So it is taken only while nobody writes.
/// </summary>
internal static class GarnetLog
{
    /// <summary>Worth a checkpoint when Garnet is ready and nothing else runs yet.</summary>
    private const long StartLimit = 64L << 20;

    /// <summary>Worth a pause of the writers of a second or two.</summary>
    private const long RunningLimit = 2L << 30;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SavePatience = TimeSpan.FromMinutes(2);

    /// <summary>Those who wait for Garnet have not been started yet.</summary>
    public static Task TrimBeforeUseAsync(GarnetResource garnet, CancellationToken ct)
        => SizeOf(garnet) > StartLimit ? SaveAsync(garnet, ct) : Task.CompletedTask;

    /// <summary>
    /// Lets the AppHost trim the log of an embedded buffer while the system runs, with its only writer stopped meanwhile.
    /// </summary>
    public static void AddBufferTrimming(
        this IDistributedApplicationBuilder builder, IResourceBuilder<IResourceWithConnectionString> buffer,
        IResourceBuilder<ProjectResource> writer)
    {
        if (buffer.Resource is GarnetResource garnet)
        {
            builder.Services.AddHostedService(services => new Trimmer(
                garnet, writer.Resource, services.GetRequiredService<ResourceCommandService>()));
        }
    }

    private static long SizeOf(GarnetResource garnet)
    {
        var directory = new DirectoryInfo(garnet.LogDirectory);
        return directory.Exists ? directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(Length) : 0;

        // Garnet may delete a file while we look.
        static long Length(FileInfo file) => file.Exists ? file.Length : 0;
    }

    private static async Task SaveAsync(GarnetResource garnet, CancellationToken ct)
    {
        var answer = await GarnetConnection.SendAsync(garnet.Endpoint.Port, "SAVE", SavePatience, ct);
        if (answer != "+OK")
        {
            throw new DistributedApplicationException($"'{garnet.Name}' could not write a checkpoint: {answer}");
        }
    }

    private sealed class Trimmer(GarnetResource garnet, IResource writer, ResourceCommandService commands) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(CheckInterval);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (SizeOf(garnet) is > RunningLimit and var size)
                {
                    await TrimAsync(size, stoppingToken);
                }
            }
        }

        private async Task TrimAsync(long size, CancellationToken ct)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The log of {garnet.Name} has {size / (1 << 20)} MB: trimming it, with {writer.Name} stopped meanwhile."));
            await commands.ExecuteCommandAsync(writer, KnownResourceCommands.StopCommand, ct);
            try
            {
                await SaveAsync(garnet, ct);
            }
            catch (Exception e) when (e is SocketException or IOException or TimeoutException or DistributedApplicationException)
            {
                // Garnet is away or busy; the log is no worse than before, and the next look is near.
                Console.WriteLine($"The log of {garnet.Name} was not trimmed: {e.Message}");
            }
            finally
            {
                await commands.ExecuteCommandAsync(writer, KnownResourceCommands.StartCommand, CancellationToken.None);
            }
        }
    }
}
