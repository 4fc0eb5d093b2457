using System.Globalization;
using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Timeseries;

public sealed class TimeseriesTests(Api api)
{
    [Fact]
    public async Task Buckets_count_visitors_sessions_that_begin_and_pageviews_and_leave_no_gap()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageview("/").By("ann").At("10:59:59.999"), Pageview("/").By("ann").At("11:00"),
            Pageview("/").By("bob").At("13:30"), Click("/").By("bob").At("13:31"));

        var answer = await site.Get<TimeseriesResponse>("timeseries", "from=2026-11-20T10:00&to=2026-11-20T14:00&interval=hour");

        answer.ShouldBe(new TimeseriesResponse("hour",
        [
            new(Time("2026-11-20T10:00:00Z"), Visitors: 1, Sessions: 1, Pageviews: 2),
            new(Time("2026-11-20T11:00:00Z"), Visitors: 1, Sessions: 0, Pageviews: 1),
            new(Time("2026-11-20T12:00:00Z"), Visitors: 0, Sessions: 0, Pageviews: 0),
            new(Time("2026-11-20T13:00:00Z"), Visitors: 1, Sessions: 1, Pageviews: 1),
        ]));
    }

    [Fact]
    public async Task A_period_that_begins_within_a_bucket_counts_from_its_begin_on()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").At("10:10"), Pageview("/").By("bob").At("10:50"));

        var answer = await site.Get<TimeseriesResponse>("timeseries", "from=2026-11-20T10:30&to=2026-11-20T11:00&interval=hour");

        answer.ShouldBe(new TimeseriesResponse("hour", [new(Time("2026-11-20T10:00:00Z"), Visitors: 1, Sessions: 1, Pageviews: 1)]));
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

        var byHour = await site.Get<TimeseriesResponse>("timeseries", $"from={day}&to={day}&interval=hour");
        var byDay = await site.Get<TimeseriesResponse>("timeseries", $"from={day}&to={day}&interval=day");

        Assert.Equal(Enumerable.Range(0, hours).Select(hour => first.AddHours(hour)), byHour.Points.Select(point => point.Time));
        Assert.All(byHour.Points, point => Assert.Equal((1, 1, 1), (point.Visitors, point.Sessions, point.Pageviews)));
        Assert.Equal((first, hours, hours, hours), Flat(Assert.Single(byDay.Points)));
    }

    [Fact]
    public async Task Times_carry_the_offset_of_the_sites_clock_on_either_side_of_its_change()
    {
        var site = await TestSite.With(api, "America/New_York");

        var answer = await site.Get<TimeseriesResponse>("timeseries", "from=2026-10-31&to=2026-11-02&interval=day");

        Assert.Equal(
            ["2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"],
            answer.Points.Select(point => point.Time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Pacific/Chatham")]
    [InlineData("UTC")]
    public async Task A_year_of_hourly_data_adds_up_to_the_same_in_every_interval_and_in_the_overview(string zone)
    {
        // A page view of a new visitor at half past every hour of 2025 on the site's clock, and in the hours of the days before and after.
        var begin = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(Time("2025-01-01T00:00:00Z")));
        var site = await TestSite.With(api, zone,
            [.. Enumerable.Range(-24, 8760 + 48).Select(hour => Pageview("/").By($"v{hour}").At(Iso(begin.AddHours(hour).AddMinutes(30))))]);
        var points = new Dictionary<string, IReadOnlyList<TimeseriesPoint>>();

        foreach (var interval in new[] { "hour", "day", "week", "month" })
        {
            points[interval] = (await site.Get<TimeseriesResponse>("timeseries", $"from=2025-01-01&to=2025-12-31&interval={interval}")).Points;

            Assert.Equal(
                (interval, 8760, 8760, 8760),
                (interval, points[interval].Sum(p => p.Visitors), points[interval].Sum(p => p.Sessions), points[interval].Sum(p => p.Pageviews)));
            Assert.Equal(interval switch { "hour" => 8760, "day" => 365, "week" => 53, _ => 12 }, points[interval].Count);
        }

        Assert.All(points["hour"], point => Assert.Equal((1, 1, 1), (point.Visitors, point.Sessions, point.Pageviews)));
        string[] unusual = zone switch
        {
            "America/New_York" => ["2025-03-09: 23", "2025-11-02: 25"],
            "Pacific/Chatham" => ["2025-04-06: 25", "2025-09-28: 23"],
            _ => [],
        };
        Assert.Equal(unusual, points["day"].Where(day => day.Pageviews != 24).Select(day => string.Create(CultureInfo.InvariantCulture, $"{day.Time:yyyy-MM-dd}: {day.Pageviews}")));

        var year = await site.Overview("from=2025-01-01&to=2025-12-31");
        Assert.Equal((8760, 8760, 8760, 8760), (year.Visitors, year.Sessions, year.Pageviews, year.Events));
        foreach (var (day, hours) in unusual.Append("2025-07-01: 24").Select(text => (text[..10], long.Parse(text[12..], CultureInfo.InvariantCulture))))
        {
            var overview = await site.Overview($"from={day}&to={day}");
            Assert.Equal((day, hours, hours, hours), (day, overview.Visitors, overview.Sessions, overview.Pageviews));
        }
    }

    [Fact]
    public async Task Weeks_begin_on_Monday()
    {
        var site = await TestSite.With(api, Pageview("/").OnDay("2026-11-15").By("ann"), Pageview("/").OnDay("2026-11-16").By("bob"));

        var answer = await site.Get<TimeseriesResponse>("timeseries", "from=2026-11-15&to=2026-11-20&interval=week");

        Assert.Equal([(Time("2026-11-09T00:00:00Z"), 1L, 1L, 1L), (Time("2026-11-16T00:00:00Z"), 1L, 1L, 1L)], answer.Points.Select(Flat));
    }

    [Theory]
    [InlineData("period=today", "hour", 13)] // 00:00 to 12:00, the running hour among them
    [InlineData("period=yesterday", "hour", 24)]
    [InlineData("period=24h", "hour", 25)]
    [InlineData("period=7d", "day", 7)]
    [InlineData("period=30d", "day", 30)]
    [InlineData("period=90d", "day", 90)]
    [InlineData("period=month", "day", 20)]
    [InlineData("period=year", "month", 11)]
    [InlineData("period=12mo", "month", 12)]
    [InlineData("from=2026-11-20T10:00&to=2026-11-20T12:00", "minute", 120)]
    [InlineData("from=2026-01-01&to=2026-05-31", "week", 22)]
    public async Task Auto_takes_an_interval_that_makes_a_readable_chart(string period, string interval, int points)
    {
        var site = await TestSite.With(api);

        var answer = await site.Get<TimeseriesResponse>("timeseries", period);

        Assert.Equal((interval, points), (answer.Interval, answer.Points.Count));
    }

    [Fact]
    public async Task All_begins_with_the_first_event()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").OnDay("2026-11-18"), Pageview("/").By("bob").OnDay("2026-11-20").At("09:00"));

        var answer = await site.Get<TimeseriesResponse>("timeseries", "period=all&interval=day");

        Assert.Equal([1L, 0L, 1L], answer.Points.Select(point => point.Visitors));
        Assert.Equal(Time("2026-11-18T00:00:00Z"), answer.Points[0].Time);
        Assert.Equal(2, (await site.Get<OverviewComparison>("overview", "period=all")).Current.Visitors);
    }

    [Fact]
    public async Task The_running_minute_is_part_of_today()
    {
        var site = await TestSite.With(api, Pageview("/").At("12:00:29.999"));

        Assert.Equal(1, (await site.Overview("period=today")).Pageviews);
        Assert.Equal(1, (await site.Overview("period=24h")).Pageviews);
    }

    [Fact]
    public async Task Too_many_buckets_are_refused()
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask("timeseries?from=2020-01-01&to=2026-01-01&interval=minute");

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("\"interval\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static (DateTimeOffset Time, long Visitors, long Sessions, long Pageviews) Flat(TimeseriesPoint point) =>
        (point.Time, point.Visitors, point.Sessions, point.Pageviews);
}
