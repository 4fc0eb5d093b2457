namespace Analytics.AppHost;

/// <summary>Without Aspire's packages there is nothing that could run a container; options are refused before it comes to that.</summary>
internal static class StoreContainers
{
    public const Stores Default = Stores.Embedded;

    public const bool AreAvailable = false;

    public static IResourceBuilder<IResourceWithConnectionString> AddRedis(IDistributedApplicationBuilder builder, string name)
        => throw new NotSupportedException($"{name} cannot run in a container here.");

    public static IResourceBuilder<IResourceWithConnectionString> AddClickHouse(IDistributedApplicationBuilder builder, string name)
        => throw new NotSupportedException($"{name} cannot run in a container here.");
}
