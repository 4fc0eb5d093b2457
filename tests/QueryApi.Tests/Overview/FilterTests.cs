using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Overview;

public sealed class FilterTests(Api api)
{
    // ann: from Google to /, /pricing (Firefox). bob: from Bing to /pricing (Chrome). eve: direct to / (Chrome).
    private Task<TestSite> Shop() => TestSite.With(api,
        Pageview("/").By("ann").At("10:00").From("Google").Having(row => (row.Browser, row.UserId) = ("Firefox", "u1")),
        Pageview("/pricing").By("ann").At("10:01").Having(row => row.Browser = "Firefox"),
        Pageview("/pricing").By("bob").At("10:00").From("Bing").Having(row => row.Browser = "Chrome"),
        Pageview("/").By("eve").At("10:00").Having(row => row.Browser = "Chrome"));

    [Theory]
    // filter, visitors, sessions, pageviews, bounce rate
    [InlineData("page=/pricing", 2, 2, 2, 0.5)]
    [InlineData("page=/pricing&page=/", 3, 3, 4, 2 / 3.0)]
    [InlineData("page=/nowhere", 0, 0, 0, 0)]
    [InlineData("source=Google", 1, 1, 2, 0)]
    [InlineData("source=Google&source=Bing", 2, 2, 3, 0.5)]
    [InlineData("source=", 1, 1, 1, 1)]
    [InlineData("entry_page=/pricing", 1, 1, 1, 1)]
    [InlineData("exit_page=/pricing", 2, 2, 3, 0.5)]
    [InlineData("browser=Chrome", 2, 2, 2, 1)]
    [InlineData("browser=Chrome&page=/", 1, 1, 1, 1)]
    [InlineData("source=Google&page=/pricing", 1, 1, 1, 0)]
    [InlineData("user=u1", 1, 1, 2, 0)]
    [InlineData("visitor=ann", 1, 1, 2, 0)]
    [InlineData("event=pageview&hostname=shop.example", 3, 3, 4, 2 / 3.0)]
    public async Task A_filter_keeps_matching_events_and_the_sessions_that_have_them(
        string filter, long visitors, long sessions, long pageviews, double bounceRate)
    {
        var site = await Shop();

        var overview = await site.Overview($"from=2026-11-20&to=2026-11-20&{filter}");

        Assert.Equal((visitors, sessions, pageviews, bounceRate), (overview.Visitors, overview.Sessions, overview.Pageviews, overview.BounceRate));
    }

    [Fact]
    public async Task A_visitor_is_also_found_by_the_id_that_answers_give()
    {
        var site = await Shop();
        var sessions = await site.Get<Contracts.SessionsResponse>("sessions?source=Bing");

        var overview = await site.Overview($"from=2026-11-20&to=2026-11-20&visitor={sessions.Sessions.Single().VisitorId}");

        Assert.Equal((1, 1), (overview.Visitors, overview.Pageviews));
    }
}
