namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>How the process ends when it cannot start.</summary>
internal enum ExitCode
{
    DataDirectoryInUse = 2,
    AddressNotLoopback = 3,
    EngineMissing = 4,
}

/// <summary>A reason not to start that the user can do something about: the message is all that is shown.</summary>
internal sealed class StartupException(ExitCode code, string message) : Exception(message)
{
    public ExitCode Code { get; } = code;
}
