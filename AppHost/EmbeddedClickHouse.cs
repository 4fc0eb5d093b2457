namespace Analytics.AppHost;

/// <summary>The ClickHouse engine in a process of its own, behind ClickHouse's HTTP interface.</summary>
internal sealed class EmbeddedClickHouseResource(string name, string command, string workingDirectory)
    : ExecutableResource(name, command, workingDirectory), IResourceWithConnectionString
{
    public const string EndpointName = "http";

    private EndpointReference Endpoint => new(this, EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Host};Port={Port};Protocol=http;Username=default;Password=;Database={ClickHouseUrl.Database}");

    private EndpointReferenceExpression Host => Endpoint.Property(EndpointProperty.IPV4Host);

    private EndpointReferenceExpression Port => Endpoint.Property(EndpointProperty.Port);
}

internal static class EmbeddedClickHouseExtensions
{
    public static IResourceBuilder<EmbeddedClickHouseResource> AddEmbeddedClickHouse(
        this IDistributedApplicationBuilder builder, string name, string dataDirectory)
    {
        var program = StoreExtensions.BuildMetadata("EmbeddedClickHouse");
        var resource = new EmbeddedClickHouseResource(name, StoreExtensions.DotnetPath, Path.GetDirectoryName(program)!);
        return builder.AddResource(resource)
            .WithArgs("exec", program)
            .WithHttpEndpoint(name: EmbeddedClickHouseResource.EndpointName)
            .WithEnvironment("Engine__DataDirectory", dataDirectory)
            .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment(context => context.EnvironmentVariables["ASPNETCORE_URLS"] = ReferenceExpression.Create(
                $"http://127.0.0.1:{resource.GetEndpoint(EmbeddedClickHouseResource.EndpointName).Property(EndpointProperty.TargetPort)}"))
            .WithHttpHealthCheck("/health");
    }
}
