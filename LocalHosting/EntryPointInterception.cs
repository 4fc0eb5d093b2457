using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// Lets a test run an AppHost's entry point in its own process and take over at three points: before the builder is made, before it is
/// built, and when the application is run. It travels with the entry point's flow, so that many run side by side.
/// </summary>
internal abstract class EntryPointInterception
{
    private static readonly AsyncLocal<EntryPointInterception?> Flow = new();

    public static EntryPointInterception? Current
    {
        get => Flow.Value;
        protected set => Flow.Value = value;
    }

    public abstract void OnCreating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    /// <summary>Returns when the test wants the application built.</summary>
    public abstract void OnBuilding(DistributedApplicationBuilder builder);

    public abstract void OnBuilt(DistributedApplication application);

    /// <summary>Stands in for the entry point's own <c>Run</c>: the test starts and stops the application; this ends after it.</summary>
    public abstract Task RunAsync(CancellationToken cancellationToken);
}
