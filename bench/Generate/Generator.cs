using System.Diagnostics;
using System.Globalization;
using Analytics.Storage;

namespace Analytics.Generate;

/// <summary>
/// Fills a store with the events of one site: (1) the schema and the site's row, (2) how many sessions make that many events, (3) a
/// share of them for each day of the site's calendar, (4) one INSERT SELECT for as many days as make a good block. The engine makes
/// the rows; nothing but parameters crosses the wire.
/// </summary>
internal static class Generator
{
    /// <summary>Events an INSERT: large parts, and yet little memory.</summary>
    private const int EventsPerInsert = 700_000;

    public static async Task RunAsync(GenerateOptions options, CancellationToken ct)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.Timezone, out var zone))
        {
            throw new GenerateException($"--timezone: there is no zone {options.Timezone}.");
        }

        var clickHouse = ClickHouseRegistration.Create(options.ClickHouse);
        await new Migrations(clickHouse).ApplyAsync(ct: ct);
        var site = Identifier.OfSite(options.Site);
        var present = await CountAsync(clickHouse, site, ct);
        if (present > 0)
        {
            throw new GenerateException($"--site {options.Site}: it has {present} events already; take another one, or an empty store.");
        }

        var now = DateTimeOffset.UtcNow;
        await new Sites(clickHouse).SaveAsync(new Site(site, options.Site, "Benchmark", [options.Site], options.Timezone, now), now, ct);

        var perSession = await clickHouse.ScalarAsync<double>(Traffic.EventsPerSessionSql, new Dictionary<string, object?> { ["seed"] = options.Seed }, ct);
        var days = Days(options, zone, (long)(options.Events / perSession));
        var writer = clickHouse.WithSettings(
        [
            new("max_insert_threads", "2"), new("max_block_size", "16384"), new("insert_deduplicate", "0"),
            new("min_insert_block_size_rows", "400000"), new("min_insert_block_size_bytes", "1000000000"),
            new("max_partitions_per_insert_block", "0"), new("parallel_view_processing", "1"),
        ]);
        var watch = Stopwatch.StartNew();
        for (var first = 0; first < days.Count;)
        {
            var count = 1;
            while (first + count < days.Count && (days[first + count].First - days[first].First) * perSession < EventsPerInsert)
            {
                count++;
            }

            await InsertAsync(writer, options.Seed, site, days.GetRange(first, count), ct);
            first += count;
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"\r{first} of {days.Count} days, {watch.Elapsed.TotalSeconds:0} s "));
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var events = await CountAsync(clickHouse, site, ct);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\r{options.Site}: {events} events in {seconds:0.0} s, {events / seconds:0} a second"));
    }

    private static Task<long> CountAsync(ClickHouse clickHouse, uint site, CancellationToken ct) => clickHouse.ScalarAsync<long>(
        "SELECT count() FROM events WHERE site_id = {site:UInt32}", new Dictionary<string, object?> { ["site"] = site }, ct);

    private static Task InsertAsync(ClickHouse clickHouse, ulong seed, uint site, List<Day> days, CancellationToken ct) =>
        clickHouse.ExecuteAsync(
            Traffic.InsertSql,
            new Dictionary<string, object?>
            {
                ["seed"] = seed,
                ["site"] = site,
                ["first"] = days[0].First,
                ["count"] = days.Sum(day => day.Sessions),
                ["firsts"] = days.Select(day => day.First).ToArray(),
                ["starts"] = days.Select(day => day.Start.ToUnixTimeMilliseconds()).ToArray(),
                ["lengths"] = days.Select(day => day.LengthMs).ToArray(),
            },
            ct);

    /// <summary>Traffic grows by half over the span, and is a third less on Saturdays and Sundays.</summary>
    private static List<Day> Days(GenerateOptions options, TimeZoneInfo zone, long sessions)
    {
        var dates = Enumerable.Range(0, options.Days).Select(i => options.Until.AddDays(i + 1 - options.Days)).ToList();
        var weights = dates.Select((date, i) =>
            (1 + (0.5 * i / options.Days)) * (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.66 : 1)).ToList();
        var (all, sum) = (weights.Sum(), 0.0);
        var days = new List<Day>();
        long first = 0;
        foreach (var (date, weight) in dates.Zip(weights))
        {
            sum += weight;
            var until = (long)Math.Round(sessions * sum / all);
            var (start, end) = (Midnight(date, zone), Midnight(date.AddDays(1), zone));
            if (until > first)
            {
                days.Add(new Day(first, until - first, start, (long)(end - start).TotalMilliseconds));
            }

            first = until;
        }

        return days;
    }

    private static DateTimeOffset Midnight(DateOnly date, TimeZoneInfo zone)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    /// <param name="First">Number of its first session.</param>
    private sealed record Day(long First, long Sessions, DateTimeOffset Start, long LengthMs);
}
