using System.Diagnostics;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.LocalHosting.Tests;

public sealed class RestartTests : IDisposable
{
    private readonly IDistributedApplicationTestingBuilder builder = DistributedApplicationTestingBuilder.Create();

    public RestartTests() => builder.Services.AddLogging(logging => logging.ClearProviders());

    public void Dispose() => builder.Dispose();

    [Fact]
    public async Task A_killed_service_comes_back_at_its_old_address()
    {
        builder.AddShell("service", "sleep 60").WithHttpEndpoint(env: "PORT");
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);
        var pid = await app.PidOf("service");
        var address = app.GetEndpoint("service");

        using (var process = Process.GetProcessById(pid))
        {
            process.Kill();
        }

        var again = await app.PidOf("service", otherThan: pid);
        Assert.Equal(address, app.GetEndpoint("service"));

        // Empty for the moment in which one program becomes the next: setsid, setpriv, then the service.
        var environment = "";
        while (environment.Length == 0)
        {
            environment = await File.ReadAllTextAsync($"/proc/{again}/environ", Shell.Soon);
        }

        Assert.Contains($"PORT={address.Port}", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_has_done_its_work_is_not_started_again()
    {
        builder.AddShell("task", "exit 3");
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        var ended = await app.ResourceNotifications.WaitForResourceAsync("task", e => e.Snapshot.ExitCode is not null, Shell.Soon);

        Assert.Equal((KnownResourceStates.Exited, 3), (ended.Snapshot.State!.Text, ended.Snapshot.ExitCode));
    }

    [Fact]
    public void Delays_double_up_to_a_limit_and_start_over_after_a_stable_period()
    {
        var policy = new RestartPolicy();

        var delays = Enumerable.Range(0, 8).Select(_ => policy.NextDelay(TimeSpan.FromSeconds(1)).TotalSeconds);

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 10, 10], delays);
        Assert.Equal(RestartPolicy.FirstDelay, policy.NextDelay(RestartPolicy.StablePeriod));
    }

    [Fact]
    public async Task A_service_that_never_gets_up_fails_with_its_last_lines()
    {
        builder.AddShell("service", "echo the disk is full >&2; exit 7").WithHttpEndpoint();
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.ResourceNotifications.WaitForResourceAsync("service", KnownResourceStates.FailedToStart, Shell.Soon);
        var failure = app.Services.GetRequiredService<Orchestrator>().Failure!;

        Assert.StartsWith(
            "'service' ended 4 times before it was ready, the last time with exit code 7. Its last lines:", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("the disk is full", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_writes_without_end_is_never_held_up()
    {
        // 20 MB, far more than any pipe or queue holds.
        builder.AddShell("noisy", "head -c 20000000 /dev/zero | tr '\\0' x | fold -w 100; printf 'no newline at all'");
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.ResourceNotifications.WaitForResourceAsync("noisy", KnownResourceStates.Finished, Shell.Soon);
    }
}
