using System.Globalization;

namespace Analytics.TrafficGenerator;

/// <summary>What the command line asks for.</summary>
internal sealed record GeneratorOptions
{
    public const string Usage = """
        Sends believable visits to the demo shop through the public endpoint POST /collect/batch.

          dotnet run --project tests/TrafficGenerator -- --url http://localhost:8080 --api-key KEY [options]

          --url URL              the gateway                                   (http://localhost:8080)
          --api-key KEY          needed: only with a key is history accepted   (environment: ANALYTICS_API_KEY)
          --site KEY             the site's key                                (demo)
          --days N               days up to and with today, UTC                (30)
          --visits-per-day N     on an average day                             (400)
          --seed N               the same seed gives the same visits           (1)
          --concurrency N        requests in flight                            (16)

        Every request has the headers X-Api-Key and X-Backfill: true. The second tells the collector to take `page.at` as it is:
        without it, `sentAt` would be read as the client's clock, and all of history corrected to now.
        """;

    public Uri Url { get; private init; } = new("http://localhost:8080");

    public string ApiKey { get; private init; } = Environment.GetEnvironmentVariable("ANALYTICS_API_KEY") ?? "";

    public string Site { get; private init; } = "demo";

    public int Days { get; private init; } = 30;

    public int VisitsPerDay { get; private init; } = 400;

    public int Seed { get; private init; } = 1;

    public int Concurrency { get; private init; } = 16;

    /// <exception cref="FormatException">The message says what is wrong with the command line.</exception>
    public static GeneratorOptions Parse(IReadOnlyList<string> args)
    {
        var options = new GeneratorOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--url" => options with { Url = Address(value) },
                "--api-key" => options with { ApiKey = value },
                "--site" => options with { Site = value },
                "--days" => options with { Days = Number(args[i], value, 1, 3_650) },
                "--visits-per-day" => options with { VisitsPerDay = Number(args[i], value, 1, 1_000_000) },
                "--seed" => options with { Seed = Number(args[i], value, 0, int.MaxValue) },
                "--concurrency" => options with { Concurrency = Number(args[i], value, 1, 256) },
                _ => throw new FormatException($"{args[i]} is no option."),
            };
        }

        return options.ApiKey.Length > 0 ? options : throw new FormatException("--api-key is needed: only with a key is history accepted.");
    }

    private static Uri Address(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new FormatException($"--url must be like http://localhost:8080, not {value}.");

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} must be a number from {least} to {most}, not {value}.");
}
