using System.Net;
using Analytics.Collector.Enrichment;

namespace Analytics.Collector.Tests.Enrichment;

public sealed class PageAddressTests
{
    [Theory]
    [InlineData("https://Shop.Example:8443/a/b?x=1#top", "shop.example|/a/b|x=1|")]
    [InlineData("http://user:pw@a.example", "a.example|/||")]
    [InlineData("/just/a/path?q=1", "|/just/a/path|q=1|")]
    [InlineData("file:///C:/Users/x/demo.html?a=b", "|/C:/Users/x/demo.html|a=b|")]
    [InlineData("http://[::1]:3000/x", "[::1]|/x||")]
    [InlineData("https://a.example/?gclid=123&b=2&FBCLID=9", "a.example|/|b=2|gclid")]
    [InlineData("https://a.example/?&&=x&a", "a.example|/|a|")]
    [InlineData("", "|||")]
    [InlineData(null, "|||")]
    public void An_address_is_split(string? url, string expected)
    {
        var address = PageAddress.Parse(url);

        Assert.Equal(expected, $"{address.Host}|{address.Path}|{address.Query}|{address.ClickId}");
    }

    [Fact]
    public void Utm_tags_stand_apart_and_are_decoded()
    {
        var address = PageAddress.Parse("https://a.example/?utm_source=news%20letter&utm_medium=e+mail&utm_campaign=%ff&utm_id=7");

        Assert.Equal("news letter|e mail|utm_id=7", $"{address.UtmSource}|{address.UtmMedium}|{address.Query}");
    }
}

public sealed class ReferrerSourceTests
{
    private static readonly ReferrerSource Sources = new();

    [Theory]
    [InlineData("https://www.google.com/search?q=secret", "https://a.example/", "www.google.com/search|Google|Organic Search")]
    [InlineData("https://t.co/abc", "https://a.example/", "t.co/abc|Twitter|Organic Social")]
    [InlineData("https://m.facebook.com/", "https://a.example/", "m.facebook.com|Facebook|Organic Social")]
    [InlineData("https://blog.example/post", "https://a.example/", "blog.example/post|blog.example|Referral")]
    [InlineData("https://www.a.example/x", "https://a.example/", "||Direct")]
    [InlineData("", "https://a.example/", "||Direct")]
    [InlineData(null, "https://a.example/?utm_source=nl&utm_medium=email", "|nl|Email")]
    [InlineData("https://www.google.com/", "https://a.example/?gclid=1", "www.google.com|Google|Paid Search")]
    [InlineData("https://mail.google.com/", "https://a.example/", "mail.google.com|Gmail|Email")]
    public void A_visit_has_a_source_and_a_channel(string? referrer, string page, string expected)
    {
        var origin = Sources.Of(referrer, PageAddress.Parse(page));

        Assert.Equal(expected, $"{origin.Referrer}|{origin.Source}|{origin.Channel}");
    }
}

public sealed class UserAgentsTests
{
    private static readonly UserAgents Agents = new();

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "desktop|Chrome|140|Linux|")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "desktop|Firefox|130|Windows|10")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "mobile|Mobile Safari|18|iOS|18")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", "tablet|Mobile Safari|17|iOS|17")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "mobile|Chrome Mobile|140|Android|14")]
    [InlineData("Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "tablet|Chrome|140|Android|13")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "desktop|Safari|17|Mac OS X|10")]
    [InlineData("", "||||")]
    public void A_browser_is_told_by_its_user_agent(string text, string expected)
    {
        var agent = Agents.Read(text);

        Assert.Equal(expected, $"{agent.Device}|{agent.Browser}|{agent.BrowserVersion}|{agent.Os}|{agent.OsVersion}");
        Assert.False(agent.IsBot);
    }

    [Fact]
    public void A_long_text_made_up_against_the_rules_takes_no_long_time()
    {
        var started = System.Diagnostics.Stopwatch.StartNew();

        Agents.Read(string.Concat(Enumerable.Repeat("Mozilla/5.0 (", 5_000)));

        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("198.51.100.9", "203.0.113.7", "198.51.100.9")]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7")]
    [InlineData("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("10.1.2.3", "[2001:db8::1]:443", "2001:db8::1")]
    [InlineData("::ffff:127.0.0.1", "203.0.113.7:5000", "203.0.113.7")]
    [InlineData("127.0.0.1", "unknown", "127.0.0.1")]
    [InlineData("127.0.0.1", null, "127.0.0.1")]
    public void Forwarded_addresses_are_believed_from_trusted_proxies_only(string peer, string? forwarded, string expected) =>
        Assert.Equal(expected, new ClientAddress(["10.0.0.0/8"]).Of(IPAddress.Parse(peer), forwarded).ToString());

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::")]
    public void Only_the_network_is_left(string address, string expected) =>
        Assert.Equal(expected, ClientAddress.Truncate(IPAddress.Parse(address)));
}
