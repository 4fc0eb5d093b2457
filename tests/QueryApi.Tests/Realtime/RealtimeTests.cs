using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Realtime;

public sealed class RealtimeTests(Api api)
{
    [Fact]
    public async Task Now_is_the_last_five_minutes_and_a_visitor_is_on_the_page_seen_last()
    {
        // It is 12:00:30.
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("11:56"), Pageview("/buy").By("ann").At("11:58"), Pageview("/buy").By("bob").At("11:59"),
            Click("/").By("eve").At("12:00:29"), Pageview("/").By("joe").At("11:55:29"));

        (await site.Get<RealtimeResponse>("realtime", "")).ShouldBe(
            new RealtimeResponse(Visitors: 3, Pageviews: 3, [new("shop.example", "/buy", 2)]));
    }

    [Fact]
    public async Task Nobody_is_nobody()
    {
        var site = await TestSite.With(api);

        (await site.Get<RealtimeResponse>("realtime", "")).ShouldBe(new RealtimeResponse(0, 0, []));
    }
}
