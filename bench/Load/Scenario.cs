using System.Text.Json;

namespace Analytics.Load;

internal sealed record Browser(string UserAgent, string Language, int Width, int Height);

/// <summary>
/// What is sent. Pages, referrers, campaigns and browsers differ as they do on a shop's site, by a fixed dice, because what is stored
/// compresses as well as it repeats.
/// </summary>
/// <param name="RequestsPerSession">Consecutive requests that belong to one session; two sessions are one visitor.</param>
internal sealed record Scenario(
    string Name, int Connections, int Rate, int Seconds, int RequestsPerSession, Func<Uri, string, Template[]> Templates)
{
    public const int EventsPerBatch = 100;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("single", Connections: 64, Rate: 0, Seconds: 20, RequestsPerSession: 8,
            (url, site) => Many(128, dice => Immediate(url, site, dice))),
        new("batch", Connections: 8, Rate: 0, Seconds: 20, RequestsPerSession: 1,
            (url, site) => Many(32, dice => Batch(url, site, EventsPerBatch, dice))),
        new("mixed", Connections: 32, Rate: 0, Seconds: 20, RequestsPerSession: 9,
            Mixed),
        new("soak", Connections: 32, Rate: 1_000, Seconds: 300, RequestsPerSession: 9,
            Mixed),
    ];

    private static readonly Browser[] Browsers =
    [
        new(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
            + " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
            "en-US", 1920, 1080),
        new(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
            + " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
            "de-DE", 1536, 864),
        new(
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
            + " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
            "en-GB", 1440, 900),
        new(
            "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
            "fr-FR", 1920, 1200),
        new(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"
            + " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
            "es-ES", 393, 852),
        new(
            "Mozilla/5.0 (Linux; Android 10; K)"
            + " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
            "en-US", 412, 915),
        new(
            "Mozilla/5.0 (Linux; Android 14; SM-S921B)"
            + " AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "it-IT", 360, 780),
        new(
            "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X)"
            + " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "nl-NL", 820, 1180),
    ];

    private static readonly string[] Referrers =
        ["", "", "", "https://www.google.com/", "https://www.google.com/", "https://www.bing.com/", "https://t.co/", "https://news.example/story/17"];

    private static readonly string[] Campaigns =
    [
        "", "", "", "", "", "",
        "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn",
        "?utm_source=google&utm_medium=cpc&utm_campaign=brand",
    ];

    private static readonly string[] Products = ["mug", "lantern", "blanket", "candle", "basket", "apron", "board", "beanie", "tray", "vase"];

    private static Template[] Many(int count, Func<Random, Template> make)
    {
        var dice = new Random(20);
        return [.. Enumerable.Range(0, count).Select(_ => make(dice))];
    }

    /// <summary>Every contract, in turn; half of the events come in batches, as they do from our own tracker.</summary>
    private static Template[] Mixed(Uri url, string site)
    {
        var dice = new Random(20);
        return
        [
            .. Enumerable.Range(0, 16).SelectMany(_ => new[]
            {
                Batch(url, site, 10, dice), Immediate(url, site, dice), Custom(url, site, dice), Buffered(url, site, dice), Journey(url, site, dice),
                Track(url, site, dice), Activity(url, site, dice), Behavior(url, site, dice), Batch(url, site, 20, dice),
            }),
        ];
    }

    private static Template Immediate(Uri url, string site, Random dice)
    {
        var (browser, page) = (One(Browsers, dice), Page(dice));
        return Post(url, "/collect", 1, browser, new
        {
            type = "pageview",
            websiteId = site,
            domain = "shop.example",
            href = page + One(Campaigns, dice),
            referrer = One(Referrers, dice),
            title = Title(page),
            viewport = new { width = browser.Width, height = browser.Height - 120 },
            language = browser.Language,
            visitorId = Template.Visitor,
            sessionId = Template.Session,
        });
    }

    private static Template Custom(Uri url, string site, Random dice) => Post(url, "/collect", 1, One(Browsers, dice), new
    {
        type = "custom",
        websiteId = site,
        domain = "shop.example",
        href = Page(dice),
        visitorId = Template.Visitor,
        sessionId = Template.Session,
        eventName = "add_to_cart",
        eventData = new { product = One(Products, dice), quantity = dice.Next(1, 4) },
    });

    private static Template Batch(Uri url, string site, int events, Random dice)
    {
        var (browser, page) = (One(Browsers, dice), Page(dice));
        var list = new List<object> { new { name = "pageview", at = 0 } };
        var at = 1_000;
        while (list.Count < events - 1)
        {
            at += 1_000 * dice.Next(1, 4);
            var when = Template.Varying(at);
            list.Add(dice.Next(10) switch
            {
                < 6 => Click(when, browser, dice),
                < 8 => new { name = "scroll", at = when, scroll = dice.Next(1, 101) },
                _ => new { name = "filter", at = when, props = new { by = One(Products, dice), open = true } },
            });
        }

        var end = Template.Varying(at + 1_000);
        list.Add(new { name = "pageleave", at = end, scroll = dice.Next(20, 101), dwell = end });
        return Post(url, "/collect/batch", list.Count, browser, new
        {
            site,
            batch = Template.Request,
            visitor = Template.Visitor,
            session = Template.Session,
            sentAt = Template.Now,
            page = new
            {
                url = page + One(Campaigns, dice),
                referrer = One(Referrers, dice),
                title = Title(page),
                viewport = new[] { browser.Width, browser.Height - 120 },
                document = new[] { browser.Width, 4_000 },
                screen = new[] { browser.Width, browser.Height },
                language = browser.Language,
                timezone = "Europe/Madrid",
            },
            events = list,
        });
    }

    private static object Click(string at, Browser browser, Random dice)
    {
        var product = One(Products, dice);
        return new
        {
            name = "click",
            at,
            x = dice.Next(browser.Width),
            y = Template.Varying(1_000 * dice.Next(1, 4)),
            element = new
            {
                selector = $"main>ul.products>li.{product}>a",
                tag = "A",
                text = $"A {product}",
                ex = Template.VaryingShare,
                ey = Template.VaryingShare,
            },
        };
    }

    private static Template Buffered(Uri url, string site, Random dice) => Post(url, "/api/events", 3, One(Browsers, dice), new
    {
        metadata = new
        {
            websiteId = site,
            batch = Template.Request,
            visitorId = Template.Visitor,
            sessionId = Template.Session,
            url = Page(dice),
            timestamp = Template.Now,
        },
        analytics = new object[]
        {
            new { type = "click", tag = "BUTTON", id = "buy", text = "Buy", x = dice.Next(1_000), y = dice.Next(2_000), timestamp = Template.Now },
            new { type = "scroll", percent = dice.Next(1, 101), timestamp = Template.Now },
            new { type = "external_link", href = "https://elsewhere.example/", text = "Elsewhere", timestamp = Template.Now },
        },
    });

    private static Template Journey(Uri url, string site, Random dice)
    {
        var page = Page(dice);
        return Post(url, "/api/events", 2, One(Browsers, dice), new object[]
        {
            new
            {
                site_id = site, visitor_id = Template.Visitor, session_id = Template.Session, event_type = "page_view", page_url = page,
                timestamp = Template.Now,
            },
            new
            {
                site_id = site, visitor_id = Template.Visitor, session_id = Template.Session, event_type = "click", page_url = page,
                timestamp = Template.Now, x = dice.Next(1_000), y = dice.Next(2_000),
            },
        });
    }

    private static Template Track(Uri url, string site, Random dice) => Post(url, "/api/track", 1, One(Browsers, dice), new
    {
        site_id = site,
        visitor_id = Template.Visitor,
        session_id = Template.Session,
        action_type = "button_click",
        page = Page(dice),
        element_id = "subscribe",
        additional_data = new { element_text = "Subscribe", element_type = "button" },
    });

    private static Template Activity(Uri url, string site, Random dice) => Post(url, "/api/activity/track", 1, One(Browsers, dice), new
    {
        site_id = site,
        session_id = Template.Session,
        user_id = Template.Visitor,
        activity_type = "page_view",
        page_url = Page(dice),
        metadata = new { plan = "free" },
    });

    private static Template Behavior(Uri url, string site, Random dice)
    {
        var browser = One(Browsers, dice);
        var page = Page(dice);
        return Post(url, "/api/track-behavior/", 3, browser, new
        {
            site_id = site,
            visitor_id = Template.Visitor,
            session_id = Template.Session,
            page_url = page,
            userInfo = new { windowSize = new[] { browser.Width, browser.Height } },
            time = new { startTime = Template.Now, currentTime = Template.Now, stopTime = 0 },
            clicks = new
            {
                clickCount = 1,
                clickDetails = new[] { new object[] { dice.Next(1_000), dice.Next(2_000), "html>body>div#login>input", Template.Now } },
            },
            mouseMovements = new[] { new object[] { dice.Next(1_000), dice.Next(800), Template.Now } },
            mouseScroll = new[] { new object[] { 0, dice.Next(2_000), Template.Now } },
            navigationHistory = new[] { new object[] { page, Template.Now } },
            visibilitychanges = new[] { new object[] { "hidden", Template.Now } },
        });
    }

    private static Template Post(Uri url, string path, int events, Browser browser, object body) =>
        Template.Post(url, path, events, browser, JsonSerializer.Serialize(body));

    private static string Page(Random dice) =>
        dice.Next(4) == 0 ? "https://shop.example/" : $"https://shop.example/products/{One(Products, dice)}-{dice.Next(20)}";

    private static string Title(string page) => $"{page[(page.LastIndexOf('/') + 1)..]} | The shop";

    private static T One<T>(T[] of, Random dice) => of[dice.Next(of.Length)];
}
