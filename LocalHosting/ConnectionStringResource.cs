using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public class MissingParameterValueException(string message) : DistributedApplicationException(message);

/// <summary>A connection string put together from other values.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
}

/// <summary>A connection string from configuration (<c>ConnectionStrings:name</c>).</summary>
internal sealed class ConfiguredConnectionString(string name, Func<string?> read, string? environmentVariableName)
    : Resource(name), IResourceWithConnectionString, IValueProvider
{
    public string? ConnectionStringEnvironmentVariable { get; } = environmentVariableName;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{this}");

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default)
        => new(read() ?? throw new MissingParameterValueException(
            $"Connection string '{Name}' is missing: set the configuration key 'ConnectionStrings:{Name}'."));
}
