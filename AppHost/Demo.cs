namespace Analytics.AppHost;

internal static class DemoExtensions
{
    /// <summary>Sends made-up visits through the public endpoints, once for a data directory.</summary>
    public static void AddDemo(
        this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> gateway,
        IResourceBuilder<ParameterResource> apiKey, StackOptions options)
    {
        var marker = Path.Combine(options.DataDirectory, "demo-sent");
        if (!options.Demo || builder.ExecutionContext.IsPublishMode || File.Exists(marker))
        {
            return;
        }

        builder.AddProject<Projects.TrafficGenerator>("demo", launchProfileName: null)
            .WithArgs("--url", gateway.GetEndpoint("http"), "--days", "30")
            .WithEnvironment("ANALYTICS_API_KEY", apiKey) // Arguments can be read by every user of the machine.
            .WaitFor(gateway)
            .OnResourceStopped((_, stopped, ct) => stopped.ResourceEvent.Snapshot.ExitCode == 0
                ? File.WriteAllTextAsync(marker, $"{DateTimeOffset.UtcNow:O}{Environment.NewLine}", ct)
                : Task.CompletedTask);
    }
}
