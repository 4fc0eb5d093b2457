using System.Net;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Compatibility;

/// <summary>The read of 003.</summary>
public sealed class UserAnalyticsTests(Api api)
{
    private static TestEvent Of(string user, TestEvent e) => e.Having(row => row.UserId = user);

    [Fact]
    public async Task A_user_is_told_with_what_was_done_before_being_named()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("u").In("s1").OnDay("2026-11-19").At("10:00"),
            Of("user123", Custom("identify").By("u").In("s2").At("09:59").Having(row => row.Props = [new("plan", "pro")])),
            Of("user123", Pageview("/dashboard").By("u").In("s2").At("10:00").Having(row => row.Props = [new("theme", "dark")])),
            Of("user123", Custom("purchase").By("u").In("s2").At("10:01").Having(row => row.Revenue = 5)),
            Of("other", Pageview("/").By("o").At("10:00")));

        (await api.Client.GetJsonAsync($"/api/analytics/user/user123?site={site.Key}&limit=1")).ShouldBeJson($$"""
            {
              "user_id": "user123", "first_seen": "2026-11-19T10:00:00+00:00", "last_seen": "2026-11-20T10:01:00+00:00",
              "total_activities": 4, "page_views": 2, "total_sessions": 2, "total_time_seconds": 120, "average_session_seconds": 60, "revenue": 5,
              "traits": {"plan": "pro"}, "activity_counts": {"page_view": 2, "identify": 1, "purchase": 1},
              "top_pages": [{"page_url":"https://shop.example/","views":1},{"page_url":"https://shop.example/dashboard","views":1}],
              "daily_activity": [{"date":"2026-11-19","activities":1,"page_views":1},{"date":"2026-11-20","activities":3,"page_views":1}],
              "sessions": [{"session_id":"s2","site":"{{site.Key}}","started_at":"2026-11-20T09:59:00+00:00","ended_at":"2026-11-20T10:01:00+00:00","duration_seconds":120,
                            "activities":3,"page_views":1,"entry_page":"/dashboard","device":"","country":""}],
              "recent_activities": [
                {"activity_type":"purchase","page_url":"https://shop.example/","timestamp":"2026-11-20T10:01:00+00:00","session_id":"s2","metadata":{} },
                {"activity_type":"page_view","page_url":"https://shop.example/dashboard","timestamp":"2026-11-20T10:00:00+00:00","session_id":"s2","metadata":{"theme":"dark"} },
                {"activity_type":"identify","page_url":"https://shop.example/","timestamp":"2026-11-20T09:59:00+00:00","session_id":"s2","metadata":{"plan":"pro"} },
                {"activity_type":"page_view","page_url":"https://shop.example/","timestamp":"2026-11-19T10:00:00+00:00","session_id":"s1","metadata":{} }
              ]
            }
            """);
    }

    [Fact]
    public async Task A_user_of_several_sites_is_one()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync("user_of_all_sites");
        await TestSite.With(client, clickHouse, "UTC", Of("u1", Pageview("/").By("ann").In("s1")));
        var second = await TestSite.With(client, clickHouse, "UTC", Of("u1", Pageview("/").By("ann").In("s2")), Pageview("/").By("bob"));

        Assert.Equal(2, (await client.GetJsonAsync("/api/analytics/user/u1")).GetProperty("total_sessions").GetInt32());
        Assert.Equal(1, (await client.GetJsonAsync($"/api/analytics/user/u1?site={second.Key}")).GetProperty("total_sessions").GetInt32());
    }

    [Fact]
    public async Task A_user_that_nobody_named_is_not_found()
    {
        using var response = await api.Client.GetAsync("/api/analytics/user/nobody");

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }
}
