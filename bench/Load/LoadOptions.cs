using System.Globalization;
using System.Net;

namespace Analytics.Load;

/// <summary>Something the person at the console can mend.</summary>
internal sealed class LoadException(string message) : Exception(message);

/// <summary>What may be said on the command line.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        dotnet run -c Debug --project bench/Load -- [options]

          --url URL             the gateway, on this machine (http://localhost:8080)
          --api-key KEY         for freshness, and for counts where there is no ClickHouse to ask
          --clickhouse TEXT     connection string (else as the stack's own services were told)
          --apphost-pid PID     root of the stack's processes (else the parent of whoever listens on the gateway's port)
          --scenario NAME       single, batch, mixed or soak (single)
          --seconds N           how long to send (20; soak 300)
          --requests N          how much to send, instead
          --connections N       open at once, one request under way on each (single 64, batch 8, mixed 32, soak 32)
          --rate N              requests a second, evenly; 0 is as fast as answers come (0; soak 1000)
          --no-probe            without freshness: no other request on the machine
          --merge               merges the tables before their size is taken
        """;

    // Bounded, whatever is asked for.
    private const int MaxSeconds = 3_600;
    private const int MaxRequests = 50_000_000;
    private const int MaxConnections = 1_024;

    private static readonly string[] Names =
        ["url", "api-key", "clickhouse", "apphost-pid", "scenario", "seconds", "requests", "connections", "rate"];

    private static readonly string[] Flags = ["no-probe", "merge"];

    public required Uri Url { get; init; }

    public string? ApiKey { get; init; }

    public string? ClickHouse { get; init; }

    public int? AppHostPid { get; init; }

    public required Scenario Scenario { get; init; }

    public required TimeSpan Duration { get; init; }

    public required long Requests { get; init; }

    public required int Connections { get; init; }

    /// <summary>Requests a second over all connections, or 0.</summary>
    public required int Rate { get; init; }

    public bool Probe { get; init; }

    public bool Merge { get; init; }

    public static LoadOptions Parse(string[] args)
    {
        var given = Read(args);
        var name = given.GetValueOrDefault("scenario", "single");
        var scenario = Scenario.All.FirstOrDefault(s => s.Name == name)
            ?? throw new LoadException($"--scenario {name}: it is one of {string.Join(", ", Scenario.All.Select(s => s.Name))}.");
        var isCounted = given.ContainsKey("requests");
        return new()
        {
            Url = Loopback(given.GetValueOrDefault("url", "http://localhost:8080")),
            ApiKey = given.GetValueOrDefault("api-key"),
            ClickHouse = given.GetValueOrDefault("clickhouse"),
            AppHostPid = given.ContainsKey("apphost-pid") ? Number(given, "apphost-pid", 0, 1, int.MaxValue) : null,
            Scenario = scenario,
            Duration = TimeSpan.FromSeconds(Number(given, "seconds", isCounted ? MaxSeconds : scenario.Seconds, 1, MaxSeconds)),
            Requests = Number(given, "requests", MaxRequests, 1, MaxRequests),
            Connections = Number(given, "connections", scenario.Connections, 1, MaxConnections),
            Rate = Number(given, "rate", scenario.Rate, 0, 1_000_000),
            Probe = !given.ContainsKey("no-probe"),
            Merge = given.ContainsKey("merge"),
        };
    }

    /// <summary>Load is aimed at nobody else's machine.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static Dictionary<string, string> Read(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            if (Flags.Contains(name))
            {
                given[name] = "";
            }
            else if (!Names.Contains(name))
            {
                throw new LoadException($"There is no option {args[i]}. See them all with --help.");
            }
            else if (i + 1 == args.Length)
            {
                throw new LoadException($"{args[i]} needs a value.");
            }
            else
            {
                given[name] = args[++i];
            }
        }

        return given;
    }

    private static Uri Loopback(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == "http" && IsLoopback(url.DnsSafeHost)
            ? url
            : throw new LoadException($"--url {text}: it is http:// on this machine (localhost, 127.0.0.1, [::1]).");

    private static int Number(Dictionary<string, string> given, string name, int otherwise, int least, int most) =>
        !given.TryGetValue(name, out var text)
            ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new LoadException($"--{name} {text}: give a number from {least} to {most}.");
}
