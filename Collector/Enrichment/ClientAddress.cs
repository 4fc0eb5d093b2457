using System.Globalization;
using System.Net;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// Whose request it is. X-Forwarded-For is believed only from a trusted proxy, and of its list the last address that is not one
/// itself: what stands before it, anyone can have written.
/// </summary>
internal sealed class ClientAddress
{
    private readonly IPNetwork[] proxies;

    /// <param name="trusted">Addresses or networks besides loopback, where the gateway is by default.</param>
    public ClientAddress(IEnumerable<string> trusted)
    {
        proxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), .. trusted.Select(Network)];
    }

    public IPAddress Of(IPAddress? peer, string? forwardedFor)
    {
        var address = Plain(peer ?? IPAddress.None);
        if (string.IsNullOrEmpty(forwardedFor) || !IsTrusted(address))
        {
            return address;
        }

        var rest = forwardedFor.AsSpan();
        while (!rest.IsEmpty)
        {
            var comma = rest.LastIndexOf(',');
            var last = rest[(comma + 1)..].Trim();
            rest = comma < 0 ? default : rest[..comma];
            if (!IPEndPoint.TryParse(last, out var endpoint))
            {
                return address;
            }

            address = Plain(endpoint.Address);
            if (!IsTrusted(address))
            {
                return address;
            }
        }

        return address;
    }

    /// <summary>The network only: /24 of an IPv4 address, /48 of an IPv6 one. Nothing longer leaves the request.</summary>
    public static string Truncate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == 4)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}.{bytes[2]}.0");
        }

        bytes[6..].Clear();
        return new IPAddress(bytes).ToString();
    }

    private bool IsTrusted(IPAddress address)
    {
        foreach (var proxy in proxies)
        {
            if (proxy.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork Network(string text) => text.Contains('/', StringComparison.Ordinal)
        ? IPNetwork.Parse(text)
        : new IPNetwork(IPAddress.Parse(text), text.Contains(':', StringComparison.Ordinal) ? 128 : 32);
}
