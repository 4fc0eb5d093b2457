using System.Text.Json;
using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryAnswerTests(Api api)
{
    [Fact]
    public async Task An_answer_has_the_shape_of_Plausible()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").Having(row => (row.Country, row.City) = ("DE", "Berlin")), Pageview("/").By("bob"));

        (await site.Query("""
            "metrics": ["visitors", "bounce_rate"], "date_range": "day", "dimensions": ["visit:country_name", "visit:city_name"],
            "filters": [["is_not", "visit:country_name", [""]], ["contains", "event:page", ["/"], {"case_sensitive": false}]],
            "include": {"imports": true, "total_rows": true, "time_labels": false}
            """)).ShouldBeJson($$"""
            {
              "results": [{"metrics": [1, 100], "dimensions": ["Germany", "Berlin"]}],
              "meta": {"imports_included": false, "imports_skip_reason": "no_imported_data", "total_rows": 1},
              "query": {
                "site_id": "{{site.Key}}",
                "metrics": ["visitors", "bounce_rate"],
                "date_range": ["2026-11-20T00:00:00+00:00", "2026-11-20T23:59:59+00:00"],
                "filters": [["is_not", "visit:country_name", [""]], ["contains", "event:page", ["/"], {"case_sensitive": false}]],
                "dimensions": ["visit:country_name", "visit:city_name"],
                "order_by": [["visitors", "desc"]],
                "include": {"imports": true, "total_rows": true},
                "pagination": {"offset": 0, "limit": 10000}
              }
            }
            """);
    }

    [Fact]
    public async Task Rows_come_in_pages_and_the_total_counts_all()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 7).Select(i => Pageview($"/{i}").By($"v{i}"))]);

        var second = await Page("\"limit\": 3, \"offset\": 3");
        var beyond = await Page("\"limit\": 3, \"offset\": 9");

        Assert.Equal((7, "/3: 1,/4: 1,/5: 1"), (Total(second), string.Join(',', Queries.Rows(second))));
        Assert.Equal((7, ""), (Total(beyond), string.Join(',', Queries.Rows(beyond))));

        Task<JsonElement> Page(string pagination) => site.Query($$"""
            "metrics": ["visitors"], "dimensions": ["event:page"], "include": {"total_rows": true}, "pagination": { {{pagination}} }
            """);
        static long Total(JsonElement answer) => answer.GetProperty("meta").GetProperty("total_rows").GetInt64();
    }

    [Theory]
    [InlineData("""[["event:page", "desc"]]""", "/c: 1 1,/b: 2 2,/a: 1 3")]
    [InlineData("""[["visitors", "asc"], ["event:page", "asc"]]""", "/a: 1 3,/c: 1 1,/b: 2 2")]
    [InlineData("""[["visitors", "asc"], ["pageviews", "asc"]]""", "/c: 1 1,/a: 1 3,/b: 2 2")]
    [InlineData("[]", "/b: 2 2,/a: 1 3,/c: 1 1")]
    public async Task Rows_are_ordered_as_asked(string order, string expected)
    {
        var site = await TestSite.With(api,
            Pageview("/a").By("ann"), Pageview("/a").By("ann"), Pageview("/a").By("ann"), Pageview("/b").By("ann"), Pageview("/b").By("bob"), Pageview("/c").By("eve"));

        Assert.Equal(expected, string.Join(',', await site.Rows($$"""
            "metrics": ["visitors", "pageviews"], "dimensions": ["event:page"], "order_by": {{order}}
            """)));
    }

    [Fact]
    public async Task Numbers_without_filters_are_those_of_the_reports()
    {
        var site = await Random();
        const string days = "from=2026-11-18&to=2026-11-20";
        const string range = "\"date_range\": [\"2026-11-18\", \"2026-11-20\"]";
        var overview = (await site.Get<OverviewComparison>("overview", days)).Current;

        Assert.Equal(
            FormattableString.Invariant($"{overview.Visitors} {overview.Sessions} {overview.Pageviews} {overview.Events} {Math.Round(overview.ViewsPerSession, 2)} {Math.Round(overview.BounceRate * 100)} {Math.Round(overview.SessionSeconds)} {overview.Revenue:0.####}"),
            await site.Number($$"""
                {{range}}, "metrics": ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration", "revenue"]
                """));
        foreach (var (dimension, report) in new[]
        {
            ("event:page", "page"), ("event:hostname", "hostname"), ("event:name", "event"), ("visit:source", "source"), ("visit:entry_page", "entry_page"),
            ("visit:exit_page", "exit_page"), ("visit:browser", "browser"), ("visit:country", "country"), ("visit:city", "city"), ("visit:os_version", "os_version"),
            ("visit:utm_campaign", "utm_campaign"),
        })
        {
            var rows = (await site.Get<BreakdownResponse>($"breakdown/{report}", $"{days}&limit=1000")).Rows;
            var expected = rows.Select(row => FormattableString.Invariant($"{row.Visitors} {row.Sessions} {row.Pageviews} {row.Events} {Math.Round(row.BounceRate * 100)}"));
            var answer = await site.Rows($$"""
                {{range}}, "metrics": ["visitors", "visits", "pageviews", "events", "bounce_rate"], "dimensions": ["{{dimension}}"],
                "order_by": [["visitors", "desc"], ["pageviews", "desc"]]
                """);

            Assert.NotEmpty(rows);
            Assert.Equal((report, string.Join('\n', expected)), (report, string.Join('\n', answer.Select(row => row[(row.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]))));
        }

        foreach (var interval in new[] { "hour", "day", "week" })
        {
            var points = (await site.Get<TimeseriesResponse>("timeseries", $"{days}&interval={interval}")).Points.Where(point => point.Visitors > 0);
            var answer = await site.Rows($$"""
                {{range}}, "metrics": ["visitors", "visits", "pageviews"], "dimensions": ["time:{{interval}}"]
                """);

            Assert.Equal(points.Select(point => $"{point.Visitors} {point.Sessions} {point.Pageviews}"), answer.Select(row => row[(row.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]));
        }
    }

    // 2,000 events of 150 visitors over five days, always the same.
    private Task<TestSite> Random()
    {
        var random = new Random(4);
        return TestSite.With(api, [.. Enumerable.Range(0, 2000).Select(_ =>
        {
            var visitor = random.Next(150);
            var (day, second) = (random.Next(5), random.Next(86_400));
            var name = random.Next(10) switch { < 6 => "pageview", < 8 => "click", 8 => "pageleave", _ => "signup" };
            return Custom(name, $"/{random.Next(12)}").By($"v{visitor}").In($"s{visitor}-{day}-{random.Next(2)}")
                .At(new DateTime(2026, 11, 17).AddDays(day).AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture))
                .Having(row =>
                {
                    row.Source = new[] { "", "Google", "Bing" }[visitor % 3];
                    (row.UtmCampaign, row.Country, row.City) = ($"c{visitor % 4}", new[] { "DE", "US", "" }[visitor % 3], $"city{random.Next(3)}");
                    (row.Browser, row.OsVersion, row.Hostname) = ($"b{visitor % 5}", $"{visitor % 2}", $"h{random.Next(2)}.example");
                    row.Revenue = name == "signup" ? random.Next(10_000) / 100m : 0;
                });
        })]);
    }
}
