using System.Text.Json.Serialization;

namespace Analytics.Contracts;

/// <summary>What the collector keeps of a site's visitors and whom it does not count.</summary>
/// <param name="IpStorage">What is kept of an IP address: truncate (the network: /24 of IPv4, /48 of IPv6) or discard (nothing).</param>
/// <param name="HonourGpc">Whether Global Privacy Control (<c>Sec-GPC: 1</c>) is an objection to being counted.</param>
/// <param name="HonourDnt">Whether Do Not Track (<c>DNT: 1</c>) is one.</param>
/// <param name="BlockedIps">Addresses and networks whose events are not stored.</param>
/// <param name="BlockedPaths">Paths whose events are not stored; <c>*</c> stands for anything.</param>
/// <param name="BlockedHosts">Hosts of pages whose events are not stored, and all hosts below them.</param>
public sealed record SitePrivacy(
    string IpStorage, bool HonourGpc, bool HonourDnt, IReadOnlyList<string> BlockedIps, IReadOnlyList<string> BlockedPaths,
    IReadOnlyList<string> BlockedHosts);

/// <summary>A change of what a site keeps; what is absent stays as it is, a list is replaced whole.</summary>
/// <param name="IpStorage">truncate or discard.</param>
/// <param name="HonourGpc">Whether Global Privacy Control is an objection to being counted.</param>
/// <param name="HonourDnt">Whether Do Not Track is one.</param>
/// <param name="BlockedIps">At most 1000 addresses and networks: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.</param>
/// <param name="BlockedPaths">At most 1000 paths; <c>*</c> stands for anything: /admin/*.</param>
/// <param name="BlockedHosts">At most 1000 hosts; those below them are blocked too.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SitePrivacyChange(
    string? IpStorage = null, bool? HonourGpc = null, bool? HonourDnt = null, IReadOnlyList<string>? BlockedIps = null,
    IReadOnlyList<string>? BlockedPaths = null, IReadOnlyList<string>? BlockedHosts = null);
