namespace Analytics.Storage;

/// <summary>A registered site as the settings table holds it.</summary>
public sealed record Site(uint SiteId, string Key, string Name, IReadOnlyList<string> Domains, string Timezone, DateTimeOffset Created)
{
    /// <summary>What is kept of a visitor's IP address: <see cref="TruncateIp"/> or <see cref="DiscardIp"/>.</summary>
    public string IpStorage { get; init; } = TruncateIp;

    /// <summary>Whether Global Privacy Control (<c>Sec-GPC: 1</c>) is an objection to being counted.</summary>
    public bool HonourGpc { get; init; } = true;

    /// <summary>Whether Do Not Track (<c>DNT: 1</c>) is one.</summary>
    public bool HonourDnt { get; init; }

    /// <summary>Addresses and networks whose events are not stored: the owner's own office.</summary>
    public IReadOnlyList<string> BlockedIps { get; init; } = [];

    /// <summary>Paths whose events are not stored; <c>*</c> stands for anything.</summary>
    public IReadOnlyList<string> BlockedPaths { get; init; } = [];

    /// <summary>Hosts of pages whose events are not stored, and all hosts below them.</summary>
    public IReadOnlyList<string> BlockedHosts { get; init; } = [];

    /// <summary>The network: /24 of an IPv4 address, /48 of an IPv6 one.</summary>
    public const string TruncateIp = "truncate";

    /// <summary>Nothing.</summary>
    public const string DiscardIp = "discard";
}
