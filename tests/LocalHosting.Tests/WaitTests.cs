using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Analytics.LocalHosting.Tests;

public sealed class WaitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly IDistributedApplicationTestingBuilder builder = DistributedApplicationTestingBuilder.Create();

    public WaitTests() => builder.Services.AddLogging(logging => logging.ClearProviders());

    public void Dispose()
    {
        builder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task WaitFor_waits_until_the_dependency_is_healthy()
    {
        var healthy = false;
        builder.Services.AddHealthChecks().AddCheck("switch", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var store = builder.AddShell("store", "sleep 60").WithHealthCheck("switch");
        builder.AddShell("service", "sleep 60").WaitFor(store);
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.PidOf("store");
        await app.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.Waiting, Shell.Soon);
        healthy = true;

        await app.PidOf("service");
    }

    [Fact]
    public async Task WaitForStart_waits_for_the_process_only()
    {
        builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        var store = builder.AddShell("store", "sleep 60").WithHealthCheck("never");
        builder.AddShell("service", "sleep 60").WaitForStart(store);
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.PidOf("service");
    }

    [Fact]
    public async Task WaitForCompletion_waits_for_the_exit_code_and_a_task_that_fails_is_tried_again()
    {
        // Fails the first time, as a migration does whose store goes away.
        var task = builder.AddShell("task", $"cd {folder.Path}; echo run >> runs; test $(wc -l < runs) -ge 2");
        builder.AddShell("service", "sleep 60").WaitForCompletion(task);
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.PidOf("service");

        Assert.Equal(["run", "run"], folder.Lines("runs"));
        Assert.True(app.ResourceNotifications.TryGetCurrentState("task", out var state));
        Assert.Equal((KnownResourceStates.Finished, 0), (state.Snapshot.State!.Text, state.Snapshot.ExitCode));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_that_ends_while_it_is_made_ready_is_made_ready_again(bool subscriberFails)
    {
        var times = 0;
        DistributedApplication? app = null;
        var store = builder.AddShell("store", "sleep 60").WithHttpEndpoint();
        store.OnResourceReady(async (_, _, ct) =>
        {
            if (Interlocked.Increment(ref times) == 1)
            {
                using var process = System.Diagnostics.Process.GetProcessById(await app!.PidOf("store"));
                process.Kill();
                if (subscriberFails)
                {
                    throw new IOException("the connection was closed");
                }

                await Task.Delay(Timeout.Infinite, ct);
            }
        });
        builder.AddShell("service", "sleep 60").WaitFor(store);
        app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.PidOf("service");

        Assert.Equal(2, times);
    }

    [Fact]
    public async Task A_resource_with_explicit_start_waits_for_the_command()
    {
        var tool = builder.AddShell("tool", "sleep 60").WithExplicitStart();
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);
        await app.ResourceNotifications.WaitForResourceAsync("tool", KnownResourceStates.NotStarted, Shell.Soon);

        await app.ResourceCommands.ExecuteCommandAsync(tool.Resource, KnownResourceCommands.StartCommand, Shell.Soon);
        var pid = await app.PidOf("tool");

        await app.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.StopCommand, Shell.Soon);
        Assert.False(Shell.IsAlive(pid));

        await app.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.StartCommand, Shell.Soon);
        await app.PidOf("tool", otherThan: pid);
    }

    [Fact]
    public async Task What_waits_for_something_that_cannot_start_says_so()
    {
        var store = builder.AddExecutable("store", "no-such-program", folder.Path);
        builder.AddShell("service", "sleep 60").WaitFor(store);
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => app.ResourceNotifications.WaitForResourceHealthyAsync("service", Shell.Soon));

        Assert.Contains(
            "'service' was not started, because 'store' could not be started: 'no-such-program' was not found",
            failure.Message,
            StringComparison.Ordinal);
    }
}
