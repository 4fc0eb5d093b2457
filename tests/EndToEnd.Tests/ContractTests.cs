using System.Net;
using System.Text.Json;

namespace Analytics.EndToEnd.Tests;

[Collection(nameof(RunningSystem))]
public sealed class ContractTests(RunningSystem system)
{
    private const string Pageview = """
        {
          "type": "pageview",
          "websiteId": "your-website-id",
          "domain": "yourdomain.com",
          "href": "http://localhost:3000/",
          "referrer": null,
          "viewport": {"width": 1920, "height": 1080},
          "visitorId": "uuid-here",
          "sessionId": "session-uuid-here"
        }
        """;

    [Fact]
    public async Task A_posted_pageview_is_accepted_and_counted()
    {
        var before = await SettledPageviewsAsync();

        using var response = await system.Public.PostAsync("/collect", new StringContent(Pageview), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var after = await RunningSystem.EventuallyAsync(PageviewsAsync, count => count > before, TimeSpan.FromSeconds(30));
        Assert.Equal(before + 1, after);
        Assert.Equal(after, await SettledPageviewsAsync());
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused_and_changes_no_count()
    {
        var before = await SettledPageviewsAsync();

        using var response = await system.Public.PostAsync("/collect", new StringContent("""{"type":"""), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(before, await SettledPageviewsAsync());
    }

    [Theory]
    [InlineData("/stats")]
    [InlineData("/sessions/session-uuid-here")]
    [InlineData("/api/sessions")]
    [InlineData("/api/sites")]
    [InlineData("/api/heatmap?url=/")]
    public async Task Reading_needs_a_key(string path)
    {
        using var without = await system.Public.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Authorization", "Bearer wrong" } } };
        using var wrong = await system.Public.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
    }

    [Fact]
    public async Task The_script_and_the_documentation_are_served()
    {
        var script = await system.Public.GetStringAsync("/script.js", TestContext.Current.CancellationToken);
        Assert.Contains("/collect/batch", script, StringComparison.Ordinal);

        foreach (var path in new[] { "/openapi/v1.json", "/docs", "/redoc", "/demo/", "/demo", "/tracking/test" })
        {
            using var response = await system.Public.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{path} answered {response.StatusCode}");
            Assert.Equal(system.Address.Authority, response.RequestMessage!.RequestUri!.Authority); // wherever a redirect led
        }
    }

    [Fact]
    public async Task Programs_find_the_interface_at_the_front_door_and_browsers_the_dashboard()
    {
        using var information = JsonDocument.Parse(await system.Public.GetStringAsync("/", TestContext.Current.CancellationToken));
        Assert.Equal("/docs", information.RootElement.GetProperty("documentation").GetString());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html,application/xhtml+xml,*/*;q=0.8" } } };
        using var page = await system.Public.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(("/login", "text/html"), (page.RequestMessage!.RequestUri!.AbsolutePath, page.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Health_names_every_part()
    {
        using var health = JsonDocument.Parse(await system.Public.GetStringAsync("/health", TestContext.Current.CancellationToken));
        Assert.Equal("Healthy", health.RootElement.GetProperty("status").GetString());
        Assert.Equal(
            ["collector", "dashboard", "queryapi"],
            health.RootElement.GetProperty("parts").EnumerateObject().Select(part => part.Name).Order());
    }

    /// <summary>The count once nothing more comes: what the tests before have sent may still be on its way.</summary>
    private async Task<long> SettledPageviewsAsync()
    {
        var (count, unchanged) = (await PageviewsAsync(), 0);
        while (unchanged < 8)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), TestContext.Current.CancellationToken);
            var now = await PageviewsAsync();
            unchanged = now == count ? unchanged + 1 : 0;
            count = now;
        }

        return count;
    }

    private async Task<long> PageviewsAsync() => (await system.GetAsync<JsonElement>("/stats")).GetProperty("pageviews").GetInt64();
}
