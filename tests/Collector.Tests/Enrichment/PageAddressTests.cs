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
