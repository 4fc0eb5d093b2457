using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.LocalHosting.Tests;

public sealed class TestingBuilderTests
{
    [Fact]
    public async Task Two_hosts_with_the_same_fixed_port_run_side_by_side()
    {
        var apps = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.TestHost>(Shell.Soon);
            builder.Services.AddLogging(logging => logging.ClearProviders());
            var app = await builder.BuildAsync(Shell.Soon);
            await app.StartAsync(Shell.Soon);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("frontend", Shell.Soon);
            return app;
        }));

        Assert.NotEqual(apps[0].GetEndpoint("frontend"), apps[1].GetEndpoint("frontend"));
        foreach (var app in apps)
        {
            using var client = app.CreateHttpClient("frontend");
            using var answer = await client.GetAsync("/health", Shell.Soon);
            Assert.True(answer.IsSuccessStatusCode);
        }

        await Task.WhenAll(apps.Select(app => app.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Arguments_are_the_entry_points_and_the_model_can_be_changed_before_it_is_built()
    {
        using var folder = new TemporaryFolder();
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.TestHost>(
            ["--scenario", "chain", "--folder", folder.Path], Shell.Soon);
        Assert.Equal("chain", builder.Configuration["scenario"]);
        Assert.Equal(["first", "middle", "last"], builder.Resources.Select(r => r.Name));

        builder.AddShell("extra", "sleep 60");
        await using var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await app.PidOf("extra");
    }

    [Fact]
    public async Task An_entry_point_that_fails_fails_the_test()
    {
        var failure = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => DistributedApplicationTestingBuilder.CreateAsync<Projects.TestHost>(["--publisher", "manifest"], Shell.Soon));

        Assert.Contains("-p:UseAspire=true", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_every_process_and_disposing_twice_is_harmless()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddShell("service", "sleep 60 & sleep 60").WithHttpEndpoint();
        var app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);
        var pid = await app.PidOf("service");

        await app.StopAsync(Shell.Soon);
        Assert.False(Shell.IsAlive(pid));

        await app.DisposeAsync();
        await app.DisposeAsync();
    }
}
