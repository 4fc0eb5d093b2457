using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Engagement;

public sealed class EngagementTests(Api api)
{
    [Fact]
    public async Task A_score_adds_up_visits_depth_dwell_events_and_recency()
    {
        // The clock of the tests stands at 12:00:30 on the 20th.
        var site = await TestSite.With(api,
            // ann: 2 visits (4), 3 views in 2 visits (6), 90 s in 2 visits (5), 4 others in 2 visits (2), a day ago (19): 36.
            Pageview("/").By("ann").In("a1").OnDay("2026-11-18").At("10:00"), Click("/").By("ann").In("a1").OnDay("2026-11-18").At("10:01"),
            Pageleave("/", 50, 60_000).By("ann").In("a1").OnDay("2026-11-18").At("10:02"), Pageview("/b").By("ann").In("a1").OnDay("2026-11-18").At("10:03"),
            Pageleave("/b", 50, 30_000).By("ann").In("a1").OnDay("2026-11-18").At("10:04"),
            Pageview("/").By("ann").In("a2").OnDay("2026-11-19").At("12:00"), Custom("x").By("ann").In("a2").OnDay("2026-11-19").At("12:01"),
            // bob: 1 visit (2), 1 view (4), 2 h of dwell (20), 1 other (1), today (20): 47.
            Pageview("/").By("bob").At("09:00"), Pageleave("/", 100, 7_200_000).By("bob").At("11:00"));

        var answer = await site.Get<EngagementResponse>("engagement", "period=7d");

        Assert.Equal((2, 2, 0, 41.5, 41.5), (answer.Visitors, answer.NewVisitors, answer.ReturningVisitors, answer.MeanScore, answer.MedianScore));
        Assert.Equal([new(30, 39, 1), new(40, 49, 1)], answer.Scores.Where(bin => bin.Count > 0));
        Assert.Equal([new(1, 1, 2), new(2, 2, 1)], answer.Depth.Where(bin => bin.Count > 0));
        Assert.Equal([new(1, 1, 1), new(2, 2, 1)], answer.Frequency.Where(bin => bin.Count > 0));
        Assert.Equal([new(0, 0, 1), new(1, 1, 1)], answer.Recency.Where(bin => bin.Count > 0));
        answer.Pages.ShouldBe([new("/", 3, 2, 7_260_000, 2_420_000), new("/b", 1, 1, 30_000, 30_000)]);
        Assert.Equal((10, new CountBin(90, null, 0)), (answer.Scores.Count, answer.Scores[^1]));
    }

    [Fact]
    public async Task A_score_is_a_hundred_at_most()
    {
        var site = await TestSite.With(api,
            [.. Enumerable.Range(0, 12).SelectMany(visit => Enumerable.Range(0, 9).Select(i => Pageview($"/{i}").In($"s{visit}").At($"0{visit % 10}:{visit / 10}{i}:00"))
                .Concat(Enumerable.Range(0, 30).Select(i => Pageleave("/", 10, 60_000).In($"s{visit}").At($"0{visit % 10}:{visit / 10}9:{i + 10}"))))]);

        Assert.Equal(100, (await site.Get<EngagementResponse>("engagement")).MeanScore);
    }

    [Fact]
    public async Task Visitors_with_a_session_before_the_period_are_returning()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").In("a0").OnDay("2026-01-01"), Pageview("/").By("ann").In("a1"), Pageview("/").By("bob").In("b0").OnDay("2026-11-19"), Pageview("/").By("bob").In("b1"),
            Pageview("/").By("eve"), Pageview("/").By("joe").In("j0").OnDay("2026-11-01"));

        var answer = await site.Get<EngagementResponse>("engagement");

        Assert.Equal((3, 1, 2), (answer.Visitors, answer.NewVisitors, answer.ReturningVisitors));
    }

    [Theory]
    // The instant, the zone, weekday and hour there.
    [InlineData("2026-11-16T00:00:00Z", "UTC", 1, 0)]
    [InlineData("2026-11-15T23:59:59.999Z", "UTC", 7, 23)]
    [InlineData("2026-11-16T04:59:59Z", "America/New_York", 7, 23)]
    [InlineData("2026-11-16T05:00:00Z", "America/New_York", 1, 0)]
    [InlineData("2026-11-01T05:59:59Z", "America/New_York", 7, 1)] // before the clock goes back
    [InlineData("2026-11-01T06:30:00Z", "America/New_York", 7, 1)] // and once more
    [InlineData("2026-11-01T07:00:00Z", "America/New_York", 7, 2)]
    [InlineData("2026-03-08T06:59:59Z", "America/New_York", 7, 1)] // before it goes forward
    [InlineData("2026-03-08T07:00:00Z", "America/New_York", 7, 3)]
    [InlineData("2026-11-16T18:29:59Z", "Asia/Kolkata", 1, 23)]
    [InlineData("2026-11-16T18:30:00Z", "Asia/Kolkata", 2, 0)]
    [InlineData("2026-09-26T13:59:00Z", "Pacific/Chatham", 7, 2)] // +12:45
    [InlineData("2026-09-26T14:00:00Z", "Pacific/Chatham", 7, 3)] // +13:45
    public async Task Hours_of_the_week_are_those_of_the_sites_clock(string instant, string zone, int weekday, int hour)
    {
        var site = await TestSite.With(api, zone, Pageview("/").At(instant));

        var answer = await site.Get<EngagementResponse>("engagement", "period=year");

        Assert.Equal(168, answer.Hours.Count);
        Assert.Equal([new HourCount(weekday, hour, 1)], answer.Hours.Where(cell => cell.Sessions > 0));
        Assert.Equal([(1, 0), (1, 1), (7, 23)], new[] { 0, 1, 167 }.Select(i => (answer.Hours[i].Weekday, answer.Hours[i].Hour)));
    }

    [Fact]
    public async Task A_site_without_visits_has_zeros_and_filters_narrow_it_down()
    {
        var empty = await (await TestSite.With(api)).Get<EngagementResponse>("engagement", "period=all");
        var site = await TestSite.With(api, Pageview("/a").By("ann").From("Google"), Pageview("/a").By("bob").From("Bing"));

        Assert.Equal((0, 0, 0, 0.0, 0, 168), (empty.Visitors, empty.NewVisitors, empty.ReturningVisitors, empty.MedianScore, empty.Pages.Count, empty.Hours.Count));
        Assert.All(empty.Hours, hour => Assert.Equal(0, hour.Sessions));
        var filtered = await site.Get<EngagementResponse>("engagement?source=Google");
        Assert.Equal((1, 1), (filtered.Visitors, filtered.Pages.Single().Pageviews));
        Assert.Equal(["depth"], await site.WrongParameters("engagement?depth=1"));
    }

    [Fact]
    public void A_median_lies_between_the_two_in_the_middle()
    {
        Assert.Equal((0, 0), (new Histogram([]).Median, new Histogram([]).Mean));
        Assert.Equal(3, new Histogram([(3, 1)]).Median);
        Assert.Equal(2.5, new Histogram([(2, 1), (3, 1)]).Median);
        Assert.Equal(2, new Histogram([(9, 1), (2, 3), (1, 1)]).Median);
        Assert.Equal(3.5, new Histogram([(2, 2), (5, 1), (5, 1)]).Median);
    }
}
