using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Analytics.Contracts;
using Microsoft.Extensions.Configuration;

namespace Analytics.AppHost;

internal enum Stores
{
    /// <summary>Redis and ClickHouse as programs of our own: nothing to install.</summary>
    Embedded,

    /// <summary>Their official images; needs Aspire's packages and a container runtime.</summary>
    Containers,
}

/// <summary>What may be said about the system on the command line, after <c>--</c>.</summary>
internal sealed record StackOptions
{
    public const string Usage = """
        dotnet run --project AppHost -- [options]

          --port PORT           port of the gateway (8080)
          --data DIR            where everything is kept (./data)
          --api-key KEY         key with all rights (made at random on first start, kept in the data directory)
          --redis HOST:PORT     a Redis that is already there, with ",password=..." if need be
          --clickhouse URL      a ClickHouse that is already there: http://user:password@host:8123/database
          --stores KIND         embedded or containers (containers need -p:UseAspire=true before the --)
          --collectors N        how many collectors run side by side (1)
          --tracker:NAME PATH   other names for scripts and the paths they post to, which blockers know:
                                ScriptPath, CollectPath, ModulesPath and others; the usual ones go on working
          --demo                30 days of made-up visits, on first start
        """;

    private static readonly string[] Names = ["port", "data", "api-key", "redis", "clickhouse", "stores", "collectors", "demo"];

    // Those of the .NET host.
    private static readonly string[] HostNames = ["environment", "contentRoot", "applicationName"];

    public required int Port { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What encrypts the cookies of the dashboard and of the gateway; lost, everybody signs in again.</summary>
    public string KeysDirectory => Path.Combine(DataDirectory, "keys");

    public string? ApiKey { get; init; }

    /// <summary>Connection string of a Redis that is already there.</summary>
    public string? Redis { get; init; }

    /// <summary>Connection string of a ClickHouse that is already there.</summary>
    public string? ClickHouse { get; init; }

    public required Stores Stores { get; init; }

    public int Collectors { get; init; } = 1;

    /// <summary>Other names of scripts and of the paths they post to, by setting (<see cref="TrackerPaths"/>).</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> TrackerSettings { get; init; } = [];

    public bool Demo { get; init; }

    /// <summary>The .NET host's own parsing knows neither flags nor wrong names.</summary>
    internal static Dictionary<string, string?> ParseArguments(string[] args)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || args[i].Length == 2)
            {
                throw Mistake($"'{args[i]}' is not an option.");
            }

            var (name, value) = args[i][2..].Split('=', 2) is [var left, var right] ? (left, right) : (args[i][2..], null);
            if (!Names.Concat(HostNames).Contains(name, StringComparer.OrdinalIgnoreCase) && !name.Contains(':', StringComparison.Ordinal))
            {
                throw Mistake($"There is no option --{name}. See them all with --help.");
            }

            var isFlag = string.Equals(name, "demo", StringComparison.OrdinalIgnoreCase);
            if (value is null && i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = args[++i];
            }

            values[name] = value ?? (isFlag ? "true" : throw Mistake($"--{name} needs a value."));
        }

        return values;
    }

    internal static StackOptions From(IConfiguration configuration) => new()
    {
        Port = ReadPort(configuration["port"] ?? "8080"),
        DataDirectory = Path.GetFullPath(NotEmpty("data", configuration["data"] ?? "data")),
        ApiKey = configuration["api-key"] is { } key ? ReadApiKey(key) : null,
        Redis = configuration["redis"] is { } redis ? ReadRedis(redis) : null,
        ClickHouse = configuration["clickhouse"] is { } clickhouse ? ClickHouseUrl.ToConnectionString(clickhouse) : null,
        Stores = ReadStores(configuration["stores"]),
        Collectors = ReadCollectors(configuration["collectors"] ?? "1"),
        TrackerSettings = ReadTrackerSettings(configuration.GetSection(TrackerPaths.Section)),
        Demo = ReadFlag("demo", configuration["demo"]),
    };

    private static int ReadPort(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw Mistake($"--port {text}: a port is a number from 1 to 65535.");

    private static int ReadCollectors(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 16
            ? count
            : throw Mistake($"--collectors {text}: give a number from 1 to 16.");

    private static string ReadApiKey(string text)
        => text.Length > 0 && text.All(c => c is > ' ' and <= '~')
            ? text
            : throw Mistake("--api-key: a key travels in a header, so it is printable ASCII without spaces.");

    private static string ReadRedis(string text)
    {
        var address = text.Split(',')[0];
        return address.LastIndexOf(':') is > 0 and var colon
            && int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? text
            : throw Mistake($"--redis {address}: give HOST:PORT, for example localhost:6379, with ',password=...' if need be.");
    }

    private static Stores ReadStores(string? text) => text?.ToUpperInvariant() switch
    {
        null => StoreContainers.Default,
        "EMBEDDED" => Stores.Embedded,
        "CONTAINERS" => StoreContainers.AreAvailable
            ? Stores.Containers
            : throw Mistake(
                "--stores containers needs Aspire's packages and a container runtime: dotnet run --project AppHost -p:UseAspire=true"),
        _ => throw Mistake($"--stores {text}: it is either 'embedded' or 'containers'."),
    };

    private static KeyValuePair<string, string?>[] ReadTrackerSettings(IConfigurationSection section)
    {
        KeyValuePair<string, string?>[] settings = [.. section.GetChildren().Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))];
        try
        {
            TrackerPaths.Read(settings);
            return settings.Length == 0 ? [] : settings;
        }
        catch (FormatException e)
        {
            throw Mistake(e.Message);
        }
    }

    private static bool ReadFlag(string name, string? text) => text?.ToUpperInvariant() switch
    {
        null or "FALSE" => false,
        "" or "TRUE" => true,
        _ => throw Mistake($"--{name} takes no value."),
    };

    private static string NotEmpty(string name, string value) => value.Length > 0 ? value : throw Mistake($"--{name} needs a value.");

    internal static DistributedApplicationException Mistake(string message) => new(message);
}

internal static class StackOptionsExtensions
{
    /// <summary>
    /// Reads and checks the options, and takes hold of the data directory. A mistake ends the AppHost with a message; in a test,
    /// whose process is not ours to end, it throws.
    /// </summary>
    public static StackOptions ReadOptions(this IDistributedApplicationBuilder builder, string[] args)
    {
        var isOwnProcess = Assembly.GetEntryAssembly() == typeof(StackOptions).Assembly;
        if (isOwnProcess && args is ["--help" or "-h" or "-?"])
        {
            Console.WriteLine(StackOptions.Usage);
            Environment.Exit(0);
        }

        try
        {
            // Publishers bring options of their own, and run nothing.
            if (!builder.ExecutionContext.IsRunMode)
            {
                return StackOptions.From(builder.Configuration);
            }

            builder.Configuration.AddInMemoryCollection(StackOptions.ParseArguments(args));
            var options = StackOptions.From(builder.Configuration);
            builder.ClaimDataDirectory(options.DataDirectory);
            if (!builder.Configuration.GetValue("DcpPublisher:RandomizePorts", false))
            {
                CheckPort(options.Port);
            }

            return options;
        }
        catch (DistributedApplicationException e) when (isOwnProcess)
        {
            Console.Error.WriteLine(e.Message);
            Environment.Exit(1);
            throw;
        }
    }

    /// <summary>Those that serve and route must agree on what things are called.</summary>
    public static IResourceBuilder<ProjectResource> WithTrackerPaths(this IResourceBuilder<ProjectResource> service, StackOptions options)
    {
        foreach (var (name, path) in options.TrackerSettings)
        {
            service.WithEnvironment($"{TrackerPaths.Section}__{name}", path);
        }

        return service;
    }

    /// <summary>Whoever hosts the gateway checks as well, but cannot know how another port is chosen.</summary>
    private static void CheckPort(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw StackOptions.Mistake(
                $"Port {port}, which the gateway is to listen on, is taken by another process. Choose another with --port.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw StackOptions.Mistake(
                $"Port {port}, which the gateway is to listen on, is not open to this user. Choose another with --port.");
        }
    }
}
