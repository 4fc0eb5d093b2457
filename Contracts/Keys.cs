namespace Analytics.Contracts;

/// <summary>What the API key of the request may do.</summary>
/// <param name="Scopes">query: read reports; admin: change sites and settings.</param>
/// <param name="Sites">Keys of the sites it sees; a single <c>*</c> for all, also those still to come.</param>
public sealed record KeyResponse(string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Sites);
