namespace Analytics.Contracts;

/// <summary>A site as integrators see it.</summary>
/// <param name="Key">What trackers send: the domain or website id. Names the site in addresses.</param>
/// <param name="Timezone">IANA name; days of reports begin at its midnight.</param>
public sealed record SiteResponse(string Key, string Name, IReadOnlyList<string> Domains, string Timezone, DateTimeOffset Created);

/// <summary>A site with its numbers of the last 24 hours, for the list of sites.</summary>
public sealed record SiteSummary(SiteResponse Site, long Visitors, long Pageviews);

/// <summary>A site to be made.</summary>
/// <param name="Key">Its domain or an id of one's own; what trackers will send. Stored in lower case, never changed.</param>
/// <param name="Name">For people; the key where absent.</param>
/// <param name="Timezone">IANA name, UTC where absent.</param>
/// <param name="Domains">Hosts whose pages belong to the site. Where absent: the key, if it is a domain.</param>
public sealed record NewSite(string? Key, string? Name = null, string? Timezone = null, IReadOnlyList<string>? Domains = null);

/// <summary>A site's new settings; what is absent stays as it is.</summary>
public sealed record SiteChange(string? Name = null, string? Timezone = null, IReadOnlyList<string>? Domains = null);
