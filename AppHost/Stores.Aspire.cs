namespace Analytics.AppHost;

/// <summary>The two stores from their official images, with volumes that outlive the containers.</summary>
internal static class StoreContainers
{
    public const Stores Default = Stores.Containers;

    public const bool AreAvailable = true;

    private static readonly string[] AppendOnly = ["--appendonly", "yes", "--appendfsync", "always"];

    /// <summary>Every acknowledged write is on disk: the buffer's promise, which snapshots alone would not keep.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddRedis(IDistributedApplicationBuilder builder, string name)
        => builder.AddRedis(name).WithDataVolume().WithArgs(context =>
        {
            if (context.ExecutionContext.IsRunMode)
            {
                foreach (var argument in AppendOnly)
                {
                    context.Args.Add(argument);
                }
            }
            else
            {
                // Published, the container runs a shell, and the last argument is all of its command line.
                context.Args[^1] = $"{context.Args[^1]} {string.Join(' ', AppendOnly)}";
            }
        });

    public static IResourceBuilder<IResourceWithConnectionString> AddClickHouse(IDistributedApplicationBuilder builder, string name)
    {
        var password = ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var resource = new ClickHouseResource(name, password);
        return builder.AddResource(resource)
            .WithImage("clickhouse/clickhouse-server", "26.3")
            .WithHttpEndpoint(targetPort: 8123, name: ClickHouseResource.EndpointName)
            .WithVolume(VolumeNameGenerator.Generate(builder.CreateResourceBuilder(resource), "data"), "/var/lib/clickhouse")
            .WithEnvironment("CLICKHOUSE_DB", ClickHouseUrl.Database)
            .WithEnvironment("CLICKHOUSE_USER", "default")
            .WithEnvironment(context => context.EnvironmentVariables["CLICKHOUSE_PASSWORD"] = password)
            .WithHttpHealthCheck("/ping");
    }
}

internal sealed class ClickHouseResource(string name, ParameterResource password) : ContainerResource(name), IResourceWithConnectionString
{
    public const string EndpointName = "http";

    private EndpointReference Endpoint => new(this, EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Host};Port={Port};Protocol=http;Username=default;Password={password};Database={ClickHouseUrl.Database}");

    private EndpointReferenceExpression Host => Endpoint.Property(EndpointProperty.Host);

    private EndpointReferenceExpression Port => Endpoint.Property(EndpointProperty.Port);
}
