namespace Analytics.Storage;

/// <summary>A row of <c>audit</c>: who read what single people did, of which site, about whom, when.</summary>
public sealed class AuditRow : IRow
{
    public required DateTimeOffset Time { get; init; }

    public required string KeyId { get; init; }

    public required string KeyName { get; init; }

    /// <summary>What was read, in a word.</summary>
    public required string What { get; init; }

    /// <summary>Method and route.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Keys of the sites that could be read; <see cref="ApiKey.AllSites"/> for all.</summary>
    public required IReadOnlyList<string> Sites { get; init; }

    /// <summary>The person or session; empty where many were shown.</summary>
    public required string Subject { get; init; }

    public static string Table => "audit";

    public static IReadOnlyList<string> Columns { get; } = ["time", "key_id", "key_name", "what", "endpoint", "sites", "subject"];

    public void WriteTo(RowBinaryWriter writer)
    {
        writer.DateTime64Ms(Time);
        writer.String(KeyId);
        writer.String(KeyName);
        writer.String(What);
        writer.String(Endpoint);
        writer.Strings(Sites);
        writer.String(Subject);
    }
}
