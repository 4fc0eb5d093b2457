using System.Net;
using Analytics.EmbeddedClickHouse.Chdb;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// Holds the server to this machine's own addresses: the engine reads any file of its user (<c>file('/etc/passwd')</c>) for whoever asks.
/// </summary>
internal static class LoopbackOnly
{
    private const string Default = "http://127.0.0.1:8123";

    public static void UseLoopbackOnly(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var urls = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } given
            ? given.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 } ports
                ? ports.Split(';').Select(p => $"http://127.0.0.1:{p}").ToArray() // alone it would mean every address
                : [Default];
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();
        foreach (var url in urls.Concat(endpoints))
        {
            var address = BindingAddress.Parse(url);
            if (!address.IsUnixPipe && address.Host != "localhost"
                && !(IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)))
            {
                throw new StartupException(
                    ExitCode.AddressNotLoopback,
                    $"{url} can be reached from other machines. This process gives everybody who reaches it this user's files: " +
                    "it listens on 127.0.0.1, [::1] or localhost only.");
            }
        }

        builder.WebHost.UseUrls(urls);
    }
}
