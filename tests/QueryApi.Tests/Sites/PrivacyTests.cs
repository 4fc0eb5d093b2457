using System.Net;
using System.Net.Http.Json;
using System.Text;
using Analytics.Contracts;
using Analytics.Storage;
using Microsoft.AspNetCore.Http;

namespace Analytics.QueryApi.Tests.Sites;

public sealed class PrivacyTests(Api api)
{
    private static readonly SitePrivacy Usual = new("truncate", HonourGpc: true, HonourDnt: false, [], [], []);

    [Fact]
    public async Task A_site_begins_with_networks_kept_and_global_privacy_control_honoured()
    {
        var site = await TestSite.With(api);

        (await api.Client.GetAsync<SitePrivacy>($"/api/sites/{site.Key}/privacy")).ShouldBe(Usual);
    }

    [Fact]
    public async Task What_is_absent_from_a_change_stays_as_it_is()
    {
        var site = await TestSite.With(api);

        var blocked = await Change(site, """{"blockedIps":[" 192.0.2.7 ","198.51.100.9/24","2001:db8::/32"],"blockedPaths":["/admin/*"],"blockedHosts":["Test.Shop.example"]}""");
        blocked.ShouldBe(Usual with { BlockedIps = ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"], BlockedPaths = ["/admin/*"], BlockedHosts = ["test.shop.example"] });
        var strict = await Change(site, """{"ipStorage":"discard","honourDnt":true,"blockedPaths":[]}""");
        strict.ShouldBe(blocked with { IpStorage = "discard", HonourDnt = true, BlockedPaths = [] });

        (await api.Client.GetAsync<SitePrivacy>($"/api/sites/{site.Key}/privacy")).ShouldBe(strict);
        using var renamed = await api.Client.PutAsJsonAsync($"/api/sites/{site.Key}", new SiteChange("Another name"));
        (await api.Client.GetAsync<SitePrivacy>($"/api/sites/{site.Key}/privacy")).ShouldBe(strict);
    }

    [Fact]
    public async Task The_collectors_read_what_was_changed()
    {
        var site = await TestSite.With(api);

        await Change(site, """{"ipStorage":"discard","honourGpc":false,"honourDnt":true,"blockedIps":["192.0.2.0/24"],"blockedPaths":["/a"],"blockedHosts":["b.example"]}""");

        var stored = (await new Storage.Sites(api.ClickHouse).ListAsync()).Single(row => row.Key == site.Key);
        Assert.Equal(
            (Site.DiscardIp, false, true, "192.0.2.0/24", "/a", "b.example"),
            (stored.IpStorage, stored.HonourGpc, stored.HonourDnt, stored.BlockedIps.Single(), stored.BlockedPaths.Single(), stored.BlockedHosts.Single()));
    }

    [Theory]
    [InlineData("""{"ipStorage":"keep"}""", "ipStorage", "'keep' is not one of: truncate, discard.")]
    [InlineData("""{"ipStorage":"trunkate"}""", "ipStorage", "'trunkate' is not one of: truncate, discard. Did you mean 'truncate'?")]
    [InlineData("""{"honourGpc":"yes"}""", "honourGpc", "This value is not of the documented type.")]
    [InlineData("""{"honorGpc":false}""", "honorGpc", "'honorGpc' is not one of: ipStorage, honourGpc, honourDnt, blockedIps, blockedPaths, blockedHosts. Did you mean 'honourGpc'?")]
    [InlineData("""{"blockedIps":["office"]}""", "blockedIps", "'office' is no address or network. Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")]
    [InlineData("""{"blockedIps":["10"]}""", "blockedIps", "'10' is no address or network. Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")]
    [InlineData("""{"blockedIps":["10/8"]}""", "blockedIps", "'10/8' is no address or network. Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")]
    [InlineData("""{"blockedIps":["192.0.2.7/33"]}""", "blockedIps", "'192.0.2.7/33' is no address or network. Give one like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.")]
    [InlineData("""{"blockedIps":[5]}""", "blockedIps[0]", "This value is not of the documented type.")]
    [InlineData("""{"blockedPaths":["admin"]}""", "blockedPaths", "'admin' is no path. A path begins with / or *, has at most 500 characters, and * stands for anything.")]
    [InlineData("""{"blockedHosts":["https://b.example"]}""", "blockedHosts", "'https://b.example' is no host. A domain is a host name like shop.example or an IPv4 address, without scheme, port and path.")]
    public async Task What_the_collector_could_not_obey_is_refused_by_field(string body, string field, string message)
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PatchAsync($"/api/sites/{site.Key}/privacy", Json(body));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var errors = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors;
        Assert.Equal((field, message), (Assert.Single(errors.Keys), Assert.Single(errors[field])));
        (await api.Client.GetAsync<SitePrivacy>($"/api/sites/{site.Key}/privacy")).ShouldBe(Usual);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_told_where()
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PatchAsync($"/api/sites/{site.Key}/privacy", Json("{\"honourGpc\":\n tru}"));

        Assert.Contains("The body is no JSON (line 2, byte ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<SitePrivacy> Change(TestSite site, string body)
    {
        using var response = await api.Client.PatchAsync($"/api/sites/{site.Key}/privacy", Json(body));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<SitePrivacy>())!;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
