using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

/// <summary>The requests that Plausible's documentation of its Stats API v2 shows, as they stand there, and answers in its shape.</summary>
public sealed class PlausibleExampleTests(Api api)
{
    private const string Site = "dummy.site";

    public static TheoryData<string, string> Examples => new()
    {
        {
            """{ "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d" }""",
            "3"
        },
        {
            """{ "site_id": "dummy.site", "metrics": ["visitors", "events"], "date_range": "7d" }""",
            "3 6"
        },
        {
            """{ "site_id": "dummy.site", "metrics": ["visitors"], "date_range": ["2024-08-01", "2024-08-15"] }""",
            "1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors", "pageviews", "bounce_rate"], "date_range": "7d",
              "filters": [["is_not", "visit:country_name", [""]]], "dimensions": ["visit:country_name", "visit:city_name"] }
            """,
            "Estonia, Tallinn: 1 2 0 | United States, Boston: 1 1 100"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors", "events", "pageviews"], "date_range": "7d",
              "dimensions": ["visit:utm_medium", "visit:utm_source"] }
            """,
            "(not set), (not set): 1 1 1 | social, facebook: 1 3 2 | social, twitter: 1 2 1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d",
              "filters": [["contains", "event:page", ["/docs", "/pricing"]],
                          ["is", "visit:country_name", ["Estonia", "United States of America"]]] }
            """,
            "1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d",
              "filters": [["contains", "event:page", ["DOCS"], {"case_sensitive": false}]] }
            """,
            "1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors", "events"], "date_range": "7d",
              "filters": [["is", "visit:os", ["GNU/Linux", "Mac"]]], "dimensions": ["time:day"] }
            """,
            "2026-11-18: 1 3 | 2026-11-19: 1 1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "day", "dimensions": ["time:hour"], "include": { "time_labels": true } }
            """,
            "2026-11-20 09:00:00: 1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d", "dimensions": ["time:day", "event:props:is_customer"],
              "order_by": [["time:day", "asc"], ["event:props:is_customer", "desc"]] }
            """,
            "2026-11-18, true: 1 | 2026-11-18, (none): 1 | 2026-11-19, (none): 2"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors", "events", "pageviews"], "date_range": "7d",
              "dimensions": ["visit:utm_medium", "visit:utm_source"], "include": {"total_rows": true}, "pagination": { "limit": 2, "offset": 1 } }
            """,
            "social, facebook: 1 3 2 | social, twitter: 1 2 1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "all", "dimensions": ["visit:source"], "include": { "imports": true } }
            """,
            "Direct / None: 3 | Facebook: 1 | Twitter: 1"
        },
        {
            """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "all", "dimensions": ["visit:source"],
              "filters": [["is", "visit:country_name", ["Estonia"]]], "include": { "imports": true } }
            """,
            "Facebook: 1"
        },
    };

    [Fact]
    public async Task The_examples_run_unchanged()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync("plausible_examples");
        using var made = await client.PostAsJsonAsync("/api/sites", new NewSite(Site));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        TestEvent[] events =
        [
            Pageview("/docs/a").By("ann").OnDay("2026-11-18").At("10:00").From("Facebook").Having(Ann), Pageview("/").By("ann").OnDay("2026-11-18").At("10:01").Having(Ann),
            Custom("signup").By("ann").OnDay("2026-11-18").At("10:02").Having(row => { Ann(row); row.Props = [new("is_customer", "true")]; }),
            Pageview("/x").By("bob").OnDay("2026-11-19").At("10:00").From("Twitter").Having(row =>
                (row.Country, row.City, row.Os, row.UtmMedium, row.UtmSource) = ("US", "Boston", "Windows", "social", "twitter")),
            Custom("signup").By("bob").OnDay("2026-11-19").At("10:01"),
            Pageview("/").By("eve").OnDay("2026-11-19").Having(row => row.Os = "Mac"),
            Pageview("/").By("joe").OnDay("2024-08-02"), Pageview("/").By("sue").At("09:30"),
        ];
        await clickHouse.InsertAsync<EventRow>([.. events.Select(e => e.ToRow(Identifier.OfSite(Site)))]);

        foreach (var example in Examples)
        {
            var (request, expected) = example.Data;
            using var response = await client.PostAsync("/api/v2/query", new StringContent(request, Encoding.UTF8, "application/json"));
            var text = await response.Content.ReadAsStringAsync();

            Assert.True(response.IsSuccessStatusCode, $"{request}: {text}");
            var answer = JsonDocument.Parse(text).RootElement;
            Assert.Equal((request, expected), (request, string.Join(" | ", Queries.Rows(answer))));
            Assert.Equal(["results", "meta", "query"], answer.EnumerateObject().Select(field => field.Name));
        }
    }

    private static void Ann(EventRow row)
    {
        (row.Country, row.City, row.Os, row.UtmMedium, row.UtmSource) = ("EE", "Tallinn", "GNU/Linux", "social", "facebook");
    }
}
