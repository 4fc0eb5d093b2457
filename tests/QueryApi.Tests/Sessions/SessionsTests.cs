using System.Net;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Sessions;

public sealed class SessionsTests(Api api)
{
    private static DateTimeOffset At(int hour, int minute, int second = 0) => new(2026, 11, 20, hour, minute, second, TimeSpan.Zero);

    [Fact]
    public async Task A_session_is_told_by_its_first_and_last_event()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").In("s-ann").At("10:00").From("Google").Having(row =>
            {
                (row.Channel, row.Device, row.Browser, row.Os, row.Country) = ("Organic Search", "desktop", "Firefox", "Linux", "ES");
            }),
            Click("/").By("ann").In("s-ann").At("10:01"),
            Pageview("/buy").By("ann").In("s-ann").At("10:02").Having(row => row.UserId = "u1"),
            Custom("purchase", "/buy").By("ann").In("s-ann").At("10:03").Having(row => row.Revenue = 12.3456m),
            Pageview("/").By("bob").In("s-bob").At("11:00"));

        (await site.Get<SessionsResponse>("sessions")).ShouldBe(new SessionsResponse(
        [
            new("s-bob", IdText.Hex(Identifier.Of("bob")), "", At(11, 0), At(11, 0), 0, 1, 1, "/", "/", "", "", "", "", "", "", 0, false),
            new("s-ann", IdText.Hex(Identifier.Of("ann")), "u1", At(10, 0), At(10, 3), 180_000, 2, 4, "/", "/buy", "Google", "Organic Search",
                "desktop", "Firefox", "Linux", "ES", 12.3456m, false),
        ], Total: 2));
    }

    [Fact]
    public async Task The_list_comes_in_pages_newest_first()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 5).Select(i => Pageview("/").By($"v{i}").In($"s{i}").At($"1{i}:00"))]);

        var page = await site.Get<SessionsResponse>("sessions?limit=2&offset=1");

        Assert.Equal((5, "s3,s2"), (page.Total, string.Join(',', page.Sessions.Select(session => session.Id))));
    }

    [Theory]
    [InlineData("page=/a", "s2,s1")]
    [InlineData("page=/b", "s1")]
    [InlineData("visitor=ann", "s1")]
    [InlineData("user=u2", "s2")]
    [InlineData("event=click", "s2")]
    [InlineData("entry_page=/b", "")]
    public async Task Filters_keep_the_sessions_that_have_such_an_event(string filter, string expected)
    {
        var site = await TestSite.With(api,
            Pageview("/a").By("ann").In("s1").At("10:00"), Pageview("/b").By("ann").In("s1").At("10:01"),
            Pageview("/a").By("bob").In("s2").At("11:00").Having(row => row.UserId = "u2"), Click("/a").By("bob").In("s2").At("11:01"),
            Pageview("/c").By("eve").In("s3").At("12:00"));

        var answer = await site.Get<SessionsResponse>($"sessions?{filter}");

        Assert.Equal(expected, string.Join(',', answer.Sessions.Select(session => session.Id)));
        Assert.Equal(answer.Sessions.Count, answer.Total);
    }

    [Fact]
    public async Task A_journey_is_the_sessions_events_in_their_order()
    {
        var site = await TestSite.With(api,
            // Out of order as they may arrive, and over midnight in UTC.
            Pageview("/b").In("s").At("2026-11-20T00:00:01Z").Having(row => row.Title = "B"),
            Pageleave("/a", 80, 9000).In("s").At("2026-11-20T00:00:01Z"),
            Click("/a", 640, 410, "#buy", "Buy").In("s").At("2026-11-19T23:59:30Z"),
            Pageview("/a").In("s").At("2026-11-19T23:59:00Z").Having(row => row.Title = "A"),
            Custom("purchase", "/b").In("s").At("2026-11-20T00:00:09Z").Having(row =>
            {
                (row.Revenue, row.Currency, row.Props) = (49.9m, "EUR", [new("coupon", "X"), new("", "\"\\\n")]);
            }),
            Pageview("/").By("bob").In("other").At("2026-11-20T00:00:05Z"));

        var journey = await site.Get<JourneyResponse>("sessions/s", "");

        var midnight = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        journey.ShouldBe(new JourneyResponse(
            new SessionSummary("s", IdText.Hex(Identifier.Of("ann")), "", midnight.AddMinutes(-1), midnight.AddSeconds(9), 69_000, 2, 5,
                "/a", "/b", "", "", "", "", "", "", 49.9m, false),
            [
                Step(midnight.AddMinutes(-1), "pageview", "/a", title: "A"),
                Step(midnight.AddSeconds(-30), "click", "/a", element: "#buy", text: "Buy", x: 640, y: 410),
                Step(midnight.AddSeconds(1), "pageleave", "/a", depth: 80, dwell: 9000),
                Step(midnight.AddSeconds(1), "pageview", "/b", title: "B"),
                Step(midnight.AddSeconds(9), "purchase", "/b") with
                {
                    Revenue = 49.9m, Currency = "EUR", Props = new Dictionary<string, string> { ["coupon"] = "X", [""] = "\"\\\n" },
                },
            ]));
    }

    [Fact]
    public async Task A_journey_comes_in_pages()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 5).Select(i => Pageview($"/{i}").In("s").At($"10:0{i}"))]);

        var journey = await site.Get<JourneyResponse>("sessions/s?limit=2&offset=2", "");

        Assert.Equal((5, "/2,/3"), (journey.Session.Events, string.Join(',', journey.Events.Select(e => e.Path))));
    }

    [Fact]
    public async Task A_session_that_is_not_there_is_not_found()
    {
        var site = await TestSite.With(api, Pageview("/").In("s"));
        var other = await TestSite.With(api, Pageview("/").In("s-of-the-other"));

        using var unknown = await site.Ask("sessions/nobody");
        using var ofAnotherSite = await site.Ask("sessions/s-of-the-other");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, ofAnotherSite.StatusCode);
        Assert.NotEqual(site.Key, other.Key);
    }

    [Fact]
    public async Task A_session_may_have_any_id()
    {
        const string id = "a/b c?#é%";
        var site = await TestSite.With(api, Pageview("/").In(id));

        Assert.Equal(id, (await site.Get<JourneyResponse>($"sessions/{Uri.EscapeDataString(id)}", "")).Session.Id);
        Assert.Equal(1, (await api.Client.GetJsonAsync($"/api/sessions/{Uri.EscapeDataString(id)}/events?site={site.Key}")).GetArrayLength());
    }

    [Fact]
    public async Task A_session_without_an_id_of_the_trackers_is_named_by_ours_and_found_by_it()
    {
        var site = await TestSite.With(api);
        await api.ClickHouse.InsertAsync<EventRow>(
            [new EventRow { SiteId = site.Id, Timestamp = At(10, 0), Name = "pageview", Path = "/", VisitorId = 1, SessionId = 0xabc }]);

        var listed = Assert.Single((await site.Get<SessionsResponse>("sessions")).Sessions);

        Assert.Equal(("0000000000000abc", "0000000000000001"), (listed.Id, listed.VisitorId));
        Assert.Single((await site.Get<JourneyResponse>($"sessions/{listed.Id}", "")).Events);
    }

    [Fact]
    public async Task A_recorded_session_says_so()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").In("with"), Pageview("/").By("bob").In("without"));
        await api.ClickHouse.InsertAsync<ReplayRow>(
            [new ReplayRow { SiteId = site.Id, SessionId = Identifier.Of("with"), Timestamp = At(12, 0), Events = 1, Chunk = "[]"u8.ToArray() }]);

        var answer = await site.Get<SessionsResponse>("sessions");

        Assert.Equal(["with:True", "without:False"], answer.Sessions.Select(session => $"{session.Id}:{session.HasReplay}").Order(StringComparer.Ordinal));
        Assert.True((await site.Get<JourneyResponse>("sessions/with", "")).Session.HasReplay);
    }

    private static JourneyEvent Step(
        DateTimeOffset time, string name, string path, string title = "", string element = "", string text = "", int x = 0, int y = 0, int depth = 0, long dwell = 0) =>
        new(time, name, "shop.example", path, title, element, text, "", x, y, depth, dwell, 0, "", new Dictionary<string, string>());
}
