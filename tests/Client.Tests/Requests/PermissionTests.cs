using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.AspNetCore.Tests.Requests;

public sealed class PermissionTests
{
    [Theory]
    [InlineData("DNT", "1")]
    [InlineData("Sec-GPC", "1")]
    [InlineData("Cookie", "analytics_optout=1")]
    public async Task Who_does_not_want_to_be_tracked_is_not(string header, string value)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, (header, value), ("Sec-Fetch-Site", "same-origin"));
        using var form = new FormUrlEncodedContent([new("message", "hello")]);

        using var page = await visitor.GetAsync("");
        using var post = await visitor.PostAsync(new Uri("contact", UriKind.Relative), form);
        using var wish = await visitor.PostAsync(new Uri("api/wish", UriKind.Relative), null);

        Assert.Equal("Refused", await wish.Content.ReadAsStringAsync());
        Assert.All([page, post, wish], answer => Assert.False(answer.Headers.Contains("Set-Cookie")));
        await site.StopAsync();
        Assert.Empty(collector.Arrivals);
    }

    [Fact]
    public async Task A_site_may_decide_not_to_ask_the_browser()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.HonourPrivacySignals = false);
        using var visitor = site.Visitor(true, ("DNT", "1"));

        await visitor.GetAsync("");

        Assert.Equal(["pageview"], (await collector.WithAsync(1)).Names);
    }

    [Fact]
    public async Task An_opt_out_holds_from_the_request_that_makes_it()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(true, ("Sec-Fetch-Site", "same-origin"));
        using var form = new FormUrlEncodedContent([]);

        await visitor.GetAsync("");
        using var optOut = await visitor.PostAsync(new Uri("privacy/opt-out", UriKind.Relative), form);
        await visitor.GetAsync("thanks");

        var cookies = optOut.Headers.GetValues("Set-Cookie").ToArray();
        Assert.StartsWith("analytics_optout=1; max-age=31536000", cookies[0], StringComparison.Ordinal);
        Assert.StartsWith("uid=; expires=Thu, 01 Jan 1970", cookies[1], StringComparison.Ordinal);
        await site.StopAsync();
        Assert.Equal(["pageview"], collector.Names);
    }

    [Fact]
    public async Task Without_cookies_the_collector_tells_visitors_apart()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.Cookieless = true);
        using var visitor = site.Visitor(cookies: false, ("Cookie", "uid=7f6b2c1e-0000-4000-8000-000000000000"));

        using var answer = await visitor.GetAsync("");

        Assert.False(answer.Headers.Contains("Set-Cookie"));
        var request = (await collector.WithAsync(1)).Requests.Single();
        Assert.Null(request.Visitor);
        Assert.Equal("127.0.0.1", request.Headers["X-Forwarded-For"]);
    }

    [Fact]
    public async Task A_page_that_shared_caches_keep_carries_no_cookie()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false);

        using var answer = await visitor.GetAsync("cached");

        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Null((await collector.WithAsync(1)).Requests.Single().Visitor);
    }

    [Fact]
    public async Task Where_consent_is_needed_nothing_is_tracked_before_it_is_given()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, configure: null, builder =>
        {
            builder.Services.Configure<CookiePolicyOptions>(options => options.CheckConsentNeeded = _ => true);
            builder.Services.AddSingleton<Microsoft.AspNetCore.Hosting.IStartupFilter, CookiePolicyFirst>();
        });
        using var undecided = site.Visitor(cookies: false);
        using var willing = site.Visitor(cookies: false, ("Cookie", ".AspNet.Consent=yes"));

        using var before = await undecided.GetAsync("");
        using var after = await willing.GetAsync("thanks");

        Assert.False(before.Headers.Contains("Set-Cookie"));
        Assert.True(after.Headers.Contains("Set-Cookie"));
        await collector.WithAsync(1);
        await site.StopAsync();
        Assert.EndsWith("/thanks", collector.Requests.Single().Url, StringComparison.Ordinal);
    }

    private sealed class CookiePolicyFirst : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseCookiePolicy();
            next(app);
        };
    }
}
