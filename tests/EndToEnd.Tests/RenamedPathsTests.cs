using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>A stack that was told other names for its scripts, in a real browser: not one request has a name that blockers know.</summary>
public sealed class RenamedPathsTests : IAsyncLifetime
{
    private readonly RunningSystem system = new()
    {
        Options =
        [
            "--tracker:ScriptPath", "/s.js", "--tracker:CollectPath", "/b", "--tracker:ModulesPath", "/m/",
            "--tracker:TrackingScriptPath", "/u.js", "--tracker:TrackPath", "/u", "--tracker:BehaviourScriptPath", "/v.js", "--tracker:BehaviourPath", "/v",
        ],
    };

    public ValueTask InitializeAsync() => system.InitializeAsync();

    public ValueTask DisposeAsync() => system.DisposeAsync();

    [Fact]
    public async Task Scripts_are_loaded_and_post_under_the_names_that_were_chosen_once()
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        foreach (var script in (string[])["s.js", "u.js", "v.js"])
        {
            await visitor.ServeAsync(
                "/page-" + script,
                $"<!doctype html><title>Page</title><script src=\"/{script}\" data-website-id=\"{script}\" data-allow-localhost data-allow-automation></script>"
                + "<script>window.userBehaviour?.config({ mouseMovement: false }); window.userBehaviour?.start()</script><button id=\"go\">Go</button>");
        }

        var requests = new ConcurrentQueue<string>();
        visitor.Request += (_, request) => requests.Enqueue($"{request.Method} {new Uri(request.Url).AbsolutePath}");
        var page = await visitor.NewPageAsync();
        foreach (var script in (string[])["s.js", "u.js", "v.js"])
        {
            await page.GotoAsync("/page-" + script, new() { WaitUntil = WaitUntilState.NetworkIdle });
            await page.ClickAsync("#go");
            await page.EvaluateAsync("window.analytics?.flush(); window.UserTracking?.flush(); window.userBehaviour?.processResults()");
            Assert.Equal(
                [$"click|/page-{script}", $"pageview|/page-{script}"],
                await system.LinesAsync(null, "name | path", 2, $"path = '/page-{script}' AND name IN ('pageview', 'click')"));
        }

        Assert.Equal(
            ["GET /m/capture.js", "GET /m/vitals.js", "GET /s.js", "GET /u.js", "GET /v.js", "POST /b", "POST /u", "POST /v"],
            requests.Where(request => !request.StartsWith("GET /page-", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));

        foreach (var path in (string[])["/script.js", "/t/capture.js", "/tracking.js", "/js/userBehaviour.js", "/docs", "/demo/"])
        {
            using var answer = await system.Public.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, $"{path} answered {answer.StatusCode}");
        }
    }
}
