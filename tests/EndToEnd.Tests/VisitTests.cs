using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Contracts;
using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// A real browser visits the demo shop, under a site of the test's own; seconds later the visit, and nothing else, is in every place where a
/// marketer looks.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class VisitTests(RunningSystem system)
{
    // How soon is measured by bench/ (2 s are promised, 3 for a person who looks); a machine that is busy with tests is no measure.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly string site = $"shop-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_visit_becomes_numbers_a_session_a_journey_and_a_heatmap()
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        var sessionId = await VisitShopAsync(visitor);

        var journey = await RunningSystem.EventuallyAsync(
            () => JourneyAsync(sessionId), found => found?.Events.Count(e => e.Name == "pageleave") == 3, Fresh);

        Assert.NotNull(journey);
        Assert.Equal(
            ["/demo/", "/demo/shop.html", "/demo/products/storm-lantern.html"],
            journey.Events.Where(e => e.Name == "pageview").Select(e => e.Path));
        var clicks = journey.Events.Where(e => e.Name == "click").ToList();
        Assert.Equal(["/demo/", "/demo/shop.html", "/demo/products/storm-lantern.html"], clicks.Select(e => e.Path));
        Assert.True(clicks[0] is { Element: "#hero-shop", X: > 0, Y: > 0 });
        Assert.Equal("Add to cart", clicks[2].ElementText);
        Assert.Equal(1, journey.Events.Count(e => e.Name == "add_to_cart"));
        Assert.All(journey.Events.Where(e => e.Name == "pageleave"), e => Assert.InRange(e.DwellMs, 1, 60_000));
        Assert.Equal(100, Assert.Single(journey.Events, e => e is { Name: "pageleave", Path: "/demo/products/storm-lantern.html" }).ScrollDepth);
        Assert.Equal((3, "/demo/", "/demo/products/storm-lantern.html"), (journey.Session.Pageviews, journey.Session.EntryPage, journey.Session.ExitPage));

        var overview = await system.GetAsync<OverviewComparison>($"/api/sites/{site}/stats/overview?period=24h");
        var (now, before) = (overview.Current, overview.Previous);
        Assert.Equal((1, 1, 3, journey.Events.Count), (now.Visitors, now.Sessions, now.Pageviews, now.Events));
        Assert.Equal((3.0, 0.0, 0m), (now.ViewsPerSession, now.BounceRate, now.Revenue));
        Assert.Equal(journey.Session.DurationMs / 1000.0, now.SessionSeconds, tolerance: 0.001);
        Assert.Equal((0, 0, 0, 0), (before.Visitors, before.Sessions, before.Pageviews, before.Events));

        var sessions = await system.GetAsync<SessionsResponse>($"/api/sites/{site}/stats/sessions?period=24h");
        Assert.Equal((1, sessionId), (sessions.Total, Assert.Single(sessions.Sessions).Id));

        var heatmap = await system.GetAsync<HeatmapResponse>($"/api/sites/{site}/stats/heatmap?period=24h&kind=click&path=/demo/");
        var element = Assert.Single(heatmap.Elements);
        Assert.Equal(("#hero-shop", 1, 1.0), (element.Selector, element.Clicks, element.Share));
        Assert.Equal((1, 1), (heatmap.Total, Assert.Single(heatmap.Cells).Count));
    }

    [Fact]
    public async Task The_dashboard_shows_the_visit()
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        var sessionId = await VisitShopAsync(visitor);
        await RunningSystem.EventuallyAsync(() => JourneyAsync(sessionId), found => found is not null, Fresh);

        await using var marketer = await browser.VisitorAsync(system.Address);
        var page = await marketer.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync($"/sites/{site}");
        Assert.Contains("/login", page.Url, StringComparison.Ordinal);
        await page.Locator("input[type=password]").FillAsync(RunningSystem.Key);
        await page.Locator("button[type=submit]").ClickAsync();

        await page.WaitForURLAsync($"**/sites/{site}");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Visitors");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("/demo/products/storm-lantern.html");

        await page.GotoAsync($"/sites/{site}/sessions");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("/demo/");

        await page.GotoAsync($"/sites/{site}/sessions/{sessionId}");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Add to cart");

        await page.GotoAsync($"/sites/{site}/heatmap");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("/demo/");
        await Assertions.Expect(page.Locator("canvas").First).ToBeVisibleAsync();
        Assert.Empty(errors);
    }

    /// <summary>Three pages, two clicks on the way and one on a product, scrolled to its end, then the window is closed. Returns the session's id.</summary>
    /// <param name="visitor">Outlives the visit: who ends a browser in the moment that a page closes ends also what the page sends as its last.</param>
    private async Task<string> VisitShopAsync(IBrowserContext visitor)
    {
        await visitor.RenameDemoAsync(site);
        var page = await visitor.NewPageAsync();
        var sessionId = "";
        page.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/collect/batch", StringComparison.Ordinal) && request.PostData is { } body)
            {
                using var batch = JsonDocument.Parse(body);
                sessionId = batch.RootElement.GetProperty("session").GetString()!;
            }
        };

        await page.GotoAsync("/demo/");
        await page.Locator("#hero-shop").ClickAsync();
        await page.WaitForURLAsync("**/shop.html");
        await page.Locator("a[href$='storm-lantern.html']").First.ClickAsync();
        await page.WaitForURLAsync("**/storm-lantern.html");
        await page.Locator("#add").ClickAsync();
        // At once, since the shop scrolls smoothly, and again while the page grows: how long either takes depends on the machine.
        await page.WaitForLoadStateAsync(LoadState.Load);
        await page.WaitForFunctionAsync("""
            () => {
              const all = document.documentElement.scrollHeight;
              scrollTo({ top: all, behavior: 'instant' });
              return scrollY + innerHeight >= all - 1;
            }
            """);
        await page.WaitForTimeoutAsync(700);
        var closed = new TaskCompletionSource();
        page.Close += (_, _) => closed.TrySetResult();
        await page.CloseAsync(new() { RunBeforeUnload = true }); // begins to close
        await closed.Task.WaitAsync(Fresh);
        await RunningSystem.EventuallyAsync(() => Task.FromResult(sessionId), id => id.Length > 0, Fresh);
        return sessionId;
    }

    private async Task<JourneyResponse?> JourneyAsync(string sessionId)
    {
        using var response = await system.Api.GetAsync($"/api/sites/{site}/stats/sessions/{sessionId}", TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JourneyResponse>(TestContext.Current.CancellationToken)
            : null;
    }
}
