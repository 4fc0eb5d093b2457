using Analytics.Contracts;
using Analytics.Dashboard.Components;
using Analytics.Dashboard.Components.Heatmap;

namespace Analytics.Dashboard.Tests.Heatmap;

public sealed class HeatmapAddressTests
{
    private static readonly SiteResponse Shop = new("shop", "Shop", ["shop.example"], "UTC", DateTimeOffset.UnixEpoch);
    private static readonly Uri Dashboard = new("http://localhost:8080/");

    [Theory]
    [InlineData("shop.example", "/cart", "https://shop.example/cart")]
    [InlineData("www.shop.example", "/", "https://www.shop.example/")]
    [InlineData("localhost", "/demo/shop.html", "/demo/shop.html")]
    public void Pages_of_the_sites_domains_and_of_the_demo_are_shown(string hostname, string path, string address) =>
        Assert.Equal(address, HeatmapAddress.OfPage(Shop, hostname, path, Dashboard));

    [Theory]
    [InlineData("evil.example", "/")]
    [InlineData("notshop.example", "/")]
    [InlineData("shop.example.evil.example", "/")]
    [InlineData("shop.example", "//evil.example/")]
    [InlineData("shop.example", "/\\evil.example/")]
    [InlineData("shop.example", "javascript:alert(1)")]
    [InlineData("shop.example", "")]
    [InlineData("evil.example/.shop.example", "/")]
    [InlineData("x@evil.example?.shop.example", "/")]
    [InlineData("localhost", "/sites/shop")]
    [InlineData("localhost", "/demo/../sites/shop")]
    [InlineData("localhost", "//evil.example/demo/")]
    [InlineData("", "/")]
    public void Nothing_else_is(string hostname, string path) => Assert.Null(HeatmapAddress.OfPage(Shop, hostname, path, Dashboard));

    [Theory]
    [InlineData("https://glaze.example/guide", "https://glaze.example/guide")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData(" JaVaScRiPt:alert(1)", null)]
    [InlineData("data:text/html,<script>", null)]
    [InlineData("/relative", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Tracked_addresses_become_links_only_over_http(string? address, string? link) => Assert.Equal(link, Addresses.SafeLink(address));
}
