namespace Analytics.Contracts;

/// <summary>A read of what single people did.</summary>
/// <param name="KeyId">The beginning of the key that read.</param>
/// <param name="KeyName">Its name at that time.</param>
/// <param name="What">What was read: journey, sessions, profile, export, ...</param>
/// <param name="Endpoint">Method and route.</param>
/// <param name="Sites">Keys of the sites that could be read; a single <c>*</c> for all.</param>
/// <param name="Subject">The person or session as the address named them; empty where many were shown.</param>
public sealed record AuditEntry(
    DateTimeOffset Time, string KeyId, string KeyName, string What, string Endpoint, IReadOnlyList<string> Sites, string Subject);

/// <summary>A page of the audit, newest first.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record AuditResponse(IReadOnlyList<AuditEntry> Entries, long Total);
