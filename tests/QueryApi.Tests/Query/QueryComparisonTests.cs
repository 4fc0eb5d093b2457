using System.Text.Json;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryComparisonTests(Api api)
{
    [Fact]
    public async Task The_period_before_has_as_many_days()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("a").OnDay("2026-11-01"), Pageview("/").By("b").OnDay("2026-11-01"), Pageview("/").By("c").OnDay("2026-11-02"),
            Pageview("/").By("d").OnDay("2026-11-07"));

        var answer = await site.Query("""
            "metrics": ["pageviews", "total_revenue", "bounce_rate"], "date_range": ["2026-11-07", "2026-11-13"],
            "include": {"comparisons": {"mode": "previous_period"}}
            """);

        answer.GetProperty("results").ShouldBeJson("""
            [{"metrics": [1, null, 100], "dimensions": [], "comparison": {"metrics": [3, null, 100], "dimensions": [], "change": [-67, null, 0]}}]
            """);
        Assert.Equal(("2026-10-31T00:00:00+00:00", "2026-11-06T23:59:59+00:00"), Other(answer));
        answer.GetProperty("query").GetProperty("include").ShouldBeJson("""{"comparisons": {"mode": "previous_period"}}""");
    }

    [Fact]
    public async Task Over_time_every_bucket_stands_beside_the_one_of_the_same_place()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("a").OnDay("2026-11-17"), Pageview("/").By("b").OnDay("2026-11-17"), Pageview("/").By("c").OnDay("2026-11-19"), Pageview("/").By("d").OnDay("2026-11-20"));

        var answer = await site.Query("""
            "metrics": ["visitors"], "date_range": ["2026-11-19", "2026-11-21"], "dimensions": ["time:day"],
            "include": {"time_labels": true, "comparisons": {"mode": "previous_period"}}
            """);

        // The running day ends the period: 19 and 20 are compared with 17 and 18.
        answer.GetProperty("results").ShouldBeJson("""
            [
              {"metrics": [1], "dimensions": ["2026-11-19"], "comparison": {"metrics": [2], "dimensions": ["2026-11-17"], "change": [-50]}},
              {"metrics": [1], "dimensions": ["2026-11-20"], "comparison": {"metrics": [0], "dimensions": ["2026-11-18"], "change": [100]}},
              {"metrics": [0], "dimensions": ["2026-11-21"], "comparison": {"metrics": [0], "dimensions": [""], "change": [0]}}
            ]
            """);
        Assert.Equal(2, answer.GetProperty("meta").GetProperty("comparison_time_labels").GetArrayLength());
    }

    [Fact]
    public async Task Rows_of_a_page_stand_beside_their_own_numbers_and_shares_are_of_all()
    {
        var site = await TestSite.With(api,
            [.. Views("2026-11-01", ("Firefox", 4), ("Safari", 3), ("Chrome", 1)), .. Views("2026-11-07", ("Chrome", 3), ("Firefox", 2)), .. Views("2026-11-08", ("Safari", 1))]);

        (await site.Query("""
            "metrics": ["visitors", "percentage"], "date_range": ["2026-11-07", "2026-11-13"], "dimensions": ["visit:browser"],
            "include": {"comparisons": {"mode": "previous_period"}, "total_rows": true}, "pagination": {"limit": 2}
            """)).GetProperty("results").ShouldBeJson("""
            [
              {"metrics": [3, 50], "dimensions": ["Chrome"], "comparison": {"metrics": [1, 12.5], "dimensions": ["Chrome"], "change": [200, 300]}},
              {"metrics": [2, 33.3], "dimensions": ["Firefox"], "comparison": {"metrics": [4, 50], "dimensions": ["Firefox"], "change": [-50, -33]}}
            ]
            """);
        (await site.Query("""
            "metrics": ["visitors", "percentage"], "date_range": ["2026-11-07", "2026-11-13"], "dimensions": ["visit:browser"],
            "include": {"comparisons": {"mode": "previous_period"}}, "pagination": {"limit": 2, "offset": 2}
            """)).GetProperty("results").ShouldBeJson("""
            [{"metrics": [1, 16.7], "dimensions": ["Safari"], "comparison": {"metrics": [3, 37.5], "dimensions": ["Safari"], "change": [-67, -55]}}]
            """);
    }

    [Theory]
    [InlineData("""{"mode": "previous_period"}""", """["2026-11-07", "2026-11-13"]""", "2026-10-31", "2026-11-06")]
    [InlineData("""{"mode": "previous_period"}""", "\"7d\"", "2026-11-06", "2026-11-12")]
    [InlineData("""{"mode": "previous_period"}""", "\"day\"", "2026-11-19", "2026-11-19")]
    [InlineData("""{"mode": "previous_period", "match_day_of_week": true}""", "\"day\"", "2026-11-13", "2026-11-13")]
    [InlineData("""{"mode": "previous_period"}""", "\"month\"", "2026-10-12", "2026-10-31")] // as many days as the running month has had
    [InlineData("""{"mode": "previous_period", "match_day_of_week": true}""", "\"month\"", "2026-10-11", "2026-10-30")] // the 1st is a Sunday
    [InlineData("""{"mode": "year_over_year"}""", """["2026-11-07", "2026-11-13"]""", "2025-11-07", "2025-11-13")]
    [InlineData("""{"mode": "year_over_year"}""", """["2024-02-29", "2024-02-29"]""", "2023-02-28", "2023-02-28")]
    [InlineData("""{"mode": "year_over_year"}""", "\"year\"", "2025-01-01", "2025-11-20")]
    [InlineData("""{"mode": "year_over_year", "match_day_of_week": true}""", """["2026-11-07", "2026-11-13"]""", "2025-11-08", "2025-11-14")]
    [InlineData("""{"mode": "custom", "date_range": ["2026-01-01", "2026-01-31"]}""", "\"7d\"", "2026-01-01", "2026-01-31")]
    public async Task The_other_time(string comparisons, string range, string first, string last)
    {
        var site = await TestSite.With(api);

        Assert.Equal(($"{first}T00:00:00+00:00", $"{last}T23:59:59+00:00"), Other(await site.Query($$"""
            "metrics": ["visitors"], "date_range": {{range}}, "include": {"comparisons": {{comparisons}}}
            """)));
    }

    [Fact]
    public async Task A_span_of_times_is_compared_with_the_span_before()
    {
        var site = await TestSite.With(api);

        Assert.Equal(("2026-11-18T12:00:31+00:00", "2026-11-19T12:00:30+00:00"), Other(await site.Query("""
            "metrics": ["visitors"], "date_range": "24h", "include": {"comparisons": {"mode": "previous_period"}}
            """)));
    }

    private static (string?, string?) Other(JsonElement answer)
    {
        var range = answer.GetProperty("query").GetProperty("comparison_date_range");
        return (range[0].GetString(), range[1].GetString());
    }

    private static IEnumerable<TestEvent> Views(string day, params (string Browser, int Count)[] browsers) => browsers.SelectMany(browser =>
        Enumerable.Range(0, browser.Count).Select(i => Pageview("/").By($"{day}-{browser.Browser}-{i}").OnDay(day).Having(row => row.Browser = browser.Browser)));
}
