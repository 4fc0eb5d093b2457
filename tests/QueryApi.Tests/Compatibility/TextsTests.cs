using System.Net;
using System.Text.Json;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Compatibility;

/// <summary>Every read that a text names: its exact path, the names in its answer, its pages. What the values are is tested beside each.</summary>
public sealed class TextsTests(Api api)
{
    private static readonly string Unique = Guid.NewGuid().ToString("n");

    public static TheoryData<string, string, string> Reads => new()
    {
        // 000
        { "/api/admin/activities", "", "activities total page per_page pages" },
        { "/api/admin/activities?page=1&per_page=20&action_type=page_visit&user_id=u", "activities", "id user_identifier action_type page element_id user_agent ip_address timestamp additional_data" },
        { "/api/admin/activity-stats", "", "action_stats unique_users total_activities recent_activities" },

        // 002
        { "/stats", "", "pageviews identify_events custom_events click_events rrweb_events total_sessions" },
        {
            "/sessions/{session}", "",
            "session_id site visitor_id user_id started_at ended_at duration_seconds entry_page exit_page source device browser os country counts events"
        },
        { "/sessions/{session}", "counts", "pageviews identify_events custom_events click_events rrweb_events total_events" },

        // 003
        {
            "/api/analytics/user/{user}", "",
            "user_id first_seen last_seen total_activities page_views total_sessions total_time_seconds average_session_seconds revenue traits activity_counts top_pages daily_activity sessions recent_activities"
        },

        // 004
        { "/api/sessions", "*", "session_id site event_count page_views clicks first_seen last_seen entry_page user_id" },
        { "/api/sessions/{session}/events", "*", "session_id event_type page_url timestamp x y title element text" },
        { "/api/heatmap?url=https://shop.example/a", "*", "x y count width last_seen" },
        { "/api/pages", "*", "url hostname path site page_views clicks last_seen" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_read_of_a_text_answers_in_its_words(string path, string part, string names)
    {
        var site = await SiteAsync();
        foreach (var address in new[] { Address(path, ""), Address(path, site.Key) })
        {
            var answer = await api.Client.GetJsonAsync(address);
            foreach (var json in part switch
            {
                "" => [answer],
                "*" => answer.EnumerateArray().ToArray(),
                _ when answer.GetProperty(part) is { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
                _ => [answer.GetProperty(part)],
            })
            {
                Assert.Equal(names.Split(' '), json.EnumerateObject().Select(property => property.Name));
            }
        }
    }

    [Theory]
    [InlineData("/api/admin/activities?per_page=1&page={page}", "activities", 3)]
    [InlineData("/sessions/{session}?limit=1&offset={offset}", "events", 3)]
    [InlineData("/api/analytics/user/{user}?limit=1&offset={offset}", "sessions", 1)]
    [InlineData("/api/sessions?limit=1&offset={offset}", "*", 1)]
    [InlineData("/api/sessions/{session}/events?limit=1&offset={offset}", "*", 3)]
    [InlineData("/api/pages?limit=1&offset={offset}", "*", 1)]
    public async Task A_list_of_a_text_is_paged_through(string path, string part, int count)
    {
        var site = await SiteAsync();
        var pages = new List<string>();
        for (var i = 0; i <= count; i++)
        {
            var answer = await api.Client.GetJsonAsync(Address(
                path.Replace("{page}", $"{i + 1}", StringComparison.Ordinal).Replace("{offset}", $"{i}", StringComparison.Ordinal), site.Key));
            var list = (part == "*" ? answer : answer.GetProperty(part)).EnumerateArray().ToList();
            Assert.Equal(i < count ? 1 : 0, list.Count);
            pages.AddRange(list.Select(item => item.GetRawText()));
        }

        Assert.Equal(count, pages.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_read_of_a_text_needs_a_key_and_knows_its_sites(string path, string part, string names)
    {
        using var client = api.CreateClient();
        using var without = await client.GetAsync(Address(path, ""));
        using var unknown = await api.Client.GetAsync(Address(path, "nobody"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (without.StatusCode, unknown.StatusCode));
        Assert.True(part.Length + names.Length > 0);
    }

    private Task<TestSite> SiteAsync() => TestSite.With(api,
        Pageview("/a").In($"s-{Unique}").At("10:00").Having(row => row.UserId = $"u-{Unique}"), Click("/a", 1, 2).In($"s-{Unique}").At("10:01"),
        Custom("signup", "/a").In($"s-{Unique}").At("10:02"));

    private static string Address(string path, string site)
    {
        var address = path.Replace("{session}", $"s-{Unique}", StringComparison.Ordinal).Replace("{user}", $"u-{Unique}", StringComparison.Ordinal);
        return site.Length == 0 ? address : $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}site={site}";
    }
}
