namespace Analytics.TrafficGenerator;

internal enum DeviceKind
{
    Desktop,
    Tablet,
    Mobile,
}

internal sealed record Device(DeviceKind Kind, double Share, int[] Screen, int[] Viewport, string UserAgent);

/// <summary>Where a visit comes from: its referrer, the query it lands with, and how ready to buy it is.</summary>
internal sealed record Source(double Share, string Referrer, string Query, double Intent, double Bounce, string[] Landings);

internal sealed class Visitor(Guid id, Device device, string language, string timezone)
{
    public Guid Id { get; } = id;

    public Device Device { get; } = device;

    public string Language { get; } = language;

    public string Timezone { get; } = timezone;

    public DateTimeOffset LastSeen { get; set; }
}

/// <summary>Who comes: new visitors and returning ones, their devices, their languages, their ways to the shop.</summary>
internal sealed class Audience(Dice dice)
{
    private const double Returning = 0.32;

    private readonly List<Visitor> _known = [];

    public Visitor Next(DateTimeOffset at)
    {
        if (_known.Count > 0 && dice.Chance(Returning))
        {
            // Mostly people of the last days.
            var back = Math.Min(_known.Count, 1 + (int)dice.LogNormal(_known.Count / 8.0, 1.1));
            var known = _known[^back];
            // Still here: that would be the same session.
            if (at - known.LastSeen > TimeSpan.FromMinutes(45))
            {
                return known;
            }
        }

        var hour = at.Hour;
        var weekend = at.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var desk = weekend || hour is < 8 or > 17 ? 0.55 : 1.25;
        var device = dice.Pick(Devices, candidate => candidate.Share * (candidate.Kind == DeviceKind.Desktop ? desk : 1));
        var (language, timezone, _) = dice.Pick(Locales, locale => locale.Share);
        var visitor = new Visitor(dice.Uuid4(), device, language, timezone);
        _known.Add(visitor);
        return visitor;
    }

    public Source SourceOf(Visitor visitor, DateTimeOffset at) => dice.Pick(Sources, source => source.Share * Pull(source, visitor, at));

    private static double Pull(Source source, Visitor visitor, DateTimeOffset at) => source switch
    {
        { Query: LetterQuery } => Schedule.IsLetterDay(at) ? 3.5 : 0.6,
        { Referrer: "" } when visitor.LastSeen != default => 2.5,
        { Intent: < 0.8 } when visitor.Device.Kind == DeviceKind.Desktop => 0.5,
        _ => 1,
    };

    private const string LetterQuery = "utm_source=newsletter&utm_medium=email&utm_campaign=autumn-letter";

    private const string Home = "/demo/";
    private const string Shop = "/demo/shop.html";
    private const string Lantern = "/demo/products/storm-lantern.html";
    private const string Blanket = "/demo/products/wool-blanket.html";
    private const string Mug = "/demo/products/enamel-mug.html";

    private static readonly Source[] Sources =
    [
        new(30, "", "", 1.2, 0.36, [Home, Home, Home, Shop]),
        new(27, "https://www.google.com/", "", 1.0, 0.40, [Home, Shop, Lantern, Blanket, Mug, "/demo/products/rope-basket.html", "/demo/products/cedar-board.html"]),
        new(4, "https://www.bing.com/", "", 1.0, 0.42, [Home, Shop, Blanket]),
        new(3, "https://duckduckgo.com/", "", 1.1, 0.38, [Home, Lantern]),
        new(2, "https://chatgpt.com/", "utm_source=chatgpt.com", 1.3, 0.34, [Lantern, Blanket]),
        new(5, "https://www.google.com/", "utm_source=google&utm_medium=cpc&utm_campaign=lanterns", 1.3, 0.45, [Lantern]),
        new(6, "https://l.instagram.com/", "utm_source=instagram&utm_medium=social&utm_campaign=workshop-reel", 0.5, 0.58, [Home, Mug, Blanket]),
        new(4, "https://l.facebook.com/", "", 0.6, 0.55, [Home, Lantern]),
        new(4, "https://www.pinterest.com/", "", 0.7, 0.50, [Blanket, "/demo/products/rope-basket.html", "/demo/products/linen-apron.html"]),
        new(2, "https://www.reddit.com/", "", 0.7, 0.52, [Lantern, "/demo/products/fisher-beanie.html"]),
        new(1, "https://www.youtube.com/", "", 0.6, 0.55, [Home, "/demo/about.html"]),
        new(8, "", LetterQuery, 1.9, 0.26, [Shop, Blanket, "/demo/products/pine-candle.html"]),
        new(3, "https://boatlog.example/gear/ten-things-that-last", "", 1.4, 0.33, [Lantern, "/demo/about.html"]),
        new(1, "https://news.ycombinator.com/", "", 0.3, 0.66, ["/demo/about.html"]),
    ];

    private static readonly (string Language, string Timezone, double Share)[] Locales =
    [
        ("en-GB", "Europe/London", 22), ("de-DE", "Europe/Berlin", 18), ("es-ES", "Europe/Madrid", 14), ("fr-FR", "Europe/Paris", 9),
        ("nb-NO", "Europe/Oslo", 8), ("sv-SE", "Europe/Stockholm", 6), ("nl-NL", "Europe/Amsterdam", 6), ("pt-PT", "Europe/Lisbon", 4),
        ("en-IE", "Europe/Dublin", 3), ("en-US", "America/New_York", 6), ("en-US", "America/Los_Angeles", 4),
    ];

    private static readonly Device[] Devices =
    [
        new(DeviceKind.Desktop, 12, [1920, 1080], [1920, 953], "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"),
        new(DeviceKind.Desktop, 7, [1536, 864], [1536, 730], "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
        new(DeviceKind.Desktop, 5, [1920, 1080], [1905, 945], "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0"),
        new(DeviceKind.Desktop, 4, [1920, 1080], [1920, 947], "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"),
        new(DeviceKind.Desktop, 5, [1440, 900], [1440, 789], "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"),
        new(DeviceKind.Desktop, 5, [1512, 982], [1512, 827], "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"),
        new(DeviceKind.Desktop, 2, [2560, 1440], [1280, 1289], "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
        new(DeviceKind.Desktop, 1, [1366, 768], [1366, 633], "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
        new(DeviceKind.Mobile, 15, [390, 844], [390, 664], "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"),
        new(DeviceKind.Mobile, 7, [393, 852], [393, 660], "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"),
        new(DeviceKind.Mobile, 4, [430, 932], [430, 739], "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22H20 Instagram 408.0.0.28.71 (iPhone16,2; iOS 18_7; en_GB; en; scale=3.00; 1290x2796)"),
        new(DeviceKind.Mobile, 13, [412, 915], [412, 785], "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36"),
        new(DeviceKind.Mobile, 6, [360, 800], [360, 668], "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"),
        new(DeviceKind.Mobile, 2, [412, 892], [412, 770], "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0"),
        new(DeviceKind.Tablet, 4, [820, 1180], [820, 1073], "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"),
        new(DeviceKind.Tablet, 2, [800, 1280], [800, 1092], "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
    ];
}
