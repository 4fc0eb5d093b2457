using System.Globalization;
using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Realtime;

public sealed class RealtimeTests(Api api)
{
    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Now_is_the_last_five_minutes_and_a_visitor_is_on_the_page_seen_last()
    {
        // It is 12:00:30.
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("11:56"), Pageview("/buy").By("ann").At("11:58"), Pageview("/buy").By("bob").At("11:59"),
            Click("/").By("eve").At("12:00:29"), Pageview("/").By("joe").At("11:55:29"));

        var answer = await site.Get<RealtimeResponse>("realtime", "");

        Assert.Equal((3, 3), (answer.Visitors, answer.Pageviews));
        answer.Pages.ShouldBe([new("shop.example", "/buy", 2)]);
    }

    [Fact]
    public async Task The_last_thirty_minutes_are_told_one_by_one_the_running_one_last()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("11:31"), Pageview("/").By("ann").At("11:31:59"), Click("/").By("bob").At("11:31:30"), Pageview("/").By("eve").At("12:00:10"),
            Pageview("/").By("joe").At("11:30:59"));

        var minutes = (await site.Get<RealtimeResponse>("realtime", "")).Minutes;

        Assert.Equal((30, At("11:31"), At("12:00")), (minutes.Count, minutes[0].Time, minutes[^1].Time));
        minutes.Where(minute => minute.Visitors > 0).ToList().ShouldBe([new(At("11:31"), 2, 2), new(At("12:00"), 1, 1)]);
    }

    [Fact]
    public async Task Who_is_there_came_from_where_the_session_came_from_however_long_ago()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("11:20").From("Search"), Click("/").By("ann").At("11:59").Having(row => (row.Country, row.Device) = ("ES", "mobile")),
            Pageview("/").By("bob").At("11:58").From("Search").Having(row => row.Country = "FR"), Pageview("/").By("eve").At("11:57").Having(row => row.Country = "ES"));

        var answer = await site.Get<RealtimeResponse>("realtime", "");

        answer.Sources.ShouldBe([new("Search", 2), new("", 1)]);
        answer.Countries.ShouldBe([new("ES", 2), new("FR", 1)]);
        answer.Devices.ShouldBe([new("", 2), new("mobile", 1)]);
    }

    [Fact]
    public async Task Nobody_is_nobody()
    {
        var site = await TestSite.With(api);

        var answer = await site.Get<RealtimeResponse>("realtime", "");

        (answer with { Minutes = [] }).ShouldBe(new RealtimeResponse(0, 0, [], [], [], [], []));
        Assert.All(answer.Minutes, minute => Assert.Equal((0, 0), (minute.Visitors, minute.Pageviews)));
    }
}
