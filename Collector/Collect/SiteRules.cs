using System.Net;
using Analytics.Collector.Enrichment;
using Analytics.Storage;

namespace Analytics.Collector.Collect;

/// <summary>What an owner wants for the site's visitors, made ready for each event. What cannot be read blocks nothing.</summary>
internal sealed class SiteRules
{
    public static readonly SiteRules Default = new(new Site(0, "", "", [], "UTC", default));

    private readonly Site site;
    private readonly IPNetwork[] addresses;
    private readonly string[][] paths;
    private readonly string[] hosts;

    public SiteRules(Site site)
    {
        this.site = site;
        addresses = [.. site.BlockedIps.Select(Network).OfType<IPNetwork>()];
        paths = [.. site.BlockedPaths.Where(path => path.Length > 0).Select(path => path.Split('*'))];
        hosts = [.. site.BlockedHosts.Select(host => PageAddress.HostOf(host.Trim())).Where(host => host.Length > 0)];
    }

    public string Key => site.Key;

    public bool KeepsNetwork => site.IpStorage != Site.DiscardIp;

    /// <summary>The first reason not to store what comes from there, or none.</summary>
    public DropReason Refuse(IncomingRequest request, PageAddress page)
    {
        if ((request.Gpc && site.HonourGpc) || (request.Dnt && site.HonourDnt))
        {
            return DropReason.OptedOut;
        }

        foreach (var network in addresses)
        {
            if (network.Contains(request.Address))
            {
                return DropReason.BlockedIp;
            }
        }

        foreach (var host in hosts)
        {
            if (page.Host == host || (page.Host.EndsWith(host, StringComparison.Ordinal) && page.Host[^(host.Length + 1)] == '.'))
            {
                return DropReason.BlockedHost;
            }
        }

        return IsBlocked(page.Path) ? DropReason.BlockedPath : DropReason.None;
    }

    public bool IsBlocked(string path)
    {
        foreach (var pieces in paths)
        {
            if (Matches(path, pieces))
            {
                return true;
            }
        }

        return false;
    }

    // The pieces between stars, each where it is first found behind the one before; the last at the end.
    private static bool Matches(string path, string[] pieces)
    {
        if (pieces.Length == 1)
        {
            return path == pieces[0];
        }

        if (!path.StartsWith(pieces[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = pieces[0].Length;
        foreach (var piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            var found = path.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + piece.Length;
        }

        return path.Length - at >= pieces[^1].Length && path.EndsWith(pieces[^1], StringComparison.Ordinal);
    }

    private static IPNetwork? Network(string text)
    {
        text = text.Trim();
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        return IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }
}
