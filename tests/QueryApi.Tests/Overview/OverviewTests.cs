using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Overview;

public sealed class OverviewTests(Api api)
{
    [Fact]
    public async Task Bounce_rate_is_the_share_of_sessions_with_one_pageview()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageview("/pricing").By("ann").At("10:05"),
            Pageview("/").By("bob").At("10:00"));

        Assert.Equal(
            new OverviewResponse(Visitors: 2, Sessions: 2, Pageviews: 3, Events: 3, ViewsPerSession: 1.5, BounceRate: 0.5, SessionSeconds: 150, Revenue: 0),
            await site.Overview());
    }

    [Fact]
    public async Task A_session_without_a_pageview_is_no_bounce()
    {
        var site = await TestSite.With(api, Custom("ping").By("ann"), Pageview("/").By("bob"));

        Assert.Equal(
            new OverviewResponse(Visitors: 2, Sessions: 2, Pageviews: 1, Events: 2, ViewsPerSession: 0.5, BounceRate: 0.5, SessionSeconds: 0, Revenue: 0),
            await site.Overview());
    }

    [Fact]
    public async Task A_click_does_not_undo_a_bounce_and_revenue_is_summed()
    {
        var site = await TestSite.With(api,
            Pageview("/").At("10:00:00"), Click("/").At("10:00:30"),
            Custom("purchase").At("10:01:00").Having(row => row.Revenue = 49.9m), Custom("purchase").At("10:01:00.500").Having(row => row.Revenue = 0.1m));

        Assert.Equal(
            new OverviewResponse(Visitors: 1, Sessions: 1, Pageviews: 1, Events: 4, ViewsPerSession: 1, BounceRate: 1, SessionSeconds: 60.5, Revenue: 50),
            await site.Overview());
    }

    [Fact]
    public async Task Nothing_counts_as_nothing()
    {
        var site = await TestSite.With(api);

        Assert.Equal(new OverviewResponse(0, 0, 0, 0, 0, 0, 0, 0), await site.Overview());
    }

    [Fact]
    public async Task A_session_over_midnight_is_one_session_of_the_day_it_began_on()
    {
        var site = await TestSite.With(api,
            Pageview("/").OnDay("2026-11-19").At("23:50"), Pageview("/a").OnDay("2026-11-20").At("00:10"));

        Assert.Equal(
            new OverviewResponse(Visitors: 1, Sessions: 1, Pageviews: 1, Events: 1, ViewsPerSession: 1, BounceRate: 0, SessionSeconds: 1200, Revenue: 0),
            await site.Overview("from=2026-11-19&to=2026-11-19"));
        Assert.Equal(
            new OverviewResponse(Visitors: 1, Sessions: 0, Pageviews: 1, Events: 1, ViewsPerSession: 0, BounceRate: 0, SessionSeconds: 0, Revenue: 0),
            await site.Overview("from=2026-11-20&to=2026-11-20"));
        Assert.Equal(
            new OverviewResponse(Visitors: 1, Sessions: 1, Pageviews: 2, Events: 2, ViewsPerSession: 2, BounceRate: 0, SessionSeconds: 1200, Revenue: 0),
            await site.Overview("from=2026-11-19&to=2026-11-20"));
    }

    [Fact]
    public async Task The_period_before_has_the_same_length()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").OnDay("2026-11-20"),
            Pageview("/").By("ann").In("s1").OnDay("2026-11-18"), Pageview("/").By("bob").In("s2").OnDay("2026-11-17"),
            Pageview("/").By("eve").In("s3").OnDay("2026-11-16"));

        var answer = await site.Get<OverviewComparison>("overview", "from=2026-11-19&to=2026-11-20");

        Assert.Equal((1, 1), (answer.Current.Visitors, answer.Current.Sessions));
        Assert.Equal((2, 2), (answer.Previous.Visitors, answer.Previous.Sessions));
    }

    [Fact]
    public async Task Other_sites_are_not_counted()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann"));
        await TestSite.With(api, Pageview("/").By("bob"), Pageview("/").By("ann"));

        Assert.Equal(1, (await site.Overview()).Pageviews);
    }

    [Fact]
    public async Task The_end_of_a_period_is_not_in_it_and_its_begin_is()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("2026-11-20T00:00:00.000Z"), Pageview("/").By("bob").At("2026-11-20T23:59:59.999Z"),
            Pageview("/").By("eve").At("2026-11-21T00:00:00.000Z"));

        Assert.Equal(2, (await site.Overview()).Visitors);
    }

    [Fact]
    public async Task A_sparkline_comes_along_where_it_is_asked_for()
    {
        var site = await TestSite.With(
            api, Pageview("/").By("ann").At("10:00"), Pageview("/b").By("ann").At("10:59"), Pageview("/").By("bob").At("12:00").OnDay("2026-11-19"),
            Pageview("/").By("cat").At("09:00").OnDay("2026-11-18"));

        var day = (await site.Get<OverviewComparison>("overview?sparkline=yes")).Sparkline!;
        var days = (await site.Get<OverviewComparison>("overview?sparkline=yes", "from=2026-11-17&to=2026-11-20&page=/")).Sparkline!;

        Assert.Equal(("hour", 24), (day.Interval, day.Points.Count));
        day.Points[10].ShouldBe(new TimeseriesPoint(new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero), Visitors: 1, Sessions: 1, Pageviews: 2));
        Assert.Equal(2, day.Points.Sum(point => point.Pageviews));
        Assert.Equal("day", days.Interval);
        Assert.Equal([0, 1, 1, 1], days.Points.Select(point => point.Pageviews));
        Assert.Null((await site.Get<OverviewComparison>("overview")).Sparkline);
        Assert.Equal("month", (await site.Get<OverviewComparison>("overview?sparkline=yes", "from=2020-01-01&to=2026-11-20")).Sparkline!.Interval);
        Assert.Equal(3, (await site.Get<OverviewComparison>("overview?sparkline=yes", "period=all")).Sparkline!.Points.Sum(point => point.Sessions));
    }
}
