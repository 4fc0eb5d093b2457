using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// One process of a resource, from waiting to its end: (1) wait to be wanted, (2) wait for what it depends on, (3) run,
/// (4) see why it ended, (5) start again after a while, or not.
/// </summary>
internal sealed class ReplicaRun(ResourceRun run, string id, int index, Orchestrator host) : IDisposable
{
    private static readonly TimeSpan StartingPollInterval = TimeSpan.FromMilliseconds(75);
    private static readonly TimeSpan RunningPollInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CrashNotice = TimeSpan.FromSeconds(3);

    private readonly RestartPolicy _restarts = new();
    private readonly Lock _lock = new();

    // Held while the process is being made: whoever wants to stop it waits until it can be.
    private readonly SemaphoreSlim _making = new(1, 1);
    private TaskCompletionSource _wanted = NewSignal();
    private volatile ChildProcess? _child;
    private volatile bool _stopRequested;
    private bool _wasStarted;
    private bool _wasHealthy;
    private bool _wasAnnounced;

    public string Id { get; } = id;

    private IResource Resource => run.Resource;

    public async Task RunAsync(CancellationToken stopping)
    {
        Publish(KnownResourceStates.NotStarted);
        if (run.StartsByItself)
        {
            RequestStart();
        }

        try
        {
            await WaitUntilWantedAsync(stopping);
            await WaitForDependenciesAsync(stopping);
            await host.Eventing.PublishAsync(new BeforeResourceStartedEvent(Resource, host.Services), stopping);

            for (var failedStarts = 0; ;)
            {
                var (exitCode, ranFor) = await RunOnceAsync(stopping);
                stopping.ThrowIfCancellationRequested();

                if (_stopRequested || IsDone(exitCode))
                {
                    await EndedAsync(exitCode, stopping);
                    await WaitUntilWantedAsync(stopping);
                    failedStarts = 0;
                    continue;
                }

                failedStarts = IsProven(ranFor) ? 0 : failedStarts + 1;
                if (failedStarts == RestartPolicy.MaxFailedStarts)
                {
                    throw new DistributedApplicationException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"'{Id}' ended {failedStarts} times before it was ready, the last time with {Describe(exitCode)}.")
                        + host.Logs.LastLinesOf(Id));
                }

                var delay = _restarts.NextDelay(ranFor);
                host.Say(Resource.Name, Id, string.Create(
                    CultureInfo.InvariantCulture, $"ended with {Describe(exitCode)}; starting again in {delay.TotalSeconds:0.##} s"));
                Publish(KnownResourceStates.Starting, s => s with { ExitCode = exitCode, StopTimeStamp = DateTime.UtcNow });
                await Task.Delay(delay, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Publish(KnownResourceStates.Exited);
        }
        catch (Exception e)
        {
            // First the reason, then the state: whoever waits for the one shows the other.
            host.Fail(run, e as DistributedApplicationException ?? new DistributedApplicationException($"'{Id}' failed: {e.Message}", e));
            Publish(KnownResourceStates.FailedToStart, s => s with { StopTimeStamp = DateTime.UtcNow });
        }
    }

    public void RequestStart()
    {
        lock (_lock)
        {
            _stopRequested = false;
            _wanted.TrySetResult();
        }
    }

    /// <summary>Stops the process and leaves it stopped until a start is requested.</summary>
    public async Task RequestStopAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            _stopRequested = true;
            _wanted = NewSignal();
        }

        if (await ChildAsync() is { } child)
        {
            PublishStopping();
            await child.StopAsync(host.ShutdownGrace, ct);
            await host.Notifications.WaitForResourceAsync(Id, KnownResourceStates.TerminalStates, ct);
        }
    }

    /// <summary>Ends the process for the application's end. Does nothing when there is none.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (await ChildAsync() is { } child)
        {
            PublishStopping();
            await child.StopAsync(host.ShutdownGrace, hurry);
        }
    }

    public void Dispose() => _making.Dispose();

    public async Task KillAsync() => (await ChildAsync())?.Kill();

    private async Task<ChildProcess?> ChildAsync()
    {
        await _making.WaitAsync();
        try
        {
            return _child;
        }
        finally
        {
            _making.Release();
        }
    }

    private async Task WaitUntilWantedAsync(CancellationToken stopping)
    {
        Task wanted;
        lock (_lock)
        {
            wanted = _wanted.Task;
        }

        await wanted.WaitAsync(stopping);
    }

    private async Task WaitForDependenciesAsync(CancellationToken stopping)
    {
        var waits = Resource.Annotations.OfType<WaitAnnotation>().ToArray();
        if (waits.Length == 0)
        {
            return;
        }

        Publish(KnownResourceStates.Waiting);
        foreach (var wait in waits)
        {
            await host.WaitForAsync(Resource, wait, stopping);
        }
    }

    private async Task<(int ExitCode, TimeSpan RanFor)> RunOnceAsync(CancellationToken stopping)
    {
        Publish(KnownResourceStates.Starting);
        var command = await host.Commands.BuildAsync(Resource, Id, index, stopping);

        if (await MakeAsync(command, stopping) is not { } child)
        {
            return (0, TimeSpan.Zero);
        }

        var clock = Stopwatch.StartNew();
        Publish(KnownResourceStates.Running, s => (s with
        {
            StartTimeStamp = DateTime.UtcNow,
            StopTimeStamp = null,
            ExitCode = null,
            Urls = Orchestrator.UrlsOf(Resource, index),
            EnvironmentVariables = [.. command.Environment.Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, IsFromSpec: true))],
            HealthReports = HealthProbe.HasChecks(Resource)
                ? [.. Resource.Annotations.OfType<HealthCheckAnnotation>().Select(c => new HealthReportSnapshot(c.Key, null, null, null))]
                : [],
        })
            .WithProperty(KnownProperties.Pid, child.Id)
            .WithProperty(KnownProperties.Path, command.Program)
            .WithProperty(KnownProperties.WorkDir, command.WorkingDirectory)
            .WithProperty(KnownProperties.ProjectPath, Resource.Annotations.OfType<IProjectMetadata>().FirstOrDefault()?.ProjectPath));

        if (!_wasStarted)
        {
            _wasStarted = true;
            run.ReplicaStarted();
        }

        using var ended = new CancellationTokenSource();
        var watching = WatchHealthAsync(child, ended.Token);
        var exitCode = await child.Exit;
        await ended.CancelAsync();
        await watching;

        _child = null;
        return (exitCode, clock.Elapsed);
    }

    private async Task<ChildProcess?> MakeAsync(ChildCommand command, CancellationToken stopping)
    {
        await _making.WaitAsync(stopping);
        try
        {
            return _child = _stopRequested || stopping.IsCancellationRequested ? null : await ChildProcess.StartAsync(command, OnLine);
        }
        catch (DistributedApplicationException e)
        {
            throw new DistributedApplicationException($"'{Id}' could not be started: {e.Message}", e);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Often while the process starts, so that nobody waits longer than need be; seldom once it is well.</summary>
    private async Task WatchHealthAsync(ChildProcess child, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                var healthy = true;
                if (HealthProbe.HasChecks(Resource))
                {
                    var reports = await host.Health.CheckAsync(Resource, index, ended);
                    healthy = reports.All(r => r.Status == HealthStatus.Healthy);
                    PublishHealth(reports);
                }

                _wasHealthy |= healthy;
                if (healthy && !_wasAnnounced)
                {
                    await run.ReplicaHealthyAsync(ended);
                    _wasAnnounced = true;
                }

                await Task.Delay(healthy ? RunningPollInterval : StartingPollInterval, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // A subscriber that spoke with the process sees its end before we do. That is a crash like any other, and no failure for good.
            if (await Task.WhenAny(child.Exit, Task.Delay(CrashNotice, CancellationToken.None)) != child.Exit)
            {
                host.Fail(run, e as DistributedApplicationException ?? new DistributedApplicationException($"'{Id}': {e.Message}", e));
            }
        }
    }

    /// <summary>
    /// Whether the process has done what it was for. A service never has; a task that others await has only with the right code.
    /// </summary>
    private bool IsDone(int exitCode) => run.AwaitedExitCodes.Count > 0 ? run.AwaitedExitCodes.Contains(exitCode) : !run.IsService;

    /// <summary>Whether it has been seen working, so that its end is a crash and not a failure to start.</summary>
    private bool IsProven(TimeSpan ranFor)
        => HealthProbe.HasChecks(Resource) ? _wasHealthy : run.IsService && ranFor >= RestartPolicy.StablePeriod;

    private async Task EndedAsync(int exitCode, CancellationToken stopping)
    {
        Publish(
            exitCode == 0 ? KnownResourceStates.Finished : KnownResourceStates.Exited,
            s => (s with { ExitCode = exitCode, StopTimeStamp = DateTime.UtcNow }).WithProperty(KnownProperties.ExitCode, exitCode));

        if (!_stopRequested)
        {
            lock (_lock)
            {
                _wanted = NewSignal();
            }

            if (exitCode != 0)
            {
                host.Say(Resource.Name, Id, $"ended with {Describe(exitCode)}");
            }

            run.ReplicaFinished();
        }

        host.Notifications.TryGetCurrentState(Id, out var state);
        await host.Eventing.PublishAsync(new ResourceStoppedEvent(Resource, host.Services, state!), stopping);
    }

    private void OnLine(string line, bool isError) => host.WriteLine(Resource.Name, Id, line, isError);

    private void PublishHealth(ImmutableArray<HealthReportSnapshot> reports)
    {
        // Only changes are worth telling.
        if (!host.Notifications.TryGetCurrentState(Id, out var known)
            || !known.Snapshot.HealthReports.Select(r => r.Status).SequenceEqual(reports.Select(r => r.Status)))
        {
            _ = host.Notifications.PublishUpdateAsync(Resource, Id, s => s with { HealthReports = reports });
        }
    }

    private void Publish(string state, Func<CustomResourceSnapshot, CustomResourceSnapshot>? change = null)
        => _ = host.Notifications.PublishUpdateAsync(Resource, Id, s => (change?.Invoke(s) ?? s) with { State = state });

    /// <summary>Not when the process has ended by itself meanwhile, and that is known already.</summary>
    private void PublishStopping() => _ = host.Notifications.PublishUpdateAsync(
        Resource, Id, s => s.State?.Text == KnownResourceStates.Running ? s with { State = KnownResourceStates.Stopping } : s);

    private static string Describe(int exitCode) => exitCode > 128
        ? string.Create(CultureInfo.InvariantCulture, $"signal {exitCode - 128}")
        : string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
