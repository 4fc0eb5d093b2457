using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>One resource while the application runs: its replicas, and the three moments others may wait for.</summary>
internal sealed class ResourceRun
{
    private readonly TaskCompletionSource _started = Gate();
    private readonly TaskCompletionSource _healthy = Gate();
    private readonly TaskCompletionSource _completed = Gate();
    private readonly Orchestrator _host;
    private int _startedReplicas;
    private int _healthyReplicas;
    private int _finishedReplicas;

    public ResourceRun(IResource resource, Orchestrator host)
    {
        _host = host;
        Resource = resource;
        var count = resource.GetReplicaCount();
        Replicas = [.. Enumerable.Range(0, count)
            .Select(i => new ReplicaRun(this, count == 1 ? resource.Name : $"{resource.Name}-{i}", i, host))];
    }

    public IResource Resource { get; }

    public IReadOnlyList<ReplicaRun> Replicas { get; }

    public bool StartsByItself => !Resource.HasAnnotationOfType<ExplicitStartupAnnotation>();

    /// <summary>Something that listens or has a health check is meant to run for good; anything else does its work and ends.</summary>
    public bool IsService => Resource.HasAnnotationOfType<EndpointAnnotation>() || Resource.HasAnnotationOfType<HealthCheckAnnotation>();

    /// <summary>The exit codes others wait for, or none.</summary>
    public IReadOnlyList<int> AwaitedExitCodes { get; init; } = [];

    /// <summary>Everything there is to wait for has happened: a service is healthy, a task has ended well.</summary>
    public Task Ready => IsService ? _healthy.Task : _completed.Task;

    public Task WaitAsync(WaitType type) => type switch
    {
        WaitType.WaitUntilStarted => _started.Task,
        WaitType.WaitForCompletion => _completed.Task,
        _ => _healthy.Task,
    };

    public void ReplicaStarted()
    {
        if (Interlocked.Increment(ref _startedReplicas) == Replicas.Count)
        {
            _started.TrySetResult();
        }
    }

    public async Task ReplicaHealthyAsync(CancellationToken ct)
    {
        if (Interlocked.Increment(ref _healthyReplicas) == Replicas.Count)
        {
            // Whoever waits for the resource waits for its subscribers as well, as with Aspire.
            try
            {
                await _host.Eventing.PublishAsync(new ResourceReadyEvent(Resource, _host.Services), ct);
            }
            catch
            {
                Interlocked.Decrement(ref _healthyReplicas); // it has ended meanwhile: the next one that is healthy tells them again
                throw;
            }

            _healthy.TrySetResult();
        }
    }

    public void ReplicaFinished()
    {
        if (Interlocked.Increment(ref _finishedReplicas) == Replicas.Count)
        {
            _completed.TrySetResult();
        }
    }

    public void Failed(DistributedApplicationException reason)
    {
        foreach (var gate in new[] { _started, _healthy, _completed })
        {
            gate.TrySetException(reason);

            // Nobody may be waiting at this gate; that is no fault of its own.
            _ = gate.Task.Exception;
        }
    }

    private static TaskCompletionSource Gate() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
