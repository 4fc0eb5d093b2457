using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>Debian's Chromium with a profile of its own, thrown away at the end.</summary>
public sealed class Browser : IAsyncDisposable
{
    // No background traffic: the machine has no way out, and each attempt would cost seconds.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
        // Pages that a test makes itself come from nowhere, and Chromium lets no such page at a machine's own addresses.
        "--disable-features=LocalNetworkAccessChecks",
    ];

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public static async Task<Browser> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(30_000); // a page's first time on a busy machine
        var started = new Browser { playwright = await Playwright.CreateAsync() };
        started.browser = await started.playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Headless = true,
            Args = Arguments,
        });
        return started;
    }

    /// <summary>A window of a visitor who has never been there.</summary>
    public Task<IBrowserContext> VisitorAsync(Uri address, int width = 1440, int height = 900) =>
        browser.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce, // a page that scrolls smoothly has arrived when the test says so
        });

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
