using System.Data.Common;

namespace Analytics.Storage;

/// <summary>
/// Where ClickHouse is: read from a connection string in ClickHouse.Client's keys
/// (<c>Host=..;Port=..;Protocol=http;Username=..;Password=..;Database=..</c>) or from a URL
/// (<c>http://user:password@host:8123/database</c>).
/// </summary>
public sealed record ClickHouseOptions(Uri Address, string Username, string Password, string Database)
{
    private const string DefaultDatabase = "analytics";

    /// <summary>Settings of every statement, as they stand in the address: <c>&amp;name=value</c>.</summary>
    internal string Settings { get; init; } = "";

    /// <exception cref="FormatException">The text is neither form; the message says what is wrong, without the password.</exception>
    public static ClickHouseOptions Parse(string connectionString)
    {
        if (connectionString.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || connectionString.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return ParseUrl(connectionString);
        }

        var keys = new DbConnectionStringBuilder();
        try
        {
            keys.ConnectionString = connectionString;
        }
        catch (ArgumentException)
        {
            throw new FormatException("The ClickHouse connection string is neither a URL nor a list of Key=Value pairs.");
        }

        string Value(string key, string fallback) => keys.TryGetValue(key, out var value) ? (string)value : fallback;
        var protocol = Value("Protocol", "http");
        var defaultPort = protocol == "https" ? "8443" : "8123";
        var host = Value("Host", "localhost");
        if (!int.TryParse(Value("Port", defaultPort), out var port) || port is < 1 or > 65535)
        {
            throw new FormatException($"Port '{Value("Port", "")}' in the ClickHouse connection string is no port number.");
        }

        return new(
            new UriBuilder(protocol, host, port, Value("Path", "/")).Uri,
            Value("Username", "default"), Value("Password", ""), Value("Database", DefaultDatabase));
    }

    private static ClickHouseOptions ParseUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            throw new FormatException("The ClickHouse URL is not well formed.");
        }

        var user = uri.UserInfo.Split(':', 2);
        var database = uri.AbsolutePath.Trim('/');
        return new(
            new UriBuilder(uri.Scheme, uri.Host, uri.Port).Uri,
            user[0] is "" ? "default" : Uri.UnescapeDataString(user[0]),
            user.Length == 2 ? Uri.UnescapeDataString(user[1]) : "",
            database is "" ? DefaultDatabase : Uri.UnescapeDataString(database));
    }

    /// <summary>Without the password: options end up in logs.</summary>
    public override string ToString() => $"{Address} as {Username}, database {Database}";
}
