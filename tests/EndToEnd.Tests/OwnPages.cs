using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>Pages that a test makes itself, at the stack's own origin: the browser asks for them, and the test answers.</summary>
internal static class OwnPages
{
    /// <summary>Answers every request for the path, whatever its query and its method, with this page.</summary>
    public static Task ServeAsync(this IBrowserContext visitor, string path, string html) => visitor.RouteAsync(
        address => new Uri(address).AbsolutePath == path,
        route => route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = html }));

    /// <summary>Puts pages of the demo shop under a site of the test's own, so that all there is to count is its own.</summary>
    public static Task RenameDemoAsync(this IBrowserContext visitor, string site) => visitor.RouteAsync(
        address => new Uri(address).AbsolutePath is var path && path.StartsWith("/demo/", StringComparison.Ordinal)
            && (path.EndsWith('/') || path.EndsWith(".html", StringComparison.Ordinal)),
        async route =>
        {
            var answer = await route.FetchAsync();
            var html = (await answer.TextAsync()).Replace("data-website-id=\"demo\"", $"data-website-id=\"{site}\"", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = answer, Body = html });
        });
}
