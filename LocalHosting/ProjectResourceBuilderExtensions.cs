using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options =>
        {
            options.ExcludeLaunchProfile = launchProfileName is null;
            options.LaunchProfileName = launchProfileName;
        });

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);

        var options = new ProjectResourceOptions();
        configure(options);

        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name))
            .WithAnnotation(metadata)
            .WithAnnotation(new ProjectOutputAnnotation(OutputOf<TProject>(metadata)));

        if (!options.ExcludeLaunchProfile)
        {
            project.WithLaunchProfile(options.LaunchProfileName, metadata);
        }

        return project
            .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithOtlpExporter();
    }

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>Takes addresses and variables from the project's launchSettings.json, if it has one.</summary>
    private static void WithLaunchProfile(this IResourceBuilder<ProjectResource> builder, string? profileName, IProjectMetadata metadata)
    {
        var file = Path.Combine(Path.GetDirectoryName(metadata.ProjectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(file))
        {
            return;
        }

        var profiles = new ConfigurationBuilder().AddJsonFile(file).Build().GetSection("profiles").GetChildren().ToArray();
        var profile = profileName is null
            ? profiles.FirstOrDefault(p => p["commandName"] == "Project")
            : profiles.FirstOrDefault(p => p.Key == profileName)
                ?? throw new DistributedApplicationException($"Launch profile '{profileName}' is not in {file}.");

        foreach (var address in (profile?["applicationUrl"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var url = new Uri(address);
            builder.WithEndpoint(port: url.Port, scheme: url.Scheme, name: url.Scheme);
        }

        foreach (var variable in profile?.GetSection("environmentVariables").GetChildren() ?? [])
        {
            builder.WithEnvironment(variable.Key, variable.Value);
        }
    }

    /// <summary>The way of telemetry: to where the AppHost itself was told to send it.</summary>
    private static IResourceBuilder<ProjectResource> WithOtlpExporter(this IResourceBuilder<ProjectResource> builder)
    {
        var configuration = builder.ApplicationBuilder.Configuration;
        return builder.WithEnvironment(context =>
        {
            var endpoint = configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] ?? configuration["OTEL_EXPORTER_OTLP_ENDPOINT"];
            if (!string.IsNullOrEmpty(endpoint))
            {
                context.EnvironmentVariables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
                context.EnvironmentVariables["OTEL_EXPORTER_OTLP_PROTOCOL"] = configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc";
            }

            if (configuration["AppHost:OtlpApiKey"] is { Length: > 0 } key)
            {
                context.EnvironmentVariables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
            }

            context.EnvironmentVariables["OTEL_SERVICE_NAME"] = context.Resource.Name;
        });
    }

    private static string OutputOf<TProject>(IProjectMetadata metadata) => typeof(TProject).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == ProjectOutputAnnotation.MetadataKey + metadata.ProjectPath)?.Value
        ?? throw new DistributedApplicationException(
            $"The build output of {metadata.ProjectPath} is not known: import LocalHosting.targets where the project is referenced.");
}

/// <summary>Where the build left a project's assembly; written into the AppHost by LocalHosting.targets.</summary>
internal sealed class ProjectOutputAnnotation(string assemblyPath) : IResourceAnnotation
{
    public const string MetadataKey = "ProjectOutput:";

    public string AssemblyPath { get; } = assemblyPath;
}
