using System.Diagnostics;
using System.Net;
using Analytics.SampleSite;
using Microsoft.AspNetCore.Builder;

namespace Analytics.EndToEnd.Tests;

/// <summary>A .NET site with Analytics.AspNetCore (the sample site of its tests) against the whole stack.</summary>
[Collection(nameof(RunningSystem))]
public sealed class ClientSiteTests(RunningSystem system) : IAsyncLifetime
{
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    private readonly string site = $"client-{Guid.NewGuid():N}";
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        app = Site.Build(
        [
            "--urls", "http://127.0.0.1:0", "--ActivityTracking:Endpoint", system.Address.ToString(), "--ActivityTracking:Site", site,
            "--ActivityTracking:MaxRetryDelay", "00:00:01",
        ]);
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Visits_form_posts_and_calls_arrive_in_the_store()
    {
        using var ann = Visitor();
        using var bob = Visitor();

        await ann.GetAsync("");
        await ann.GetAsync("products/mug?utm_source=nl&token=secret");
        Assert.Equal(HttpStatusCode.Redirect, await PostAsync(ann, "hello"));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(ann, null));
        await bob.GetAsync("gone");
        await bob.GetAsync("");
        using (var order = await bob.PostAsync("api/order", null))
        {
            Assert.Equal("1 Queued", await order.Content.ReadAsStringAsync());
        }

        Assert.Equal(
            [
                "form_submit_error|/contact||{'status':'400'}|0", "form_submit_success|/contact||{'status':'302'}|0",
                "form_submit|/contact||{}|0", "form_submit|/contact||{}|0",
                "pageview|/products/mug|nl|{}|0", "pageview|/||{}|0", "pageview|/||{}|0",
                "purchase|/checkout||{'coupon':'X'}|49.9",
            ],
            await system.LinesAsync(site, "name | path | utm_source | props | revenue", 8));
        Assert.Equal(["2|Chrome|en-GB"], await system.LinesAsync(site, "uniqExact(visitor_id) | any(browser) | any(language)", 1));
    }

    [Fact]
    public async Task With_the_collector_away_the_site_answers_as_ever_and_what_happened_is_delivered_afterwards()
    {
        const int Visits = 25;
        using var ann = Visitor();
        await ann.GetAsync("");
        await system.LinesAsync(site, "name", 1);

        await system.StopAsync("collector");
        var slowest = TimeSpan.Zero;
        try
        {
            for (var visit = 0; visit < Visits; visit++)
            {
                var started = Stopwatch.GetTimestamp();
                using var answer = await ann.GetAsync($"products/{visit}");
                Assert.Equal((HttpStatusCode.OK, "<!doctype html><title>Product</title><h1>Product</h1>"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
                Assert.Equal(HttpStatusCode.Redirect, await PostAsync(ann, "hello"));
                slowest = Stopwatch.GetElapsedTime(started) is var time && time > slowest ? time : slowest;
            }

            // Long enough for several attempts that come to nothing.
            await Task.Delay(TimeSpan.FromSeconds(2.5), TestContext.Current.CancellationToken);
            Assert.Single(await system.LinesAsync(site, "name"));
        }
        finally
        {
            await system.StartAsync("collector");
        }

        string[] expected =
            ["/contact|form_submit_success|25", "/contact|form_submit|25", .. Enumerable.Range(0, Visits).Select(visit => $"/products/{visit}|pageview|1").Order(StringComparer.Ordinal), "/|pageview|1"];
        Assert.Equal(expected, await CountsAsync(1 + (Visits * 3)));
        // One that waited for its delivery would have waited for ever: the collector comes back after the last.
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private async Task<string[]> CountsAsync(int events)
    {
        await system.LinesAsync(site, "name", events, seconds: 30);
        return [.. (await system.LinesAsync(site, "path | name")).CountBy(line => line).Select(line => $"{line.Key}|{line.Value}").Order(StringComparer.Ordinal)];
    }

    private HttpClient Visitor()
    {
        // The client owns its handler.
#pragma warning disable CA2000
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
#pragma warning restore CA2000
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Browser);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", "en-GB,en;q=0.8");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        return client;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient visitor, string? message)
    {
        using var form = new FormUrlEncodedContent(
            [new("email", "ann@shop.example"), new("password", "typed"), .. message is null ? [] : new KeyValuePair<string, string>[] { new("message", message) }]);
        using var answer = await visitor.PostAsync(new Uri("contact", UriKind.Relative), form);
        return answer.StatusCode;
    }
}
