using System.Net;
using Analytics.Collector.Collect;
using Analytics.Collector.Enrichment;
using Analytics.Collector.Tests.Contracts;
using Analytics.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Tests.Enrichment;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("https://ann:pw@a.example/x?password=1&q=mug&token=2&utm_source=nl", "a.example|/x|q=mug|nl")]
    [InlineData("//ann:pw@a.example/x", "a.example|/x||")]
    [InlineData("https://a.example/reset/ann@example.com/now", "a.example|/reset/***/now||")]
    [InlineData("https://a.example/reset/ann%40example.com", "a.example|/reset/***||")]
    [InlineData("https://a.example/p;jsessionid=AB12?PHPSESSID=1&access-token=2&apiKey=3&E-Mail=x&page=2", "a.example|/p|page=2|")]
    [InlineData("https://a.example/?x=ann@example.com&y=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl&utm_source=ann@example.com&z=1", "a.example|/|z=1|")]
    [InlineData("https://a.example/npm/package@1.2.3/@scope/x", "a.example|/npm/package@1.2.3/@scope/x||")]
    [InlineData("https://a.example/?author=poe&keyword=raven&tokens=3", "a.example|/|author=poe&keyword=raven|")]
    public void An_address_keeps_no_secret(string url, string expected)
    {
        var address = PageAddress.Parse(url);

        Assert.Equal(expected, $"{address.Host}|{address.Path}|{address.Query}|{address.UtmSource}");
    }

    [Theory]
    [InlineData("https://a.example", "https://a.example")]
    [InlineData("https://u:p@a.example/x?token=1&a=2#frag", "https://a.example/x?a=2")]
    [InlineData("//a.example/x", "//a.example/x")]
    [InlineData("/x?email=a&b=1", "/x?b=1")]
    [InlineData("?secret=1&b=1", "?b=1")]
    [InlineData("#top", "")]
    [InlineData("mailto:ann@example.com", "mailto:")]
    [InlineData("video.mp4", "video.mp4")]
    [InlineData("/go?to=https://b.example/", "/go?to=https://b.example/")]
    [InlineData(null, "")]
    public void A_link_is_cleaned_and_stays_a_link(string? url, string expected) => Assert.Equal(expected, PageAddress.Clean(url));

    [Theory]
    [InlineData("failed: https://a.example/x?token=abc (500)", "failed: https://a.example/x (500)")]
    [InlineData("/x?password=1", "/x")]
    [InlineData("what? no/yes", "what? no/yes")]
    public void Addresses_inside_texts_are_cleaned_too(string text, string expected) => Assert.Equal(expected, Secrets.MaskAddresses(text));

    [Fact]
    public void Email_addresses_in_titles_are_masked() => Assert.Equal("Inbox of ***", Secrets.Mask("Inbox of ann.b+c@mail.example.com"));
}

public sealed class SourceNameTests
{
    private static readonly ReferrerSource Sources = new(Options.Create(new ReferrerOptions()));

    [Theory]
    [InlineData("google", "Google")]
    [InlineData("GOOGLE", "Google")]
    [InlineData("facebook", "Facebook")]
    [InlineData("newsletter", "newsletter")]
    public void A_tag_that_names_a_known_source_is_that_source(string tag, string source) =>
        Assert.Equal(source, Sources.Of(null, PageAddress.Parse("https://a.example/?utm_source=" + tag)).Source);
}

public sealed class ClientHintsTests
{
    private const string Reduced = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    private const string Windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private static readonly UserAgents Agents = new();

    [Theory]
    [InlineData(Windows, "\"Windows\"", "\"15.0.0\"", "?0", "", "desktop|Windows|11")]
    [InlineData(Windows, "\"Windows\"", "", "?0", "", "desktop|Windows|10")]
    [InlineData(Reduced, "\"Android\"", "\"14.0.0\"", "?1", "\"Pixel 8\"", "mobile|Android|14")]
    [InlineData(Reduced, "\"Android\"", "\"13.0.0\"", "?0", "\"SM-X700\"", "tablet|Android|13")]
    [InlineData(Reduced, "\"Android\"", "", "?0", "\"BRAVIA TV\"", "tv|Android|10")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "\"Chrome OS\"", "\"140.1\"", "?0", "", "desktop|Chrome OS|140")]
    [InlineData(Posts.Browser, "not quoted", "", "", "", "desktop|Linux|")]
    [InlineData(Posts.Browser, "\"Unknown\"", "", "?0", "", "desktop|Linux|")]
    public void Hints_know_better_than_the_user_agent(string agent, string platform, string version, string mobile, string model, string expected)
    {
        var headers = new HeaderDictionary
        {
            ["Sec-CH-UA-Platform"] = platform,
            ["Sec-CH-UA-Platform-Version"] = version,
            ["Sec-CH-UA-Mobile"] = mobile,
            ["Sec-CH-UA-Model"] = model,
        };

        var refined = ClientHints.Of(headers).Refine(Agents.Read(agent));

        Assert.Equal(expected, $"{refined.Device}|{refined.Os}|{refined.OsVersion}");
    }
}

public sealed class GeoTests
{
    private static readonly CountryTable Countries = new();

    [Theory]
    [InlineData("8.8.8.8", "US")]
    [InlineData("193.0.6.139", "NL")]
    [InlineData("2001:4860:4860::8888", "US")]
    [InlineData("2a00:1450:4003::1", "IE")]
    [InlineData("127.0.0.1", "")]
    [InlineData("10.1.2.3", "")]
    [InlineData("0.0.0.0", "")]
    [InlineData("255.255.255.255", "")]
    [InlineData("::1", "")]
    [InlineData("fe80::1", "")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "")]
    public void An_address_is_in_a_country_or_in_none(string address, string country) =>
        Assert.Equal(country, Countries.Find(IPAddress.Parse(address)).Country);

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        IPAddress[] addresses = [IPAddress.Parse("8.8.8.8"), IPAddress.Parse("2001:4860:4860::8888"), IPAddress.Parse("203.0.113.7")];
        foreach (var address in addresses)
        {
            Countries.Find(address);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3_000; i++)
        {
            Countries.Find(addresses[i % 3]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void An_owners_file_knows_cities()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """"
            2.0.0.0,2.0.0.255,FR,Île-de-France,,Paris,75001,48.8,2.3,Europe/Paris
            1.0.0.0,1.0.0.255,AU,"Queensland, AU",,"The ""Gap""",4061,-27.4,152.9,
            2001:db8:0::,2001:db8:1:ffff:ffff:ffff:ffff:ffff,DE,Hessen,,Frankfurt,,,,
            """");
        try
        {
            var cities = CityTable.Read([file]);

            Assert.Equal(3, cities.Count);
            Assert.Equal(new Place("AU", "Queensland, AU", "The \"Gap\""), cities.Find(IPAddress.Parse("1.0.0.77")));
            Assert.Equal(new Place("FR", "Île-de-France", "Paris"), cities.Find(IPAddress.Parse("2.0.0.255")));
            Assert.Equal(new Place("DE", "Hessen", "Frankfurt"), cities.Find(IPAddress.Parse("2001:db8:1:2::3")));
            Assert.Null(cities.Find(IPAddress.Parse("2.0.1.0")));
            Assert.Null(cities.Find(IPAddress.Parse("0.0.0.1")));

            File.WriteAllText(file, "1.0.0.0,nowhere,AU,,,X\n");
            Assert.Throws<InvalidDataException>(() => CityTable.Read([file]));
        }
        finally
        {
            File.Delete(file);
        }
    }
}

public sealed class VisitorRatesTests
{
    [Fact]
    public void What_no_person_can_do_is_noticed_and_forgiven_later()
    {
        var time = new ManualTime(new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero));
        var rates = new VisitorRates(Options.Create(new BotOptions { EventsPerSecond = 10, EventsPerMinute = 25 }), time);

        Assert.True(rates.IsPossible(1, 7, 10));
        Assert.False(rates.IsPossible(1, 7, 1));
        Assert.True(rates.IsPossible(2, 7, 1));
        Assert.True(rates.IsPossible(1, 8, 10));
        time.Now = time.Now.AddSeconds(1);
        Assert.True(rates.IsPossible(1, 7, 10));
        time.Now = time.Now.AddSeconds(1);
        Assert.False(rates.IsPossible(1, 7, 9));
        time.Now = time.Now.AddMinutes(1);
        Assert.True(rates.IsPossible(1, 7, 9));
    }

    [Fact]
    public void Of_two_in_one_slot_the_busier_is_counted()
    {
        var rates = new VisitorRates(Options.Create(new BotOptions { EventsPerSecond = 10, EventsPerMinute = 10 }), TimeProvider.System);

        Assert.True(rates.IsPossible(0, 0x1, 8));
        Assert.True(rates.IsPossible(0, 0x2, 5));
        Assert.False(rates.IsPossible(0, 0x1, 5));
    }
}

public sealed class SiteRulesTests
{
    [Theory]
    [InlineData("/admin", "/admin", true)]
    [InlineData("/admin", "/admin/x", false)]
    [InlineData("/admin/*", "/admin/x/y", true)]
    [InlineData("*/preview", "/a/preview", true)]
    [InlineData("/a*b*c", "/a-b-c", true)]
    [InlineData("/a*b*c", "/a-c-b", false)]
    [InlineData("/ab*ba", "/aba", false)]
    [InlineData("*", "/", true)]
    public void A_path_is_blocked_by_its_pattern(string pattern, string path, bool isBlocked) =>
        Assert.Equal(isBlocked, new SiteRules(new Site(1, "a", "a", [], "UTC", default) { BlockedPaths = [pattern] }).IsBlocked(path));
}

/// <summary>A clock that stands still until it is set; timers run as always.</summary>
internal sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
