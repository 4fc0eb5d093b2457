using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Runs the model: gives out ports, starts every resource as what it waits for becomes ready, and stops all of them in reverse order.
/// </summary>
internal sealed partial class Orchestrator(
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext executionContext,
    DistributedApplicationOptions options,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers,
    IServiceProvider services,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService logs) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly Ports _ports = new();
    private readonly HealthProbe _health = new(services);
    private readonly ConcurrentDictionary<string, ILogger> _loggers = [];
    private ImmutableArray<ResourceRun> _runs = [];
    private ResourceConsole? _console;
    private Task _running = Task.CompletedTask;
    private DistributedApplicationException? _failure;
    private bool _disposed;

    public IServiceProvider Services => services;

    public IDistributedApplicationEventing Eventing => eventing;

    public ResourceNotificationService Notifications => notifications;

    public ResourceLoggerService Logs => logs;

    public HealthProbe Health => _health;

    public ChildCommandBuilder Commands { get; } = new(executionContext);

    /// <summary>How long a process has to end after it was asked to. A Kestrel with a connection that never ends would take 30 s.</summary>
    public TimeSpan ShutdownGrace { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The first thing that went wrong for good, if anything has.</summary>
    public DistributedApplicationException? Failure => _failure;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken);
        AllocatePorts();

        var awaited = model.Resources.SelectMany(r => r.Annotations.OfType<WaitAnnotation>())
            .Where(w => w.WaitType == WaitType.WaitForCompletion).ToLookup(w => w.Resource, w => w.ExitCode);
        _runs = [.. model.Resources.Where(r => r is ProjectResource or ExecutableResource)
            .Select(r => new ResourceRun(r, this) { AwaitedExitCodes = [.. awaited[r].Distinct()] })];

        if (!options.EnableResourceLogging)
        {
            _console = new ResourceConsole([.. _runs.Select(r => r.Resource.Name)]);
            _ = AnnounceWhenReadyAsync(_console);
        }

        _running = Task.WhenAll(_runs.SelectMany(r => r.Replicas)
            .Select(r => Task.Run(() => r.RunAsync(_stopping.Token), CancellationToken.None)));
    }

    /// <summary>Whatever depends on something is stopped before it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        using var _ = cancellationToken.Register(Hurry);

        var levels = new DependencyLevels(_runs.Select(r => r.Resource));
        foreach (var level in _runs.GroupBy(r => levels.Of(r.Resource)).OrderByDescending(g => g.Key))
        {
            await Task.WhenAll(level.SelectMany(r => r.Replicas).Select(r => r.StopAsync(_hurry.Token)));
        }

        await _running;
    }

    /// <summary>No more patience: kills what still runs.</summary>
    public void Hurry()
    {
        try
        {
            _hurry.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A last Ctrl+C, when everything has stopped already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container owns it twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync();
        var replicas = _runs.SelectMany(r => r.Replicas).ToArray();
        await Task.WhenAll(replicas.Select(r => r.KillAsync()));
        await _running;
        foreach (var replica in replicas)
        {
            replica.Dispose();
        }

        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        _ports.Dispose();
        _health.Dispose();
        _stopping.Dispose();
        _hurry.Dispose();
    }

    public ReplicaRun? Find(string resourceId) => _runs.SelectMany(r => r.Replicas)
        .FirstOrDefault(r => string.Equals(r.Id, resourceId, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<ReplicaRun> ReplicasOf(IResource resource) => _runs.Where(r => r.Resource == resource).SelectMany(r => r.Replicas);

    public async Task WaitForAsync(IResource waiting, WaitAnnotation wait, CancellationToken ct)
    {
        // Parameters and connection strings are there from the start.
        if (_runs.FirstOrDefault(r => r.Resource == wait.Resource) is not { } dependency)
        {
            return;
        }

        try
        {
            await dependency.WaitAsync(wait.WaitType).WaitAsync(ct);
        }
        catch (DistributedApplicationException e)
        {
            throw new DistributedApplicationException($"'{waiting.Name}' was not started, because {e.Message}", e);
        }
    }

    /// <summary>
    /// Something cannot run. Alone at a terminal there is no point in going on with half a system; a test decides for itself.
    /// </summary>
    public void Fail(ResourceRun run, DistributedApplicationException reason)
    {
        run.Failed(reason);
        logs.Add(run.Replicas[0].Id, reason.Message, isError: true);

        if (Interlocked.CompareExchange(ref _failure, reason, null) is null && !options.EnableResourceLogging)
        {
            lifetime.StopApplication();
        }
    }

    public void WriteLine(string name, string id, string line, bool isError)
    {
        logs.Add(id, line, isError);
        if (_console is not null)
        {
            _console.Write(name, name == id ? line : $"[{id[(name.Length + 1)..]}] {line}");
        }
        else
        {
            var logger = _loggers.GetOrAdd(name, n => loggers.CreateLogger($"{options.AssemblyName}.Resources.{n}"));
            Log.Line(logger, isError ? LogLevel.Error : LogLevel.Information, id, line);
        }
    }

    /// <summary>Something this host has to say of a resource, beside what it says itself.</summary>
    public void Say(string name, string id, string text) => WriteLine(name, id, $"[host] {text}", isError: false);

    public static ImmutableArray<UrlSnapshot> UrlsOf(IResource resource, int replica) => resource is IResourceWithEndpoints owner
        ? [.. owner.GetEndpoints().Select(e => new UrlSnapshot(e.EndpointName, e.UrlOf(replica), IsInternal: false))]
        : [];

    private void AllocatePorts()
    {
        // The same switch as Aspire's: tests run many stacks side by side.
        var randomize = configuration.GetValue("DcpPublisher:RandomizePorts", false);

        foreach (var resource in model.Resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                endpoint.AllocatedPorts =
                    [.. Enumerable.Range(0, resource.GetReplicaCount()).Select(_ => PortFor(resource, endpoint, randomize))];
            }
        }
    }

    private int PortFor(IResource resource, EndpointAnnotation endpoint, bool randomize)
    {
        if (endpoint.Port is not null && endpoint.TargetPort is not null)
        {
            throw new DistributedApplicationException(
                $"Endpoint '{endpoint.Name}' of '{resource.Name}' has both a port and a target port. "
                + "Nothing stands between the two here: give one of them.");
        }

        if ((endpoint.TargetPort ?? (randomize ? null : endpoint.Port)) is not { } port)
        {
            return _ports.Allocate();
        }

        if (resource.GetReplicaCount() > 1)
        {
            throw new DistributedApplicationException(
                $"'{resource.Name}' has {resource.GetReplicaCount()} replicas, which cannot share port {port} "
                + $"of endpoint '{endpoint.Name}'. Leave the port out.");
        }

        return Ports.IsFree(port) ? port : throw new DistributedApplicationException(string.Create(
            CultureInfo.InvariantCulture,
            $"Port {port}, which '{resource.Name}' is to listen on (endpoint '{endpoint.Name}'), is taken by another process. "
            + $"Stop that one, or give '{resource.Name}' another port."));
    }

    private async Task AnnounceWhenReadyAsync(ResourceConsole console)
    {
        try
        {
            var expected = _runs.Where(r => r.StartsByItself && (r.IsService || r.AwaitedExitCodes.Count > 0))
                .Select(r => r.Ready).ToArray();
            if (expected.Length == 0)
            {
                return;
            }

            await Task.WhenAll(expected).WaitAsync(_stopping.Token);

            using var self = Process.GetCurrentProcess();
            console.Write(await UrlTable.RenderAsync(model, executionContext, DateTime.Now - self.StartTime));
        }
        catch (Exception e) when (e is OperationCanceledException or DistributedApplicationException)
        {
            // It never got that far; the reason is told elsewhere.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, Message = "{ResourceId}: {Line}")]
        public static partial void Line(ILogger logger, LogLevel level, string resourceId, string line);
    }
}
