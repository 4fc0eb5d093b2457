using System.Globalization;
using System.Net;
using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Vitals;

public sealed class VitalsTests(Api api)
{
    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", CultureInfo.InvariantCulture);

    private static TestEvent Told(string metric, double value, string id, string page = "/") => Custom("web_vital", page).Having(row =>
        row.Props = [new("metric", metric), new("value", value.ToString(CultureInfo.InvariantCulture)), new("id", id), new("rating", "good")]);

    [Fact]
    public async Task Quantiles_are_exact_and_shares_follow_the_public_thresholds()
    {
        var site = await TestSite.With(api,
            Told("LCP", 1000, "1").At("10:00"), Told("LCP", 2500, "2").At("10:01"), Told("LCP", 2501, "3").At("10:02"), Told("LCP", 4000, "4").At("11:00"),
            Told("LCP", 4001, "5").At("11:01"), Told("CLS", 0.1, "6").At("10:00"), Told("CLS", 0.3, "7").At("10:00"));

        var answer = await site.Get<VitalsResponse>("vitals", "from=2026-11-20T09:00&to=2026-11-20T12:00");

        Assert.Equal(["LCP", "INP", "CLS", "FCP", "TTFB"], answer.Metrics.Select(vital => vital.Metric));
        answer.Metrics[0].ShouldBe(new Vital(
            "LCP", "ms", 2500, 4000, new(5, 2501, 4000, 4000.8, Good: 0.4, NeedsImprovement: 0.4, Poor: 0.2),
            [new(At("09:00"), 0, null), new(At("10:00"), 3, 2500.5), new(At("11:00"), 2, 4000.75)]));
        answer.Metrics[1].ShouldBe(new Vital(
            "INP", "ms", 200, 500, new(0, null, null, null, 0, 0, 0), [new(At("09:00"), 0, null), new(At("10:00"), 0, null), new(At("11:00"), 0, null)]));
        Assert.Equal((2, 0.5, 0.0, 0.5), (answer.Metrics[2].Numbers.Count, answer.Metrics[2].Numbers.Good, answer.Metrics[2].Numbers.NeedsImprovement, answer.Metrics[2].Numbers.Poor));
        Assert.Equal("hour", answer.Interval);
    }

    [Fact]
    public async Task Of_a_metric_that_got_worse_the_last_value_counts()
    {
        var site = await TestSite.With(api,
            Told("CLS", 0.05, "v1").At("10:00"), Told("CLS", 0.2, "v1").At("10:01"), Told("CLS", 0.15, "v1").At("10:00:30"), Told("CLS", 0.3, "v1").By("bob").At("10:00"));

        var numbers = (await site.Get<VitalsResponse>("vitals")).Metrics.Single(vital => vital.Metric == "CLS").Numbers;

        Assert.Equal((2L, 0.0, 0.5, 0.5), (numbers.Count, numbers.Good, numbers.NeedsImprovement, numbers.Poor));
    }

    [Fact]
    public async Task Values_that_are_none_and_metrics_that_are_none_do_not_count()
    {
        var site = await TestSite.With(api,
            Told("LCP", double.NaN, "1"), Told("LCP", -1, "2"), Told("LCP", double.PositiveInfinity, "3"), Told("XYZ", 1, "4"), Told("LCP", 5, "").At("10:00"), Told("LCP", 6, "").At("10:01"),
            Custom("web_vital").Having(row => row.Props = [new("metric", "LCP"), new("value", "fast")]), Custom("web_vital"));

        Assert.Equal([2L, 0L, 0L, 0L, 0L], (await site.Get<VitalsResponse>("vitals")).Metrics.Select(vital => vital.Numbers.Count));
    }

    [Fact]
    public async Task A_vital_is_split_by_page_and_device()
    {
        var site = await TestSite.With(api,
            Told("LCP", 1000, "1").Having(row => row.Device = "mobile"), Told("LCP", 3000, "2"), Told("LCP", 5000, "3", "/buy"), Told("INP", 1, "4", "/buy"));

        (await site.Get<VitalBreakdownResponse>("vitals/page")).ShouldBe(new VitalBreakdownResponse(
            "LCP", "page", [new("/", new(2, 2000, 2500, 2900, 0.5, 0.5, 0)), new("/buy", new(1, 5000, 5000, 5000, 0, 0, 1))], 2));
        Assert.Equal(["", "mobile"], (await site.Get<VitalBreakdownResponse>("vitals/device")).Rows.Select(row => row.Value));
        Assert.Equal([("/buy", 1L)], (await site.Get<VitalBreakdownResponse>("vitals/page?metric=INP")).Rows.Select(row => (row.Value, row.Numbers.Count)));
        (await site.Get<VitalBreakdownResponse>("vitals/page?metric=TTFB")).ShouldBe(new VitalBreakdownResponse("TTFB", "page", [], 0));
        (await site.Get<VitalBreakdownResponse>("vitals/page?limit=1&offset=5")).ShouldBe(new VitalBreakdownResponse("LCP", "page", [], 2));
        Assert.Equal(1, (await site.Get<VitalBreakdownResponse>("vitals/page?device=mobile")).Rows.Single().Numbers.Count);
    }

    [Theory]
    [InlineData("vitals/entry_page")]
    [InlineData("vitals/nothing")]
    [InlineData("vitals/page?metric=lcp")]
    [InlineData("vitals?metric=LCP")]
    public async Task What_does_not_exist_is_refused(string report)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask(report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Without_page_loads_there_are_no_numbers()
    {
        var site = await TestSite.With(api);

        var answer = await site.Get<VitalsResponse>("vitals", "period=all");

        Assert.All(answer.Metrics, vital => Assert.Equal(new VitalNumbers(0, null, null, null, 0, 0, 0), vital.Numbers));
    }
}
