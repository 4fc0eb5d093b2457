using System.Text.Json.Serialization;

namespace Analytics.Contracts;

/// <summary>What the API key of the request may do.</summary>
/// <param name="Scopes">query: read reports; collect: send events from a server; admin: change sites, settings and keys.</param>
/// <param name="Sites">Keys of the sites it sees; a single <c>*</c> for all, also those still to come.</param>
public sealed record KeyResponse(string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Sites);

/// <summary>A stored API key, without the key itself: that was shown once, when it was made.</summary>
/// <param name="Id">The key's beginning, which is no secret.</param>
/// <param name="Scopes">query: read reports; collect: send events from a server; admin: change sites, settings and keys.</param>
/// <param name="Sites">Keys of the sites it sees; a single <c>*</c> for all, also those still to come.</param>
/// <param name="Expires">From then on it is refused; null: never.</param>
/// <param name="LastUsed">To the minute, and up to a minute late; null: not yet.</param>
/// <param name="RequestsPerMinute">How many requests it may make of each query API; null: as the configuration says.</param>
public sealed record ApiKeyResponse(
    string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string> Sites, DateTimeOffset Created, DateTimeOffset? Expires,
    DateTimeOffset? LastUsed, int? RequestsPerMinute);

/// <summary>An API key to be made.</summary>
/// <param name="Name">For people: who or what uses it.</param>
/// <param name="Scopes">Some of query, collect and admin; only what the key of the request has itself.</param>
/// <param name="Sites">Keys of sites, or a single <c>*</c> for all; only what the key of the request sees itself.</param>
/// <param name="Expires">When it ends; never where absent.</param>
/// <param name="RequestsPerMinute">1 to 1,000,000; the configuration's where absent.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewApiKey(
    string? Name, IReadOnlyList<string>? Scopes, IReadOnlyList<string>? Sites, DateTimeOffset? Expires = null, int? RequestsPerMinute = null);

/// <summary>A key that was just made.</summary>
/// <param name="Key">To be kept by the caller: it is shown here and never again.</param>
public sealed record CreatedApiKey(string Key, ApiKeyResponse Details);
