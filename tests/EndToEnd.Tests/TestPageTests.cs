using System.Globalization;
using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// The page /tracking/test/ in a real browser: each of its actions is stored once with what belongs to it, also when the server was away
/// in the middle. Short in the suite; ANALYTICS_OUTAGE_SECONDS=60 makes it as long as the issue asks for.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class TestPageTests(RunningSystem system)
{
    // What differs from run to run is left out.
    private const string Columns = "name | element_selector | "
        + "mapSort(mapFilter((k, v) -> k NOT IN ('duration', 'field_ms', 'source', 'line', 'column', 'stack', 'position', 'ms', 'width', 'height'), props))";

    private readonly string site = $"test-page-{Guid.NewGuid():N}";

    private static TimeSpan Outage { get; } = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("ANALYTICS_OUTAGE_SECONDS") ?? "3", CultureInfo.InvariantCulture));

    private static readonly string[] Before =
    [
        "pageview||{}",
        "click|#plain-button|{}",
        "click|#outbound-link|{}", "outbound|#outbound-link|{}",
        "click|#download-link|{}", "download|#download-link|{}",
        "click|#tick|{}", "input_focus|#tick|{'field':'tick','type':'checkbox'}",
        "click|#custom-event|{}", "content_view||{'article':'tracking-test','minutes':'5'}",
        "click|#declared-event|{}", "signup|#declared-event|{'plan':'pro'}",
        "click|#umami-event|{}", "newsletter|#umami-event|{'place':'footer'}",
        "input_focus|#test-form>label:nth-of-type(1)>input|{'field':'full_name','form':'test-form','type':'input'}",
        "form_start|#test-form|{'field':'full_name','form':'test-form'}",
        "input_focus|#test-form>label:nth-of-type(2)>input|{'field':'email','form':'test-form','type':'email'}",
        "input_focus|#test-form>label:nth-of-type(3)>input|{'field':'password','form':'test-form','type':'password'}",
        "click|#submit-form|{}",
        "form_submit|#test-form|{'filled':'3','form':'test-form','last_field':'password'}",
        "form_submit_success|#test-form|{'form':'test-form'}",
        "click|#throw-error|{}", "error||{'kind':'error','message':'Thrown by the tracking test page','type':'Error'}",
        "click|#reject-promise|{}", "error||{'kind':'rejection','message':'Rejected by the tracking test page','type':'TypeError'}",
        "click|#dead-button|{}", "dead_click|#dead-button|{}",
    ];

    private static readonly string[] While =
    [
        "click|#custom-event|{}", "content_view||{'article':'tracking-test','minutes':'5'}",
        "click|#sale-listView|{}", "list_view||{'list':'Bestsellers'}",
        "click|#sale-productView|{}", "product_view||{}",
        "click|#sale-addToCart|{}", "add_to_cart||{}",
        "click|#sale-removeFromCart|{}", "remove_from_cart||{}",
        "click|#sale-checkout|{}", "checkout||{'step':'1','value':'49.9'}",
        "click|#sale-purchase|{}", "purchase||{'coupon':'SPRING','shipping':'4.9','tax':'9.5'}",
        "click|#sale-refund|{}", "refund||{}",
        "input_focus|#keyboard|{'field':'keyboard','type':'input'}",
        "key_activity||{'ArrowLeft':'1','Enter':'1','key':'2','keys':'4'}",
        "media_play|#tone|{'kind':'audio','media':'Test tone'}",
        "media_progress|#tone|{'kind':'audio','media':'Test tone','percent':'25'}",
        "media_progress|#tone|{'kind':'audio','media':'Test tone','percent':'50'}",
        "media_progress|#tone|{'kind':'audio','media':'Test tone','percent':'75'}",
        "media_ended|#tone|{'kind':'audio','media':'Test tone','percent':'100'}",
        "click|#dead-button|{}", "click|#dead-button|{}", "click|#dead-button|{}", "rage_click|#dead-button|{'clicks':'3'}", "dead_click|#dead-button|{}",
        "click|#push-page|{}", "pageleave||{}", "pageview||{}",
        "click|#go-back|{}", "pageleave||{}", "pageview||{}",
        // Nothing on the page says that it was heard.
        "click|#identify|{}", "identify||{'plan':'pro'}", "dead_click|#identify|{}",
    ];

    private static readonly string[] After = ["pageleave||{}", "pageview||{}", "click|#plain-button|{}", "pageleave||{}"];

    [Theory]
    [InlineData("collector")]
    [InlineData("collector", "clickhouse", "redis")]
    public async Task Every_action_is_stored_once_though_the_server_was_away_for_a_while(params string[] away)
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        await visitor.RouteAsync("https://example.org/**", route => route.FulfillAsync(new() { Body = "elsewhere" }));
        var page = await visitor.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error.Split('\n')[0]);

        await page.GotoAsync($"/tracking/test/?site={site}", new() { WaitUntil = WaitUntilState.NetworkIdle });
        await ActAsync(page);
        await StopAsync(away);
        try
        {
            await ActOnAsync(page);
            await page.WaitForTimeoutAsync((float)Outage.TotalMilliseconds);
            Assert.NotEqual("0", await page.TextContentAsync("#count-waiting"));
        }
        finally
        {
            await StartAsync(away);
        }

        // What waits outlives the page.
        await page.GotoAsync($"/tracking/test/?site={site}&left=1", new() { WaitUntil = WaitUntilState.NetworkIdle });
        await page.ClickAsync("#plain-button");
        await page.CloseAsync(new() { RunBeforeUnload = true });

        string[] expected = [.. Before, .. While, .. After];
        var stored = await system.LinesAsync(site, Columns, expected.Length, "name NOT IN ('web_vital', 'visibility', 'resize')", seconds: 20 + (int)Outage.TotalSeconds);
        Assert.Equal("", Difference(expected, stored));
        // None but those that the page throws on purpose.
        Assert.All(errors, error => Assert.EndsWith(" by the tracking test page", error, StringComparison.Ordinal));
    }

    /// <summary>With the server there.</summary>
    private static async Task ActAsync(IPage page)
    {
        await page.ClickAsync("#plain-button");
        var popup = await page.RunAndWaitForPopupAsync(() => page.ClickAsync("#outbound-link"));
        await popup.CloseAsync();
        await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#download-link"));
        await page.ClickAsync("#tick");
        await page.ClickAsync("#custom-event");
        await page.ClickAsync("#declared-event");
        await page.ClickAsync("#umami-event");
        await page.FillAsync("[name=full_name]", "Ann Typed");
        await page.FillAsync("[name=email]", "ann.typed@mail.example.com");
        await page.FillAsync("[name=password]", "hUnter2");
        await page.ClickAsync("#submit-form");
        await page.ClickAsync("#throw-error");
        await page.ClickAsync("#reject-promise");
        await ClickDeadAsync(page, 1);
    }

    /// <summary>
    /// As slow as a person: what comes after a click, the page scrolled or the label of the button before changed back, looks like its answer.
    /// </summary>
    private static async Task ClickDeadAsync(IPage page, int times)
    {
        await page.HoverAsync("#dead-button");
        await page.WaitForTimeoutAsync(1_000);
        await page.ClickAsync("#dead-button", new() { ClickCount = times, Delay = 60 });
        await page.WaitForTimeoutAsync(3_000);
    }

    /// <summary>With the server away, or not.</summary>
    private static async Task ActOnAsync(IPage page)
    {
        await page.ClickAsync("#custom-event");
        foreach (var step in (string[])["listView", "productView", "addToCart", "removeFromCart", "checkout", "purchase", "refund"])
        {
            await page.ClickAsync("#sale-" + step);
        }

        await page.FocusAsync("#keyboard");
        foreach (var key in (string[])["a", "b", "Enter", "ArrowLeft"])
        {
            await page.Keyboard.PressAsync(key);
        }

        await page.HoverAsync("#pad");
        await page.EvaluateAsync("new Promise(ended => { const tone = document.getElementById('tone'); tone.onended = ended; tone.play() })");
        await ClickDeadAsync(page, 3);
        await page.ClickAsync("#push-page");
        await page.ClickAsync("#go-back");
        await page.WaitForTimeoutAsync(500);
        await page.HoverAsync("#identify");
        await page.WaitForTimeoutAsync(500);
        await page.ClickAsync("#identify", new() { Delay = 60 });
        await page.WaitForTimeoutAsync(3_000);
    }

    /// <summary>Each line that is there too often or not often enough, with both counts.</summary>
    private static string Difference(string[] expected, string[] stored) => string.Join(
        Environment.NewLine,
        from line in expected.Union(stored)
        let wanted = expected.Count(one => one == line)
        let found = stored.Count(one => one == line)
        where wanted != found
        select $"{line}: {found} instead of {wanted}");

    private async Task StopAsync(string[] resources)
    {
        foreach (var resource in resources)
        {
            await system.StopAsync(resource);
        }
    }

    private async Task StartAsync(string[] resources)
    {
        foreach (var resource in resources.Reverse())
        {
            await system.StartAsync(resource);
        }
    }
}
