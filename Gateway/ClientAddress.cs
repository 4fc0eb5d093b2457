using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Analytics.Gateway;

/// <summary>
/// Whom a request comes from. The connection says so, unless the peer is a proxy that the owner trusts
/// (<c>TrustedProxies</c>: addresses or networks): then its X-Forwarded-For does. YARP writes the result into the X-Forwarded-For that
/// the services see and drops what the client sent, so that nobody outside can choose an address.
/// </summary>
internal static class ClientAddress
{
    public static void AddClientAddress(this WebApplicationBuilder builder)
    {
        var trusted = builder.Configuration.GetSection("TrustedProxies").Get<string[]>() ?? [];
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.ForwardLimit = null; // the chain ends at the first address that is not trusted
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var proxy in trusted)
            {
                options.KnownIPNetworks.Add(Parse(proxy));
            }
        });
    }

    public static void UseClientAddress(this WebApplication app)
    {
        // With nobody to trust, the middleware would still look at every request.
        if (app.Configuration.GetSection("TrustedProxies").GetChildren().Any())
        {
            app.UseForwardedHeaders();
        }
    }

    private static IPNetwork Parse(string proxy)
    {
        if (IPNetwork.TryParse(proxy, out var network))
        {
            return network;
        }

        return IPAddress.TryParse(proxy, out var address)
            ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new InvalidOperationException($"TrustedProxies: '{proxy}' is neither an IP address nor a network like 10.0.0.0/8.");
    }
}
