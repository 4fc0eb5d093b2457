using System.Data.Common;
using System.Globalization;

namespace Analytics.AppHost;

/// <summary>Turns <c>http://user:password@host:8123/database</c> into the connection string that ClickHouse's .NET drivers read.</summary>
internal static class ClickHouseUrl
{
    public const string Database = "analytics";

    private const int DefaultPort = 8123;
    private const int DefaultTlsPort = 8443;

    public static string ToConnectionString(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length > 0)
        {
            throw StackOptions.Mistake(
                "--clickhouse: give the URL of its HTTP interface, for example http://user:password@localhost:8123/analytics.");
        }

        var user = url.UserInfo.Split(':', 2);
        var database = Uri.UnescapeDataString(url.AbsolutePath.Trim('/'));
        return new DbConnectionStringBuilder
        {
            ["Host"] = url.Host,
            ["Port"] = PortOf(text, url).ToString(CultureInfo.InvariantCulture),
            ["Protocol"] = url.Scheme,
            ["Username"] = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : "default",
            ["Password"] = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "",
            ["Database"] = database.Length > 0 ? database : Database,
        }.ConnectionString;
    }

    // ClickHouse's own default, unless a port is written out, be it 80.
    private static int PortOf(string text, Uri url) => url.IsDefaultPort && !text.Contains($":{url.Port}", StringComparison.Ordinal)
        ? url.Scheme == "https" ? DefaultTlsPort : DefaultPort
        : url.Port;
}
