using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.Storage;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Sites;

public sealed class SitesTests(Api api)
{
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeMilliseconds(Api.Now.ToUnixTimeMilliseconds());

    [Fact]
    public async Task A_site_is_made_read_changed_and_removed()
    {
        var key = NewKey();

        using var made = await api.Client.PostAsJsonAsync("/api/sites", new NewSite($" {key.ToUpperInvariant()} ", "The shop", "Europe/Madrid", ["Shop.Example", "www.shop.example"]));
        var site = new SiteResponse(key, "The shop", ["shop.example", "www.shop.example"], "Europe/Madrid", Created);
        Assert.Equal((HttpStatusCode.Created, $"/api/sites/{key}"), (made.StatusCode, made.Headers.Location?.ToString()));
        (await made.Content.ReadFromJsonAsync<SiteResponse>())!.ShouldBe(site);
        (await api.Client.GetAsync<SiteResponse>($"/api/sites/{key.ToUpperInvariant()}")).ShouldBe(site);

        using var changed = await api.Client.PutAsJsonAsync($"/api/sites/{key}", new SiteChange(Timezone: "Asia/Kolkata"));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        (await api.Client.GetAsync<SiteResponse>($"/api/sites/{key}")).ShouldBe(site with { Timezone = "Asia/Kolkata" });

        using var removed = await api.Client.DeleteAsync($"/api/sites/{key}");
        using var gone = await api.Client.GetAsync($"/api/sites/{key}");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed.StatusCode, gone.StatusCode));

        using var again = await api.Client.PostAsJsonAsync("/api/sites", new NewSite(key));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
    }

    [Fact]
    public async Task A_domain_needs_nothing_else()
    {
        var key = NewKey() + ".example";

        using var made = await api.Client.PostAsJsonAsync("/api/sites", new { key });

        (await made.Content.ReadFromJsonAsync<SiteResponse>())!.ShouldBe(new SiteResponse(key, key, [key], "UTC", Created));
    }

    [Fact]
    public async Task The_list_has_the_numbers_of_the_last_24_hours()
    {
        // It is 12:00:30 of the 20th.
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("11:00"), Pageview("/").By("bob").OnDay("2026-11-19").At("12:01"), Pageview("/").By("eve").OnDay("2026-11-19").At("12:00"));
        var quiet = await TestSite.With(api);

        var list = await api.Client.GetAsync<List<SiteSummary>>("/api/sites");

        Assert.Equal((2, 2), Numbers(site.Key));
        Assert.Equal((0, 0), Numbers(quiet.Key));

        (long Visitors, long Pageviews) Numbers(string key) => list.Where(s => s.Site.Key == key).Select(s => (s.Visitors, s.Pageviews)).Single();
    }

    [Fact]
    public async Task A_key_can_be_taken_once()
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PostAsJsonAsync("/api/sites", new NewSite(site.Key.ToUpperInvariant()));

        Assert.Equal((HttpStatusCode.Conflict, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Theory]
    [InlineData("""{"key":null}""", "key")]
    [InlineData("""{}""", "key")]
    [InlineData("""{"key":""}""", "key")]
    [InlineData("""{"key":"a b"}""", "key")]
    [InlineData("""{"key":"a/b"}""", "key")]
    [InlineData("""{"key":"-a"}""", "key")]
    [InlineData("""{"key":"'; DROP TABLE sites --"}""", "key")]
    [InlineData("""{"key":"k","name":""}""", "name")]
    [InlineData("""{"key":"k","name":"a\u0000b"}""", "name")]
    [InlineData("""{"key":"k","timezone":""}""", "timezone")]
    [InlineData("""{"key":"k","timezone":"Mars/Olympus"}""", "timezone")]
    [InlineData("""{"key":"k","timezone":"../../etc/passwd"}""", "timezone")]
    [InlineData("""{"key":"k","timezone":"Romance Standard Time"}""", "timezone")]
    [InlineData("""{"key":"k","timezone":"UTC\n"}""", "timezone")]
    [InlineData("""{"key":"k","domains":["https://shop.example"]}""", "domains")]
    [InlineData("""{"key":"k","domains":["shop.example/path"]}""", "domains")]
    [InlineData("""{"key":"k","domains":["shop.example:80"]}""", "domains")]
    [InlineData("""{"key":"k","domains":["ok.example",""]}""", "domains")]
    [InlineData("""{"key":"k","domains":[null]}""", "domains")]
    [InlineData("""{"key":"k","domains":["a..b"]}""", "domains")]
    public async Task What_is_no_site_is_refused_by_field(string body, string field)
    {
        using var response = await api.Client.PostAsync("/api/sites", Json(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!;
        Assert.Equal([field], problem.Errors.Keys);
    }

    [Theory]
    [InlineData("""{"key":""")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"key":1}""")]
    public async Task A_body_that_is_no_site_at_all_is_refused_as_a_problem(string body)
    {
        using var response = await api.Client.PostAsync("/api/sites", Json(body));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_site_made_elsewhere_is_seen_within_two_seconds()
    {
        var key = NewKey();
        using var before = await api.Client.GetAsync($"/api/sites/{key}");
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);

        await new Storage.Sites(api.ClickHouse).SaveAsync(new Site(Identifier.OfSite(key), key, key, [], "UTC", Created), Created);
        await Task.Delay(TimeSpan.FromSeconds(1.1));

        Assert.Equal(key, (await api.Client.GetAsync<SiteResponse>($"/api/sites/{key}")).Key);
    }

    [Fact]
    public async Task An_unknown_site_has_no_reports()
    {
        foreach (var report in new[] { "overview", "timeseries", "breakdown/page", "sessions", "sessions/s", "heatmap?path=/", "heatmap/pages", "realtime", "conversions", "attribution?goal=g", "funnel?funnel=f", "paths", "retention" })
        {
            using var response = await api.Client.GetAsync($"/api/sites/nobody/stats/{report}");

            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }
    }

    [Fact]
    public async Task A_key_may_need_to_be_escaped_in_the_address()
    {
        var key = NewKey() + ":8080";
        using var made = await api.Client.PostAsJsonAsync("/api/sites", new NewSite(key));

        Assert.Equal(key, (await api.Client.GetAsync<SiteResponse>($"/api/sites/{Uri.EscapeDataString(key)}")).Key);
        await api.Client.GetJsonAsync($"/api/sites/{Uri.EscapeDataString(key)}/stats/overview");
    }

    private static string NewKey() => $"k{Guid.NewGuid():n}";

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
