namespace Analytics.Storage;

/// <summary>A registered site as the settings table holds it.</summary>
public sealed record Site(uint SiteId, string Key, string Name, IReadOnlyList<string> Domains, string Timezone, DateTimeOffset Created);
