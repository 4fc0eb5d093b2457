using System.Globalization;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>Turns what the model says of a resource into a command line and an environment.</summary>
internal sealed class ChildCommandBuilder(DistributedApplicationExecutionContext executionContext)
{
    public static string DotnetPath { get; } = FindDotnet();

    public async Task<ChildCommand> BuildAsync(IResource resource, string resourceId, int replica, CancellationToken ct)
    {
        var context = new ReplicaContext { ExecutionContext = executionContext, Caller = resource, Replica = replica };
        var environment = await EnvironmentOf(resource, resourceId, context, ct);
        var arguments = await ArgumentsOf(resource, context, ct);

        switch (resource)
        {
            case ProjectResource when resource.TryGetLastAnnotation<ProjectOutputAnnotation>(out var output)
                && resource.TryGetLastAnnotation<IProjectMetadata>(out var project):

                // The built assembly itself: `dotnet run` would build again, and stand between us and the process.
                var projectDirectory = Path.GetDirectoryName(project.ProjectPath)!;
                return File.Exists(output.AssemblyPath)
                    ? new ChildCommand(DotnetPath, ["exec", output.AssemblyPath, .. arguments], projectDirectory, environment)
                    : throw new DistributedApplicationException(
                        $"its build output '{output.AssemblyPath}' does not exist; build the AppHost.");

            case ExecutableResource executable:
                return new ChildCommand(executable.Command, arguments, executable.WorkingDirectory, environment);

            default:
                throw new DistributedApplicationException($"resources of type {resource.GetType().Name} cannot be run here.");
        }
    }

    private async Task<Dictionary<string, string>> EnvironmentOf(
        IResource resource, string resourceId, ReplicaContext context, CancellationToken ct)
    {
        var values = new Dictionary<string, object>();
        if (resource is ProjectResource project)
        {
            var urls = project.GetEndpoints()
                .Where(e => (e.IsHttp || e.IsHttps) && e.EndpointAnnotation.TargetPortEnvironmentVariable is null)
                .Select(e => e.UrlOf(context.Replica)).ToArray();
            if (urls.Length > 0)
            {
                values["ASPNETCORE_URLS"] = string.Join(';', urls);
            }

            values["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resourceId}";
        }

        var callbacks = new EnvironmentCallbackContext(executionContext, resource, values, ct);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(callbacks);
        }

        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in values)
        {
            if (await TextOf(value, context, ct) is { } text)
            {
                environment[name] = text;
            }
        }

        return environment;
    }

    private async Task<List<string>> ArgumentsOf(IResource resource, ReplicaContext context, CancellationToken ct)
    {
        var values = new List<object>();
        var callbacks = new CommandLineArgsCallbackContext(values, resource, ct) { ExecutionContext = executionContext };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(callbacks);
        }

        var arguments = new List<string>();
        foreach (var value in values)
        {
            if (await TextOf(value, context, ct) is { } text)
            {
                arguments.Add(text);
            }
        }

        return arguments;
    }

    private static async ValueTask<string?> TextOf(object value, ReplicaContext context, CancellationToken ct) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(context, ct),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(context, ct),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>The dotnet that runs this very process; the one on the PATH may be another, or none.</summary>
    private static string FindDotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return Path.Combine(root, name) is var path && File.Exists(path) ? path : name;
    }
}
