using System.Reflection;

namespace Analytics.AppHost;

/// <summary>The two stores: already there, embedded, or in containers.</summary>
internal static class StoreExtensions
{
    public static IResourceBuilder<IResourceWithConnectionString> AddRedisBuffer(
        this IDistributedApplicationBuilder builder, string name, StackOptions options) => options switch
        {
            { Redis: { } given } => builder.AddConnectionString(name, ReferenceExpression.Create($"{given}")),
            { Stores: Stores.Containers } => StoreContainers.AddRedis(builder, name),
            _ => builder.AddGarnet(name, Path.Combine(options.DataDirectory, "redis")),
        };

    public static IResourceBuilder<IResourceWithConnectionString> AddClickHouse(
        this IDistributedApplicationBuilder builder, string name, StackOptions options) => options switch
        {
            { ClickHouse: { } given } => builder.AddConnectionString(name, ReferenceExpression.Create($"{given}")),
            { Stores: Stores.Containers } => StoreContainers.AddClickHouse(builder, name),
            _ => builder.AddEmbeddedClickHouse(name, Path.Combine(options.DataDirectory, "clickhouse")),
        };

    /// <summary>The dotnet that `dotnet run` was called with; it need not be on the PATH.</summary>
    public static string DotnetPath => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>What AppHost.csproj has written down at build.</summary>
    public static string BuildMetadata(string key) => typeof(StoreExtensions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == key)?.Value ?? throw new InvalidOperationException($"AppHost.csproj has not recorded '{key}'.");
}
