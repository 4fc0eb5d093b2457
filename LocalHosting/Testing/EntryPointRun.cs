using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// An AppHost's entry point, running on a thread of its own: up to <c>Build()</c>, where it waits for the test, and again in
/// <c>Run()</c>, until the test has disposed of the application.
/// </summary>
internal sealed class EntryPointRun(
    Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    : EntryPointInterception
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = Signal<DistributedApplicationBuilder>();
    private readonly TaskCompletionSource<bool> _build = Signal<bool>();
    private readonly TaskCompletionSource<DistributedApplication> _application = Signal<DistributedApplication>();
    private readonly TaskCompletionSource<bool> _end = Signal<bool>();

    public Task<DistributedApplicationBuilder> StartAsync(CancellationToken ct)
    {
        var entryPoint = assembly.EntryPoint
            ?? throw new InvalidOperationException($"Assembly {assembly.GetName().Name} does not have an entry point.");

        new Thread(() => Invoke(entryPoint)) { IsBackground = true, Name = $"Entry point of {assembly.GetName().Name}" }.Start();
        return _builder.Task.WaitAsync(ct);
    }

    public Task<DistributedApplication> BuildAsync(CancellationToken ct)
    {
        _build.TrySetResult(true);
        return _application.Task.WaitAsync(ct);
    }

    public void End()
    {
        _build.TrySetResult(false);
        _end.TrySetResult(true);
    }

    public override void OnCreating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
        => TestDefaults.Apply(assembly, args, options, settings, configure);

    public override void OnBuilding(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        if (!_build.Task.GetAwaiter().GetResult())
        {
            throw new OperationCanceledException("The test ended without building the application.");
        }
    }

    public override void OnBuilt(DistributedApplication application) => _application.TrySetResult(application);

    public override Task RunAsync(CancellationToken cancellationToken) => _end.Task;

    private void Invoke(MethodInfo entryPoint)
    {
        Current = this;
        try
        {
            object[]? parameters = entryPoint.GetParameters().Length == 0 ? null : [args];
            var result = entryPoint.Invoke(null, BindingFlags.DoNotWrapExceptions, null, parameters, null);
            (result as Task)?.GetAwaiter().GetResult();
            Ended(new InvalidOperationException("The entry point ended without building an application."));
        }
        catch (Exception e)
        {
            Ended(e);
        }
    }

    private void Ended(Exception reason)
    {
        _builder.TrySetException(reason);
        _application.TrySetException(reason);
        _ = _application.Task.Exception;
    }

    private static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Gives a builder that a test makes itself the same defaults.</summary>
internal sealed class DetachedInterception(
    Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    : EntryPointInterception
{
    public static DistributedApplicationBuilder CreateBuilder(
        Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        Current = new DetachedInterception(assembly, args, configure);
        try
        {
            return new DistributedApplicationBuilder(new DistributedApplicationOptions());
        }
        finally
        {
            Current = null;
        }
    }

    public override void OnCreating(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
        => TestDefaults.Apply(assembly, args, options, settings, configure);

    public override void OnBuilding(DistributedApplicationBuilder builder)
    {
    }

    public override void OnBuilt(DistributedApplication application)
    {
    }

    public override Task RunAsync(CancellationToken cancellationToken)
        => throw new InvalidOperationException("A test starts and stops its application; it does not run it.");
}

/// <summary>What is different under test: random ports, lines of resources in the test's log, the AppHost's first launch profile.</summary>
internal static class TestDefaults
{
    public static void Apply(
        Assembly assembly, string[] args, DistributedApplicationOptions options, HostApplicationBuilderSettings settings,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        settings.Args = options.Args = [.. options.Args?.Except(args) ?? [], .. args];
        settings.ApplicationName = options.AssemblyName = assembly.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;

        settings.Configuration ??= new ConfigurationManager();
        settings.Configuration.AddInMemoryCollection([new("DcpPublisher:RandomizePorts", "true")]);
        settings.EnvironmentName ??= EnvironmentOf(assembly);
        configure(options, settings);
    }

    private static string? EnvironmentOf(Assembly assembly)
    {
        var directory = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "AppHostProjectPath")?.Value;
        return directory is null ? null : new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(directory, "Properties", "launchSettings.json"), optional: true).Build()
            .GetSection("profiles").GetChildren().FirstOrDefault()?["environmentVariables:DOTNET_ENVIRONMENT"];
    }
}
