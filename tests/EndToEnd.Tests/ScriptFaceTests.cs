using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>The four faces of the tracker in a real browser: what each puts on the page works, and what it captures is stored once.</summary>
[Collection(nameof(RunningSystem))]
public sealed class ScriptFaceTests(RunningSystem system)
{
    private const string Attributes = "data-allow-localhost data-allow-automation data-website-id=\"SITE\"";

    [Fact]
    public Task The_script_has_the_global_analytics() => WorksAsync(
        $"<script defer src=\"/script.js\" {Attributes}></script>",
        """
        window.analytics.track('signup', { plan: 'pro' });
        window.analytics.ecommerce.purchase({ order: 'A1', revenue: 49.9, currency: 'EUR' });
        window.analytics.flush();
        """,
        "name | props['plan'] | revenue",
        "click||0", "pageview||0", "purchase||49.9", "signup|pro|0");

    [Fact]
    public Task Calls_made_before_the_script_was_there_are_made_good() => WorksAsync(
        $"<script>(window.analytics = window.analytics || []).push(['track', 'early', {{ plan: 'free' }}])</script><script defer src=\"/script.js\" {Attributes}></script>",
        "window.analytics.flush()",
        "name | props['plan']",
        "click|", "early|free", "pageview|");

    [Fact]
    public Task Tracking_has_the_global_UserTracking() => WorksAsync(
        $"<script src=\"/tracking.js\" {Attributes}></script>",
        """
        window.UserTracking.config({ debounceTime: 10 });
        window.UserTracking.track('content_view', 'article-123', { article_title: 'Sample' });
        window.UserTracking.flush();
        """,
        "name | contract | element_id | props['article_title']",
        "click|track|go|", "content_view|track|article-123|Sample", "pageview|track||");

    [Fact]
    public Task UserBehaviour_has_the_global_userBehaviour() => WorksAsync(
        $"<script src=\"/js/userBehaviour.js\" {Attributes}></script><script>userBehaviour.config({{ mouseMovement: false }}); userBehaviour.registerCustomEvent('cart_opened'); userBehaviour.start()</script>",
        """
        window.dispatchEvent(new CustomEvent('cart_opened'));
        window.userBehaviour.processResults();
        """,
        "name | contract | element_id",
        "cart_opened|behavior|", "click|behavior|go", "pageview|behavior|");

    [Fact]
    public Task The_module_has_init() => WorksAsync(
        """
        <script type="module">
          import { init } from '/t/index.js';
          window.module = init({ site: 'SITE', endpoint: location.origin, allowLocalhost: true, allowAutomation: true });
        </script>
        """,
        "window.module.track('signup', { plan: 'pro' }); window.module.ecommerce.addToCart({ sku: 'p1', price: 24.95 }); window.module.flush()",
        "name | props['plan'] | items.sku",
        "add_to_cart||['p1']", "click||[]", "pageview||[]", "signup|pro|[]");

    [Fact]
    public async Task What_an_application_opens_by_the_Navigation_API_is_a_page_once()
    {
        var site = $"navigation-{Guid.NewGuid():N}";
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        await visitor.ServeAsync("/" + site, $$"""
            <!doctype html><title>Application</title><script defer src="/script.js" {{Attributes.Replace("SITE", site, StringComparison.Ordinal)}}></script>
            <script>navigation.addEventListener('navigate', event => event.canIntercept && event.intercept())</script><a id="next" href="/{{site}}/linked">Next</a>
            """);
        var page = await visitor.NewPageAsync();

        await page.GotoAsync("/" + site, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await page.EvaluateAsync($"navigation.navigate('/{site}/navigated').finished");
        await page.ClickAsync("#next");
        await page.EvaluateAsync($"history.pushState({{}}, '', '/{site}/pushed')");
        await page.EvaluateAsync("new Promise(back => { navigation.addEventListener('navigatesuccess', back, { once: true }); history.back() })");
        await page.CloseAsync(new() { RunBeforeUnload = true });

        Assert.Equal(
            [$"/{site}", $"/{site}/linked", $"/{site}/linked", $"/{site}/navigated", $"/{site}/pushed"],
            await system.LinesAsync(site, "path", 5, "name = 'pageview'"));
    }

    [Theory]
    [InlineData("/script.js", "analytics.track('told'); analytics.flush()")]
    [InlineData("/tracking.js", "UserTracking.track('told'); UserTracking.flush()")]
    [InlineData("/js/userBehaviour.js", "userBehaviour.registerCustomEvent('told'); userBehaviour.start(); window.dispatchEvent(new Event('told')); userBehaviour.processResults()")]
    public async Task A_frame_that_may_keep_nothing_is_tracked_and_sees_no_error(string script, string calls)
    {
        // A sandbox has neither storage nor cookies nor an origin: each throws where a page asks for it.
        var site = $"sandbox-{Guid.NewGuid():N}";
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        await visitor.ServeAsync("/" + site, $"<!doctype html><title>Outside</title><iframe sandbox=\"allow-scripts\" src=\"/{site}-in\"></iframe>");
        await visitor.ServeAsync($"/{site}-in", $"<!doctype html><title>Inside</title><script src=\"{script}\" {Attributes.Replace("SITE", site, StringComparison.Ordinal)}></script>");
        var page = await visitor.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync("/" + site, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await page.Frames[1].EvaluateAsync(calls);

        Assert.Equal(["told"], await system.LinesAsync(null, "name", 1, $"path = '/{site}-in' AND name = 'told'"));
        Assert.Empty(errors);
    }

    /// <summary>Opens a page with the script, clicks its button, runs the calls, and compares what is stored but for the end of the page.</summary>
    private async Task WorksAsync(string head, string calls, string columns, params string[] stored)
    {
        // Two of the contracts name no site: theirs is the host.
        var face = $"face-{Guid.NewGuid():N}";
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        await visitor.ServeAsync("/" + face, $"<!doctype html><title>Face</title>{head.Replace("SITE", face, StringComparison.Ordinal)}<button id=\"go\">Go</button>");
        var page = await visitor.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);

        await page.GotoAsync("/" + face, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await page.ClickAsync("#go");
        await page.EvaluateAsync(calls);

        var lines = await system.LinesAsync(null, columns, stored.Length, $"path = '/{face}' AND name NOT IN ('pageleave', 'dead_click', 'web_vital')");
        Assert.Equal(stored, lines);
        Assert.Empty(errors);
    }
}
