namespace Analytics.Contracts;

/// <summary>A site as integrators see it.</summary>
/// <param name="Key">What trackers send: the domain or website id. Names the site in addresses.</param>
/// <param name="Timezone">IANA name; days of reports begin at its midnight.</param>
public sealed record SiteResponse(string Key, string Name, IReadOnlyList<string> Domains, string Timezone, DateTimeOffset Created);

/// <summary>A site with its numbers of the last 24 hours, for the list of sites.</summary>
public sealed record SiteSummary(SiteResponse Site, long Visitors, long Pageviews);
