using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Analytics.AspNetCore.Tests;

public sealed class ActivityTrackerOptionsTests
{
    [Fact]
    public async Task All_that_is_wrong_is_said_when_the_site_starts()
    {
        await using var app = Build("--ActivityTracking:Endpoint", "analytics", "--ActivityTracking:QueueLimit", "0", "--ActivityTracking:FlushInterval", "1");

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Equal(
            ["ActivityTracking:Endpoint must be an absolute address such as https://analytics.example.",
                "ActivityTracking:Site must be the site's key in the analytics system.",
                "ActivityTracking:QueueLimit must be from 1 to 10,000,000 events.",
                "ActivityTracking:FlushInterval must be from 10 ms to 1 minute."],
            fault.Failures);
    }

    [Fact]
    public async Task Switched_off_nothing_is_needed_and_nothing_is_tracked()
    {
        await using var app = Build("--ActivityTracking:Enabled", "false");
        app.UseActivityTracking();
        await app.StartAsync();

        Assert.Equal(TrackOutcome.NotTracked, await app.Services.GetRequiredService<ActivityTracker>().TrackAsync(new("x") { User = "user-7" }));
        await app.StopAsync();
    }

    [Fact]
    public async Task Configuration_reaches_every_kind_of_option()
    {
        await using var app = Build(
            "--ActivityTracking:Endpoint", "https://analytics.example/base", "--ActivityTracking:Site", "shop", "--ActivityTracking:VisitorCookie:Name", "who",
            "--ActivityTracking:VisitorCookie:Domain", ".shop.example", "--ActivityTracking:ExcludedPaths:0", "/admin",
            "--ActivityTracking:FlushInterval", "00:00:05");

        var options = app.Services.GetRequiredService<IOptions<ActivityTrackerOptions>>().Value;

        Assert.Equal("shop", options.Site);
        Assert.Equal(("who", ".shop.example", true), (options.VisitorCookie.Name, options.VisitorCookie.Domain, options.VisitorCookie.HttpOnly));
        Assert.Contains("/admin", options.ExcludedPaths);
        Assert.Contains("/health", options.ExcludedPaths);
        Assert.Equal(TimeSpan.FromSeconds(5), options.FlushInterval);
    }

    [Fact]
    public void Using_it_without_adding_it_says_what_to_add()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddActivityTracking", Assert.Throws<InvalidOperationException>(() => app.UseActivityTracking()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://analytics.example", "https://analytics.example/collect/batch")]
    [InlineData("https://analytics.example/base", "https://analytics.example/base/collect/batch")]
    [InlineData("https://analytics.example/base/", "https://analytics.example/base/collect/batch")]
    public void A_path_of_the_endpoint_is_kept(string endpoint, string address) =>
        Assert.Equal(address, AspNetCore.Delivery.CollectorClient.Address(new Uri(endpoint)).ToString());

    private static WebApplication Build(params string[] settings)
    {
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", .. settings]);
        builder.Services.AddActivityTracking();
        // Twice is once.
        builder.Services.AddActivityTracking();
        return builder.Build();
    }
}
