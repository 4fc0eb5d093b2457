using System.Globalization;

namespace Analytics.QueryApi.Tests.Rollups;

/// <summary>Made-up visits of returning visitors; one in four goes on over some hour's end, and so over midnight in some zone.</summary>
internal static class Visits
{
    private static readonly string[] Names = ["pageview", "pageview", "pageview", "click", "pageleave", "signup", "purchase"];
    private static readonly string[] Sources = ["", "Google", "Bing", "Newsletter", "Zürich"];
    private static readonly string[] Countries = ["DE", "FR", "US", ""];

    public static IEnumerable<TestEvent> Random(int seed, string from, string to, int sessions)
    {
        var random = new Random(seed);
        var begin = DateTimeOffset.Parse($"{from}T00:00:00Z", CultureInfo.InvariantCulture);
        var span = DateTimeOffset.Parse($"{to}T12:00:00Z", CultureInfo.InvariantCulture) - begin;
        for (var session = 0; session < sessions; session++)
        {
            var visitor = random.Next(1 + (sessions / 3));
            var time = begin + (span * random.NextDouble());
            if (random.Next(4) == 0)
            {
                time = new DateTimeOffset(time.Year, time.Month, time.Day, time.Hour, 55, 0, TimeSpan.Zero);
            }

            var source = Sources[random.Next(Sources.Length)];
            for (var left = random.Next(1, 9); left > 0; left--)
            {
                var name = Names[random.Next(Names.Length)];
                var page = $"/p{(int)Math.Pow(12, random.NextDouble())}";
                var dwell = (uint)random.Next(60_000);
                var device = visitor % 2 == 0 ? "mobile" : "desktop";
                var revenue = name == "purchase" ? random.Next(10_000) / 100m : 0;
                yield return TestEvent.Custom(name, page).By($"v{seed}-{visitor}").In($"s{seed}-{session}").At(time.ToString("O", CultureInfo.InvariantCulture))
                    .From(source).Having(row =>
                    {
                        (row.Title, row.Channel, row.Referrer) = ($"Title of {page}", source.Length > 0 ? "Search" : "Direct", source);
                        (row.UtmSource, row.UtmCampaign) = (visitor % 5 == 0 ? "mail" : "", visitor % 10 == 0 ? "spring" : "");
                        (row.Device, row.Browser, row.Os) = (device, $"B{visitor % 3}", $"O{visitor % 4}");
                        (row.BrowserVersion, row.OsVersion, row.Language) = ($"{visitor % 7}", $"{visitor % 2}", "de");
                        (row.Country, row.Region, row.City, row.Timezone) = (Countries[visitor % 4], $"R{visitor % 6}", $"C{visitor % 9}", "UTC");
                        (row.DwellMs, row.Revenue) = (dwell, revenue);
                    });
                time += TimeSpan.FromSeconds(random.Next(1, 1_500));
            }
        }
    }
}
