using System.Globalization;

namespace Analytics.Generate;

/// <summary>Something the person at the console can mend.</summary>
internal sealed class GenerateException(string message) : Exception(message);

/// <summary>What may be said on the command line.</summary>
internal sealed record GenerateOptions(
    string ClickHouse, string Site, string Timezone, long Events, int Days, DateOnly Until, ulong Seed)
{
    public const string Usage = """
        dotnet run -c Debug --project bench/Generate -- --clickhouse TEXT [options]

          --clickhouse TEXT   connection string or URL of the store; migrations are applied to it
          --events N          about how many events (1000000)
          --site KEY          the site that they are of, which must have none yet (bench.example)
          --timezone ZONE     its time zone (Europe/Berlin)
          --days N            over how many days (365)
          --until DATE        the last of them (today)
          --seed N            another seed, other events (1)
        """;

    public static GenerateOptions Parse(string[] args)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
            {
                throw new GenerateException($"{args[i]}: options come in pairs. See them all with --help.");
            }

            given[args[i][2..]] = args[i + 1];
        }

        string Text(string name, string otherwise) => given.Remove(name, out var text) ? text : otherwise;
        long Number(string name, long otherwise, long most) =>
            long.TryParse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number <= most
                ? number
                : throw new GenerateException($"--{name}: give a number from 1 to {most}.");
        var options = new GenerateOptions(
            Text("clickhouse", ""),
            Text("site", "bench.example"),
            Text("timezone", "Europe/Berlin"),
            Number("events", 1_000_000, 1_000_000_000),
            (int)Number("days", 365, 3_650),
            DateOnly.TryParseExact(
                Text("until", DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), "yyyy-MM-dd",
                CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
                ? until
                : throw new GenerateException("--until: give a date like 2026-11-20."),
            (ulong)Number("seed", 1, long.MaxValue));
        if (given.Count > 0)
        {
            throw new GenerateException($"There is no option --{given.Keys.First()}. See them all with --help.");
        }

        return options.ClickHouse.Length > 0 ? options : throw new GenerateException("--clickhouse says which store.");
    }
}
