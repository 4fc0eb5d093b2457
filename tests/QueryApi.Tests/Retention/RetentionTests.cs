using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Retention;

public sealed class RetentionTests(Api api)
{
    /// <summary>"date visitors: returned returned ..." a cohort.</summary>
    private static string Text(RetentionResponse retention) => string.Join(" | ", retention.Cohorts.Select(cohort =>
        $"{cohort.Time.ToString("MM-dd", CultureInfo.InvariantCulture)} {cohort.Visitors}: {string.Join(' ', cohort.Returned)}"));

    [Fact]
    public async Task A_cohort_is_who_came_first_on_a_day_and_how_many_came_again()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").OnDay("2026-11-16"), Pageview("/").By("ann").OnDay("2026-11-17"), Pageview("/").By("ann").OnDay("2026-11-19"),
            Pageview("/").By("bob").OnDay("2026-11-16"), Pageview("/").By("bob").OnDay("2026-11-16").At("13:00"), Pageview("/").By("bob").OnDay("2026-11-18"),
            Pageview("/").By("eve").OnDay("2026-11-17"), Pageview("/").By("joe").OnDay("2026-11-15"));

        var answer = await site.Get<RetentionResponse>("retention", "interval=day&from=2026-11-16&to=2026-11-19");

        Assert.Equal(("day", "11-16 2: 2 1 1 1 | 11-17 1: 1 0 0 | 11-18 0: 0 0 | 11-19 0: 0"), (answer.Interval, Text(answer)));
        Assert.Equal([1, 0.5, 0.5, 0.5], answer.Cohorts[0].Rates);
        Assert.Equal([0, 0], answer.Cohorts[2].Rates);
        Assert.Equal("2026-11-16T00:00:00+00:00", answer.Cohorts[0].Time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Weeks_begin_on_monday_and_months_with_their_first()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").OnDay("2026-10-31"), Pageview("/").By("ann").OnDay("2026-11-01"), Pageview("/").By("ann").OnDay("2026-11-02"),
            Pageview("/").By("bob").OnDay("2026-11-08"));

        Assert.Equal("10-26 1: 1 1 | 11-02 1: 1", Text(await site.Get<RetentionResponse>("retention", "from=2026-10-31&to=2026-11-08")));
        Assert.Equal("10-01 1: 1 1 | 11-01 1: 1", Text(await site.Get<RetentionResponse>("retention", "interval=month&from=2026-10-01&to=2026-11-30")));
    }

    [Fact]
    public async Task Start_and_return_can_be_events_or_pages_and_a_return_comes_at_or_after_the_start()
    {
        var site = await TestSite.With(api,
            // ann bought before she signed up, and on the day after; bob bought after he did, on the same day; eve never signed up.
            Custom("purchase").By("ann").OnDay("2026-11-18").At("10:00"), Custom("signup").By("ann").OnDay("2026-11-18").At("11:00"), Custom("purchase").By("ann").OnDay("2026-11-19"),
            Pageview("/").By("bob").OnDay("2026-11-17"), Custom("signup").By("bob").OnDay("2026-11-18").At("10:00"), Custom("purchase").By("bob").OnDay("2026-11-18").At("11:00"),
            Custom("purchase").By("eve").OnDay("2026-11-18"));
        const string Days = "&interval=day&from=2026-11-17&to=2026-11-19";

        Assert.Equal("11-17 0: 0 0 0 | 11-18 2: 1 1 | 11-19 0: 0", Text(await site.Get<RetentionResponse>("retention", "start_event=signup&return_event=purchase" + Days)));
        Assert.Equal("11-17 0: 0 0 0 | 11-18 2: 2 1 | 11-19 0: 0", Text(await site.Get<RetentionResponse>("retention", "start_event=signup" + Days)));
        Assert.Equal("11-17 1: 0 1 0 | 11-18 2: 2 1 | 11-19 0: 0", Text(await site.Get<RetentionResponse>("retention", "return_event=purchase" + Days)));
        Assert.Equal("11-17 1: 1 0 0 | 11-18 0: 0 0 | 11-19 0: 0", Text(await site.Get<RetentionResponse>("retention", "start_event=/&return_event=/*" + Days)));
    }

    [Fact]
    public async Task Days_are_those_of_the_sites_clock_also_when_it_is_changed()
    {
        // New York: 1 November 2026 has 25 hours, from 04:00 to 05:00 of the next day in UTC.
        var site = await TestSite.With(api, "America/New_York",
            Pageview("/").By("ann").At("2026-11-01T04:00:00Z"), Pageview("/").By("ann").At("2026-11-02T04:59:59Z"),
            Pageview("/").By("bob").At("2026-11-01T04:00:00Z"), Pageview("/").By("bob").At("2026-11-02T05:00:00Z"));

        var answer = await site.Get<RetentionResponse>("retention", "interval=day&from=2026-11-01&to=2026-11-02");

        Assert.Equal("11-01 2: 2 1 | 11-02 0: 0", Text(answer));
        Assert.Equal([-4, -5], answer.Cohorts.Select(cohort => cohort.Time.Offset.TotalHours));
    }

    [Fact]
    public async Task Filters_keep_events()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").OnDay("2026-11-19").Having(row => row.Country = "ES"), Pageview("/").By("ann").Having(row => row.Country = "FR"),
            Pageview("/").By("bob").OnDay("2026-11-19").Having(row => row.Country = "FR"));

        Assert.Equal("11-19 1: 1 0 | 11-20 0: 0", Text(await site.Get<RetentionResponse>("retention", "interval=day&from=2026-11-19&to=2026-11-20&country=ES")));
    }

    [Fact]
    public async Task All_time_begins_with_the_first_event()
    {
        var site = await TestSite.With(api, Pageview("/").OnDay("2026-11-17"), Pageview("/").OnDay("2026-11-20").At("09:00"));

        Assert.Equal("11-17 1: 1 0 0 1 | 11-18 0: 0 0 0 | 11-19 0: 0 0 | 11-20 0: 0", Text(await site.Get<RetentionResponse>("retention", "interval=day&period=all")));
    }

    [Fact]
    public async Task Nothing_counts_as_nothing()
    {
        var site = await TestSite.With(api);

        Assert.Equal("11-20 0: 0", Text(await site.Get<RetentionResponse>("retention?interval=day")));
        Assert.NotEmpty((await site.Get<RetentionResponse>("retention", "period=all")).Cohorts);
    }

    [Theory]
    [InlineData("retention?interval=hour", "interval")]
    [InlineData("retention?interval=day&period=12mo", "interval")]
    [InlineData("retention?start=signup", "start")]
    public async Task A_wrong_parameter_is_named(string report, string name)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask(report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([name], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }
}
