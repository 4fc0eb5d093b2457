using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>
/// Five weeks of a shop's visitors, always the same: several sessions each, some over midnight, some without a page view; clicks with
/// positions, page leaves with dwell, purchases in two currencies, events of one millisecond. The site's clock is New York's, which is
/// put back on 1 November 2026.
/// </summary>
internal sealed class RandomTraffic
{
    public const string Zone = "America/New_York";
    private const int Size = 100_000;

    private static readonly DateTimeOffset Begin = new(2026, 10, 19, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Pages = ["/", "/", "/", "/pricing", "/blog/a", "/blog/b", "/blog/c", "/product/1", "/product/2", "/product/3", "/about", "/checkout", "/thanks", "/50%_off"];
    private static readonly string[] Countries = ["ES", "FR", "DE", "US", "IN", ""];
    private static readonly string[] Devices = ["desktop", "desktop", "mobile", "tablet"];
    private static readonly string[] Browsers = ["Firefox", "Chrome", "Safari"];
    private static readonly string[] Hosts = ["shop.example", "www.shop.example"];
    private static readonly (string Source, string Channel)[] Sources =
        [("Google", "Organic Search"), ("Bing", "Organic Search"), ("", "Direct"), ("", "Direct"), ("Newsletter", "Email"), ("X", "Organic Social")];
    private static readonly string[] Campaigns = ["", "", "spring", "autumn"];

    private readonly Random random = new(20261120); // the seed: the traffic is the same in every run
    private readonly uint site;
    private readonly List<EventRow> events = new(Size);

    private RandomTraffic(uint site) => this.site = site;

    /// <summary>In no order.</summary>
    public static IReadOnlyList<EventRow> Of(uint site)
    {
        var traffic = new RandomTraffic(site);
        for (var visitor = 0; traffic.events.Count < Size; visitor++)
        {
            traffic.Visitor(visitor);
        }

        return traffic.events[..Size];
    }

    private void Visitor(int number)
    {
        var (country, device, browser) = (Pick(Countries), Pick(Devices), Pick(Browsers));
        var time = Begin.AddMilliseconds(random.NextInt64((Api.Now - Begin).Ticks / TimeSpan.TicksPerMillisecond));
        for (var session = 0; session < 1 + random.Next(6) && time < Api.Now.AddHours(-4); session++)
        {
            time = Session(time, number, session, row => (row.Country, row.Device, row.Browser) = (country, device, browser));
            time = time.AddMilliseconds(random.NextInt64((long)TimeSpan.FromMinutes(31).TotalMilliseconds, (long)TimeSpan.FromDays(random.Next(2) == 0 ? 1 : 9).TotalMilliseconds));
        }
    }

    /// <returns>When it ended.</returns>
    private DateTimeOffset Session(DateTimeOffset time, int visitor, int number, Action<EventRow> visitorsOwn)
    {
        var key = $"visitor {visitor} session {number}";
        var (source, channel) = Pick(Sources);
        var campaign = Pick(Campaigns);
        var host = Pick(Hosts);
        var firstPage = true;

        void Add(string name, string path, Action<EventRow>? change = null)
        {
            var row = new EventRow
            {
                SiteId = site,
                Timestamp = time,
                Name = name,
                VisitorId = Identifier.Of($"visitor {visitor}"),
                SessionId = Identifier.Of(key),
                SessionKey = key,
                Hostname = host,
                Path = path,
                Title = $"Title of {path}",
                DocumentWidth = (ushort)(random.Next(2) == 0 ? 1000 : 1280),
                DocumentHeight = 3000,
            };
            visitorsOwn(row);
            change?.Invoke(row);
            events.Add(row);
        }

        if (random.Next(20) == 0)
        {
            Add("server_call", ""); // a session that never shows a page
            return time;
        }

        for (var page = Pick(Pages); random.Next(8) != 0; page = random.Next(6) == 0 ? page : Pick(Pages))
        {
            Add("pageview", page, row =>
            {
                (row.Source, row.Channel, row.UtmCampaign) = firstPage ? (source, channel, campaign) : ("shop.example", "Internal", "");
                firstPage = false;
            });
            if (page.StartsWith("/product", StringComparison.Ordinal))
            {
                Add("product_view", page, row => row.Props = [new("stock", random.Next(20).ToString(System.Globalization.CultureInfo.InvariantCulture))]); // at once
            }

            for (var click = random.Next(4); click > 0; click--)
            {
                Wait(30);
                Add("click", page, row =>
                {
                    (row.X, row.Y, row.ElementSelector) = ((ushort)random.Next(1000), (uint)random.Next(3000), Pick(["#buy", "a.nav", "#search", ""]));
                    (row.ElementX, row.ElementY) = random.Next(2) == 0 ? ((ushort)random.Next(10_001), (ushort)random.Next(10_001)) : (ushort.MaxValue, ushort.MaxValue);
                });
            }

            if (random.Next(3) == 0)
            {
                Wait(60);
                Add("add_to_cart", page);
            }

            if (page == "/checkout" || random.Next(25) == 0)
            {
                Wait(90);
                Add("purchase", page, row =>
                    (row.Revenue, row.Currency, row.OrderId) = (random.Next(1, 20_000) / 100m, random.Next(5) == 0 ? "USD" : "EUR", $"order {events.Count}"));
            }

            if (random.Next(10) == 0)
            {
                Add("signup", page, row => row.Props = [new("plan", Pick(["free", "pro", "team"])), new("seats", random.Next(1, 30).ToString(System.Globalization.CultureInfo.InvariantCulture))]);
            }

            Wait(200);
            Add("pageleave", page, row => (row.ScrollDepth, row.DwellMs) = ((byte)random.Next(101), (uint)random.Next(120_000)));
            Wait(random.Next(8) == 0 ? 1200 : 5);
        }

        if (firstPage)
        {
            Add("pageview", "/", row => (row.Source, row.Channel, row.UtmCampaign) = (source, channel, campaign));
        }

        return time;

        void Wait(int seconds) => time = time.AddMilliseconds(1 + random.Next(seconds * 1000));
    }

    private T Pick<T>(T[] choices) => choices[random.Next(choices.Length)];
}
