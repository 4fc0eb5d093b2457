using System.Net;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Compatibility;

/// <summary>The reads of 002, compared with its text to the letter.</summary>
public sealed class EventAnalyticsTests(Api api)
{
    private static readonly TestEvent[] Visit =
    [
        Pageview("/").In("s-1").At("10:00"), Click("/", 100, 200, "#submit-btn", "Submit").In("s-1").At("10:00:10"),
        Custom("signup").In("s-1").At("10:01").Having(row => row.Props = [new("plan", "pro")]), Custom("identify").In("s-1").At("10:02").Having(row => row.UserId = "u1"),
        Pageleave("/", 70).In("s-1").At("10:03"), Custom("outbound").In("s-1").At("10:02:30"),
        Pageview("/").By("bob").In("s-2").At("11:00"),
    ];

    [Fact]
    public async Task Stats_counts_everything_of_every_site_the_key_sees()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync("stats_of_all_sites");
        await TestSite.With(client, clickHouse, "UTC", Visit);
        var second = await TestSite.With(client, clickHouse, "UTC", Pageview("/").In("s-1"), Custom("purchase").In("s-1"));
        await clickHouse.InsertAsync<ReplayRow>(
        [
            new ReplayRow { SiteId = second.Id, SessionId = 1, Seq = 0, Timestamp = Api.Now, Events = 20, Chunk = "[]"u8.ToArray() },
            new ReplayRow { SiteId = second.Id, SessionId = 1, Seq = 1, Timestamp = Api.Now, Events = 3, Chunk = "[]"u8.ToArray() },
        ]);

        (await client.GetJsonAsync("/stats")).ShouldBeJson(
            """{"pageviews":3,"identify_events":1,"custom_events":2,"click_events":1,"rrweb_events":23,"total_sessions":3}""");
        (await client.GetJsonAsync($"/stats?site={second.Key}")).ShouldBeJson(
            """{"pageviews":1,"identify_events":0,"custom_events":1,"click_events":0,"rrweb_events":23,"total_sessions":1}""");
    }

    [Fact]
    public async Task Stats_of_a_site_without_events_are_zeros()
    {
        var site = await TestSite.With(api);

        (await api.Client.GetJsonAsync($"/stats?site={site.Key}")).ShouldBeJson(
            """{"pageviews":0,"identify_events":0,"custom_events":0,"click_events":0,"rrweb_events":0,"total_sessions":0}""");
    }

    [Fact]
    public async Task A_session_has_details_counts_and_events()
    {
        var site = await TestSite.With(api, Visit);

        var session = await api.Client.GetJsonAsync($"/sessions/s-1?site={site.Key}");

        session.ShouldBeJson($$"""
            {
              "session_id": "s-1", "site": "{{site.Key}}", "visitor_id": "{{IdText.Hex(Identifier.Of("ann"))}}", "user_id": "u1",
              "started_at": "2026-11-20T10:00:00+00:00", "ended_at": "2026-11-20T10:03:00+00:00", "duration_seconds": 180,
              "entry_page": "/", "exit_page": "/", "source": "", "device": "", "browser": "", "os": "", "country": "",
              "counts": {"pageviews": 1, "identify_events": 1, "custom_events": 1, "click_events": 1, "rrweb_events": 0, "total_events": 6},
              "events": [
                {{Event("pageview", "pageview", "10:00:00")}},
                {{Event("click", "click", "10:00:10", element: "#submit-btn", text: "Submit", x: 100, y: 200)}},
                {{Event("custom", "signup", "10:01:00", data: """{"plan":"pro"}""")}},
                {{Event("identify", "identify", "10:02:00")}},
                {{Event("outbound", "outbound", "10:02:30")}},
                {{Event("pageleave", "pageleave", "10:03:00", depth: 70)}}
              ]
            }
            """);

        static string Event(string type, string name, string time, string element = "", string text = "", int x = 0, int y = 0, int depth = 0, string data = "{}") => $$"""
            {"type":"{{type}}","name":"{{name}}","timestamp":"2026-11-20T{{time}}+00:00","url":"https://shop.example/","title":"","element":"{{element}}",
             "text":"{{text}}","href":"","x":{{x}},"y":{{y}},"scroll_depth":{{depth}},"data":{{data}}}
            """;
    }

    [Fact]
    public async Task An_id_that_two_sites_know_is_answered_for_the_one_that_was_active_last_unless_told_which()
    {
        var shared = $"s-{Guid.NewGuid():n}";
        var early = await TestSite.With(api, Pageview("/early").In(shared).At("09:00"));
        var late = await TestSite.With(api, Pageview("/late").In(shared).At("10:00"));

        Assert.Equal(late.Key, (await api.Client.GetJsonAsync($"/sessions/{shared}")).GetProperty("site").GetString());
        Assert.Equal(early.Key, (await api.Client.GetJsonAsync($"/sessions/{shared}?site={early.Key}")).GetProperty("site").GetString());
    }

    [Theory]
    [InlineData("/sessions/nobody")]
    [InlineData("/stats?site=nobody")]
    [InlineData("/sessions/%27%3B%20DROP%20TABLE%20events%20--")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        using var response = await api.Client.GetAsync(path);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }
}
