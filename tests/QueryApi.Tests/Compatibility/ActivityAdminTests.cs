using System.Net;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Compatibility;

/// <summary>The reads of 000, compared with its text.</summary>
public sealed class ActivityAdminTests(Api api)
{
    private static TestEvent[] Activities() =>
    [
        Pageview("/").By("ann").At("09:00"),
        Click("/").By("ann").At("09:01").Having(row => (row.ElementId, row.ElementSelector, row.Browser, row.BrowserVersion, row.Os, row.Ip, row.Props) =
            ("submit-btn", "#submit-btn", "Chrome", "142", "Windows", "203.0.113.0", [new("element_text", "Submit \"Form\"")])),
        Custom("form_submit", "/contact").By("bob").At("09:02").Having(row => (row.UserId, row.ElementSelector) = ("u1", "form#contact")),
        Custom("page_visit", "/old").By("eve").OnDay("2026-11-01"),
    ];

    [Fact]
    public async Task Activities_are_told_newest_first_in_the_words_of_the_text()
    {
        var site = await TestSite.With(api, Activities());

        var answer = await api.Client.GetJsonAsync($"/api/admin/activities?site={site.Key}&per_page=3");

        var ids = answer.GetProperty("activities").EnumerateArray().Select(activity => activity.GetProperty("id").GetInt64()).ToList();
        Assert.Equal(3, ids.Distinct().Count());
        answer.ShouldBeJson($$"""
            {
              "activities": [
                {"id":{{ids[0]}},"user_identifier":"u1","action_type":"form_submit","page":"/contact","element_id":"form#contact","user_agent":null,
                 "ip_address":null,"timestamp":"2026-11-20T09:02:00+00:00","additional_data":null},
                {"id":{{ids[1]}},"user_identifier":"{{IdText.Hex(Identifier.Of("ann"))}}","action_type":"button_click","page":"/","element_id":"submit-btn",
                 "user_agent":"Chrome 142 on Windows","ip_address":"203.0.113.0","timestamp":"2026-11-20T09:01:00+00:00",
                 "additional_data":"{\u0022element_text\u0022:\u0022Submit \\\u0022Form\\\u0022\u0022}"},
                {"id":{{ids[2]}},"user_identifier":"{{IdText.Hex(Identifier.Of("ann"))}}","action_type":"page_visit","page":"/","element_id":null,"user_agent":null,
                 "ip_address":null,"timestamp":"2026-11-20T09:00:00+00:00","additional_data":null}
              ],
              "total": 4, "page": 1, "per_page": 3, "pages": 2
            }
            """);
    }

    [Theory]
    [InlineData("", 4, 1, 50, 1, "form_submit button_click page_visit page_visit")]
    [InlineData("&page=2&per_page=3", 4, 2, 3, 2, "page_visit")]
    [InlineData("&page=3&per_page=3", 4, 3, 3, 2, "")]
    [InlineData("&action_type=button_click", 1, 1, 50, 1, "button_click")]
    [InlineData("&action_type=form_submit", 1, 1, 50, 1, "form_submit")]
    [InlineData("&action_type=nothing", 0, 1, 50, 0, "")]
    [InlineData("&user_id=u1", 1, 1, 50, 1, "form_submit")]
    [InlineData("&user_id=ann", 2, 1, 50, 1, "button_click page_visit")]
    [InlineData("&user_id=ann&action_type=page_visit", 1, 1, 50, 1, "page_visit")]
    [InlineData("&action_type=&user_id=&unknown=1", 4, 1, 50, 1, "form_submit button_click page_visit page_visit")]
    public async Task Activities_are_filtered_and_paged_through(string query, long total, int page, int perPage, long pages, string types)
    {
        var site = await TestSite.With(api, Activities());

        var answer = await api.Client.GetJsonAsync($"/api/admin/activities?site={site.Key}{query}");

        Assert.Equal(
            (total, page, perPage, pages),
            (answer.GetProperty("total").GetInt64(), answer.GetProperty("page").GetInt32(), answer.GetProperty("per_page").GetInt32(), answer.GetProperty("pages").GetInt64()));
        Assert.Equal(
            types.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            answer.GetProperty("activities").EnumerateArray().Select(activity => activity.GetProperty("action_type").GetString()));
    }

    [Fact]
    public async Task An_identifier_of_the_list_filters_it()
    {
        var site = await TestSite.With(api, Activities());

        Assert.Equal(2, (await api.Client.GetJsonAsync($"/api/admin/activities?site={site.Key}&user_id={IdText.Hex(Identifier.Of("ann"))}")).GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task Statistics_are_of_all_time_and_of_the_last_day()
    {
        var site = await TestSite.With(api, Activities());

        (await api.Client.GetJsonAsync($"/api/admin/activity-stats?site={site.Key}")).ShouldBeJson("""
            {"action_stats":{"page_visit":2,"button_click":1,"form_submit":1},"unique_users":3,"total_activities":4,"recent_activities":3}
            """);
    }

    [Fact]
    public async Task Without_site_all_sites_of_the_key_are_told()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync("activities_of_all_sites");
        await TestSite.With(client, clickHouse, "UTC", Activities());
        await TestSite.With(client, clickHouse, "UTC", Pageview("/"));

        Assert.Equal(5, (await client.GetJsonAsync("/api/admin/activities")).GetProperty("total").GetInt64());
        Assert.Equal(5, (await client.GetJsonAsync("/api/admin/activity-stats")).GetProperty("total_activities").GetInt64());
    }

    [Fact]
    public async Task Nothing_is_zeros()
    {
        var site = await TestSite.With(api);

        (await api.Client.GetJsonAsync($"/api/admin/activities?site={site.Key}")).ShouldBeJson("""{"activities":[],"total":0,"page":1,"per_page":50,"pages":0}""");
        (await api.Client.GetJsonAsync($"/api/admin/activity-stats?site={site.Key}")).ShouldBeJson(
            """{"action_stats":{},"unique_users":0,"total_activities":0,"recent_activities":0}""");
    }

    [Theory]
    [InlineData("activities?page=0", "page")]
    [InlineData("activities?per_page=1001", "per_page")]
    [InlineData("activities?per_page=x", "per_page")]
    public async Task A_wrong_page_is_named(string path, string name)
    {
        using var response = await api.Client.GetAsync($"/api/admin/{path}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"\"{name}\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
