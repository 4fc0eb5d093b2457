using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceCommands
{
    public static readonly string StartCommand = "resource-start";
    public static readonly string StopCommand = "resource-stop";
    public static readonly string RestartCommand = "resource-restart";
}

public sealed class ExecuteCommandResult
{
    public required bool Success { get; init; }

    public bool Canceled { get; init; }

    public string? Message { get; init; }
}

/// <summary>Starts and stops single resources while the application runs.</summary>
public class ResourceCommandService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(
        IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var results = await Task.WhenAll(_orchestrator.ReplicasOf(resource).Select(r => ExecuteAsync(r, commandName, cancellationToken)));
        return results.FirstOrDefault(r => !r.Success) ?? results.FirstOrDefault() ?? NotFound(resource.Name);
    }

    public Task<ExecuteCommandResult> ExecuteCommandAsync(
        string resourceId, string commandName, CancellationToken cancellationToken = default)
        => _orchestrator.Find(resourceId) is { } replica
            ? ExecuteAsync(replica, commandName, cancellationToken)
            : Task.FromResult(NotFound(resourceId));

    private static async Task<ExecuteCommandResult> ExecuteAsync(ReplicaRun replica, string commandName, CancellationToken ct)
    {
        if (commandName != KnownResourceCommands.StartCommand && commandName != KnownResourceCommands.StopCommand
            && commandName != KnownResourceCommands.RestartCommand)
        {
            return new() { Success = false, Message = $"Command '{commandName}' not available for resource '{replica.Id}'." };
        }

        if (commandName != KnownResourceCommands.StartCommand)
        {
            await replica.RequestStopAsync(ct);
        }

        if (commandName != KnownResourceCommands.StopCommand)
        {
            replica.RequestStart();
        }

        return new() { Success = true };
    }

    private static ExecuteCommandResult NotFound(string id) => new() { Success = false, Message = $"Resource '{id}' not found." };
}
