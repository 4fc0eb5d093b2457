using System.Globalization;
using System.Text.Json;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

/// <summary>The clock of the tests stands at 20 November 2026, a Friday, 12:00:30 in UTC.</summary>
public sealed class QueryTimeTests(Api api)
{
    [Theory]
    [InlineData("day", "2026-11-20T00:00:00+00:00", "2026-11-20T23:59:59+00:00")]
    [InlineData("24h", "2026-11-19T12:00:31+00:00", "2026-11-20T12:00:30+00:00")]
    [InlineData("7d", "2026-11-13T00:00:00+00:00", "2026-11-19T23:59:59+00:00")]
    [InlineData("28d", "2026-10-23T00:00:00+00:00", "2026-11-19T23:59:59+00:00")]
    [InlineData("30d", "2026-10-21T00:00:00+00:00", "2026-11-19T23:59:59+00:00")]
    [InlineData("91d", "2026-08-21T00:00:00+00:00", "2026-11-19T23:59:59+00:00")]
    [InlineData("month", "2026-11-01T00:00:00+00:00", "2026-11-30T23:59:59+00:00")]
    [InlineData("6mo", "2026-05-01T00:00:00+00:00", "2026-10-31T23:59:59+00:00")]
    [InlineData("12mo", "2025-11-01T00:00:00+00:00", "2026-10-31T23:59:59+00:00")]
    [InlineData("year", "2026-01-01T00:00:00+00:00", "2026-12-31T23:59:59+00:00")]
    [InlineData("all", "2026-11-20T00:00:00+00:00", "2026-11-20T23:59:59+00:00")] // no event yet
    [InlineData("realtime", "2026-11-20T11:55:31+00:00", "2026-11-20T12:00:30+00:00")]
    [InlineData("9999d", "2000-01-01T00:00:00+00:00", "2026-11-19T23:59:59+00:00")]
    public async Task Ranges_have_names(string name, string first, string last)
    {
        var site = await TestSite.With(api);

        Assert.Equal((first, last), Range(await site.Query($$"""
            "metrics": ["visitors"], "date_range": "{{name}}"
            """)));
    }

    [Theory]
    [InlineData("\"day\"", "2026-11-20T12:59:59+00:00")]
    [InlineData("\"month\"", "2026-11-20T23:59:59+00:00")]
    [InlineData("\"year\"", "2026-11-20T23:59:59+00:00")]
    [InlineData("\"7d\"", "2026-11-19T23:59:59+00:00")]
    [InlineData("[\"2026-11-20\", \"2026-11-21\"]", "2026-11-21T23:59:59+00:00")]
    public async Task A_range_that_runs_can_end_with_what_has_begun(string range, string last)
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").OnDay("2026-11-19"), Pageview("/").By("bob").At("12:00"), Pageview("/").By("eve").At("12:59:59.999"));

        var answer = await site.Query($$"""
            "metrics": ["visitors"], "date_range": {{range}}, "dimensions": ["time"],
            "include": {"trim_relative_date_range": true, "time_labels": true, "comparisons": {"mode": "previous_period"} }
            """);

        Assert.Equal(last, Range(answer).Item2);
        if (range == "\"day\"")
        {
            Assert.Equal(Enumerable.Range(0, 13).Select(hour => $"2026-11-20 {hour:00}:00:00"), Labels(answer));
            Assert.Equal("2026-11-20 12:00:00: 2", Queries.Rows(answer)[^1]);
            Assert.Equal("2026-11-19T00:00:00+00:00", answer.GetProperty("query").GetProperty("comparison_date_range")[0].GetString());
        }
    }

    [Theory]
    [InlineData("""["2026-03-08", "2026-03-08"]""", "2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59-04:00")]
    [InlineData("""["2026-11-20T10:00:00+00:00", "2026-11-20T11:59:59+00:00"]""", "2026-11-20T05:00:00-05:00", "2026-11-20T06:59:59-05:00")]
    [InlineData("""["2026-11-20T10:00", "2026-11-20T10:00"]""", "2026-11-20T10:00:00-05:00", "2026-11-20T10:00:00-05:00")]
    public async Task Ranges_of_dates_and_times_are_on_the_sites_clock(string range, string first, string last)
    {
        var site = await TestSite.With(api, "America/New_York");

        Assert.Equal((first, last), Range(await site.Query($$"""
            "metrics": ["visitors"], "date_range": {{range}}
            """)));
    }

    [Fact]
    public async Task A_range_of_times_includes_its_last_second()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").At("09:59:59.999"), Pageview("/").By("bob").At("10:00"), Pageview("/").By("eve").At("10:59:59.999"), Pageview("/").By("joe").At("11:00"));

        Assert.Equal("2", await site.Number("""
            "metrics": ["visitors"], "date_range": ["2026-11-20T10:00:00Z", "2026-11-20T10:59:59Z"]
            """));
    }

    [Fact]
    public async Task All_begins_with_the_first_event()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").OnDay("2026-11-18"), Pageview("/").By("bob"));

        var answer = await site.Query("""
            "metrics": ["visitors"], "date_range": "all", "dimensions": ["time:day"], "include": {"time_labels": true}
            """);

        Assert.Equal(("2026-11-18T00:00:00+00:00", "2026-11-20T23:59:59+00:00"), Range(answer));
        Assert.Equal(["2026-11-18", "2026-11-19", "2026-11-20"], Labels(answer));
        Assert.Equal(["2026-11-18: 1", "2026-11-20: 1"], Queries.Rows(answer)); // buckets without a count are left out
    }

    [Theory]
    [InlineData("time:minute", "2026-11-20 10:01:00: 1", "2026-11-20 10:02:00: 1", "2026-11-20 11:00:00: 1")]
    [InlineData("time:hour", "2026-11-20 10:00:00: 2", "2026-11-20 11:00:00: 1")]
    [InlineData("time:day", "2026-11-20: 3")]
    [InlineData("time:week", "2026-11-20: 3")] // begins before the range, and is called by its first day
    [InlineData("time:month", "2026-11-01: 3")]
    [InlineData("time:quarter", "2026-10-01: 3")]
    [InlineData("time:year", "2026-01-01: 3")]
    [InlineData("time:day_of_week", "5: 3")]
    [InlineData("time:hour_of_day", "10: 2", "11: 1")]
    [InlineData("time", "2026-11-20 10:00:00: 2", "2026-11-20 11:00:00: 1")]
    public async Task Time_is_put_into_buckets(string dimension, params string[] expected)
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").At("10:01"), Pageview("/").By("bob").At("10:02:59"), Pageview("/").By("eve").At("11:00"));

        Assert.Equal(expected, await site.Rows($$"""
            "metrics": ["pageviews"], "dimensions": ["{{dimension}}"]
            """));
        Assert.Equal(expected, await site.Rows($$"""
            "metrics": ["visits"], "dimensions": ["{{dimension}}"]
            """));
    }

    [Theory]
    [InlineData("realtime", "time:minute")]
    [InlineData("day", "time:hour")]
    [InlineData("24h", "time:hour")]
    [InlineData("7d", "time:day")]
    [InlineData("30d", "time:day")]
    [InlineData("91d", "time:week")]
    [InlineData("6mo", "time:week")]
    [InlineData("12mo", "time:week")]
    [InlineData("24mo", "time:month")]
    public async Task Time_alone_takes_buckets_that_fit(string range, string dimension)
    {
        var site = await TestSite.With(api);

        var query = (await site.Query($$"""
            "metrics": ["visitors"], "date_range": "{{range}}", "dimensions": ["time"], "order_by": [["time", "desc"]]
            """)).GetProperty("query");

        Assert.Equal(dimension, query.GetProperty("dimensions")[0].GetString());
        Assert.Equal(dimension, query.GetProperty("order_by")[0][0].GetString());
    }

    [Theory]
    // Zone, day, hours that the day has, its first moment.
    [InlineData("America/New_York", "2026-03-08", 23, "2026-03-08T05:00:00Z")]
    [InlineData("America/New_York", "2026-11-01", 25, "2026-11-01T04:00:00Z")]
    [InlineData("Pacific/Chatham", "2026-09-27", 23, "2026-09-26T11:15:00Z")]
    [InlineData("Pacific/Chatham", "2026-04-05", 25, "2026-04-04T10:15:00Z")]
    [InlineData("Asia/Kolkata", "2026-03-08", 24, "2026-03-07T18:30:00Z")]
    [InlineData("UTC", "2026-03-08", 24, "2026-03-08T00:00:00Z")]
    public async Task A_day_has_as_many_hours_as_its_clock_shows(string zone, string day, int hours, string begin)
    {
        // One page view in each hour, and one just before and just after the day.
        var first = Time(begin);
        var site = await TestSite.With(api, zone,
            [.. Enumerable.Range(-1, hours + 2).Select(hour => Pageview("/").By($"v{hour}").At(Iso(first.AddHours(hour).AddMinutes(59))))]);

        var answer = await site.Query($$"""
            "metrics": ["visitors", "visits", "pageviews"], "date_range": ["{{day}}", "{{day}}"], "dimensions": ["time:hour"], "include": {"time_labels": true}
            """);

        var labels = Labels(answer);
        Assert.Equal((hours, hours), (labels.Length, labels.Distinct().Count()));
        Assert.Equal(labels.Select(label => $"{label}: 1 1 1"), Queries.Rows(answer));
        Assert.Equal([$"{day}: {hours} {hours} {hours}"], await site.Rows($$"""
            "metrics": ["visitors", "visits", "pageviews"], "date_range": ["{{day}}", "{{day}}"], "dimensions": ["time:day"]
            """));

        // On the clock an hour is there twice, or is missing.
        var ofDay = await site.Rows($$"""
            "metrics": ["pageviews"], "date_range": ["{{day}}", "{{day}}"], "dimensions": ["time:hour_of_day"]
            """);
        Assert.Equal(Math.Min(hours, 24), ofDay.Length);
        Assert.Equal(hours == 25 ? 1 : 0, ofDay.Count(row => row.EndsWith(": 2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Of_two_hours_of_one_name_the_second_carries_its_offset()
    {
        var site = await TestSite.With(api, "America/New_York",
            Pageview("/").By("ann").At("2026-11-01T05:30:00Z"), Pageview("/").By("bob").At("2026-11-01T06:30:00Z"), Pageview("/").By("eve").At("2026-11-01T06:31:00Z"));

        Assert.Equal(["2026-11-01 01:00:00: 1", "2026-11-01 01:00:00-05:00: 2"], await site.Rows("""
            "metrics": ["visitors"], "date_range": ["2026-11-01", "2026-11-01"], "dimensions": ["time:hour"]
            """));
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Pacific/Chatham")]
    [InlineData("UTC")]
    public async Task A_year_of_hourly_data_adds_up_to_the_same_in_every_bucket(string zone)
    {
        // A page view of a new visitor at half past every hour of 2025 on the site's clock: 8,760 of them whatever the zone, and those before and after.
        var clock = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var begin = new DateTimeOffset(2025, 1, 1, 0, 0, 0, clock.GetUtcOffset(Time("2025-01-01T00:00:00Z")));
        var site = await TestSite.With(api, zone,
            [.. Enumerable.Range(-24, 8760 + 48).Select(hour => Pageview($"/{hour % 7}").By($"v{hour}").At(Iso(begin.AddHours(hour).AddMinutes(30))))]);

        foreach (var (dimension, buckets) in new[]
        {
            ("time:hour", 8760), ("time:day", 365), ("time:week", 53), ("time:month", 12), ("time:quarter", 4), ("time:year", 1), ("time:day_of_week", 7),
            ("time:hour_of_day", 24),
        })
        {
            var answer = await site.Query($$"""
                "metrics": ["visitors", "visits", "pageviews", "events"], "date_range": ["2025-01-01", "2025-12-31"], "dimensions": ["{{dimension}}"],
                "include": {"time_labels": true}
                """);

            Assert.Equal((dimension, buckets), (dimension, Labels(answer).Distinct().Count()));
            Assert.Equal((dimension, buckets), (dimension, answer.GetProperty("results").GetArrayLength()));
            for (var metric = 0; metric < 4; metric++)
            {
                Assert.Equal((dimension, 8760), (dimension, answer.GetProperty("results").EnumerateArray().Sum(row => row.GetProperty("metrics")[metric].GetInt64())));
            }
        }

        var days = await site.Rows("""
            "metrics": ["pageviews"], "date_range": ["2025-01-01", "2025-12-31"], "dimensions": ["time:day"]
            """);
        Assert.Equal(
            zone switch
            {
                "America/New_York" => ["2025-03-09: 23", "2025-11-02: 25"],
                "Pacific/Chatham" => ["2025-04-06: 25", "2025-09-28: 23"],
                _ => Array.Empty<string>(),
            },
            days.Where(day => !day.EndsWith(": 24", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Weeks_begin_on_Monday()
    {
        var site = await TestSite.With(api, Pageview("/").OnDay("2026-11-15").By("ann"), Pageview("/").OnDay("2026-11-16").By("bob"));

        Assert.Equal(["2026-11-10: 1", "2026-11-16: 1"], await site.Rows("""
            "metrics": ["visitors"], "date_range": ["2026-11-10", "2026-11-20"], "dimensions": ["time:week"]
            """));
    }

    [Fact]
    public async Task Sessions_count_where_they_began_and_events_where_they_happened()
    {
        var site = await TestSite.With(api, Pageview("/").OnDay("2026-11-19").At("23:59"), Pageview("/a").At("00:01"), Pageview("/b").At("00:02"));

        Assert.Equal(["2026-11-19: 1 1 1 0", "2026-11-20: 1 0 2 0"], await site.Rows("""
            "metrics": ["visitors", "visits", "pageviews", "bounce_rate"], "date_range": ["2026-11-19", "2026-11-20"], "dimensions": ["time:day"]
            """));
    }

    [Fact]
    public async Task Time_goes_together_with_other_dimensions()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").From("Google"), Pageview("/").By("bob").At("10:30").From("Bing"), Pageview("/a").By("eve").At("11:00").From("Google"));

        Assert.Equal(["2026-11-20 10:00:00, Bing: 1 1", "2026-11-20 10:00:00, Google: 1 1", "2026-11-20 11:00:00, Google: 1 1"], await site.Rows("""
            "metrics": ["visitors", "visits"], "dimensions": ["time:hour", "visit:source"]
            """));
        Assert.Equal(["/, 2026-11-20 10:00:00: 2", "/a, 2026-11-20 11:00:00: 1"], await site.Rows("""
            "metrics": ["visitors"], "dimensions": ["event:page", "time:hour"]
            """));
    }

    internal static string[] Labels(JsonElement answer) =>
        [.. answer.GetProperty("meta").GetProperty("time_labels").EnumerateArray().Select(label => label.GetString()!)];

    internal static (string?, string?) Range(JsonElement answer)
    {
        var range = answer.GetProperty("query").GetProperty("date_range");
        return (range[0].GetString(), range[1].GetString());
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
