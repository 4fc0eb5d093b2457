using System.Net;
using System.Net.Http.Json;
using System.Text;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Cohorts;

public sealed class CohortsTests(Api api)
{
    // It is 12:00:30 of the 20th. ann bought yesterday and today, bob ten days ago, eve never; joe was here two months ago.
    private Task<TestSite> Shop() => TestSite.With(api,
        Pageview("/").By("ann").In("a1").OnDay("2026-11-19").From("Google").Having(row => row.Country = "ES"),
        Custom("purchase").By("ann").In("a1").OnDay("2026-11-19").At("12:01").Having(row => row.Props = [new("plan", "pro")]),
        Custom("purchase").By("ann").In("a2").At("10:00"),
        Pageview("/").By("bob").In("b1").OnDay("2026-11-10").Having(row => row.Country = "FR"), Custom("purchase").By("bob").In("b1").OnDay("2026-11-10").At("12:01"),
        Pageview("/").By("bob").In("b2").At("09:00"),
        Pageview("/").By("eve").In("e1").At("09:00").Having(row => row.Country = "ES"),
        Pageview("/").By("joe").In("j1").OnDay("2026-09-20"));

    public static TheoryData<NewCohort, int, int> Cohorts => new()
    {
        { new("has done", [new("purchase")]), 2, 3 },
        { new("has done lately", [new("purchase", Days: 7)]), 1, 2 + 1 },
        { new("has done twice", [new("purchase", Times: 2)]), 1, 3 },
        { new("has done in another way", [new("purchase", Props: [new("plan", "is", ["pro"])])]), 1, 3 },
        { new("has not done", [new("purchase", Done: false)]), 1, 3 },
        { new("has not done lately", [new("purchase", Done: false, Days: 7), new(Page: "/")]), 2, 3 },
        { new("long ago", [new(Page: "/", Days: 90)]), 4, 4 },
        { new("of a country", Filters: new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["ES"] }), 2, 3 },
        { new("of a source", Filters: new Dictionary<string, IReadOnlyList<string>> { ["source"] = ["Google", "Bing"] }), 1, 3 },
        { new("of a country and done", [new("purchase")], new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["ES"] }), 1, 3 },
        { new("of a country lately", Filters: new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["ES", "FR"] }, Days: 5), 2, 3 },
        { new("nobody", [new("'; DROP TABLE events")]), 0, 3 },
    };

    [Theory]
    [MemberData(nameof(Cohorts))]
    public async Task A_cohort_is_who_has_done_and_not_done_what_it_says(NewCohort input, int visitors, int seen)
    {
        var site = await Shop();
        var cohort = await site.Save<Cohort>("cohorts", input);

        (await api.Client.GetAsync<CohortSize>($"/api/sites/{site.Key}/cohorts/{cohort.Id}/size")).ShouldBe(new CohortSize(visitors, seen, (double)visitors / seen));

        var overview = await site.Overview($"from=2026-09-01&to=2026-11-20&cohort={cohort.Id}");
        Assert.Equal(visitors, overview.Visitors);
    }

    [Fact]
    public async Task As_a_filter_it_keeps_all_that_its_members_did()
    {
        var site = await Shop();
        await site.Save<Cohort>("cohorts", new NewCohort("Buyers", [new("purchase", Days: 7)]));
        await site.Save<Cohort>("cohorts", new NewCohort("Others", [new("purchase", Done: false)]));

        const string Days = "from=2026-11-01&to=2026-11-20&";
        var buyers = await site.Overview(Days + "cohort=buyers");
        var both = await site.Overview(Days + "cohort=buyers&cohort=Others");
        var sources = await site.Get<BreakdownResponse>("breakdown/source", Days + "cohort=Buyers");

        Assert.Equal((1, 2, 3), ((int)buyers.Visitors, (int)buyers.Sessions, (int)buyers.Events));
        Assert.Equal((2, 3, 4), ((int)both.Visitors, (int)both.Sessions, (int)both.Events));
        Assert.Equal(2, sources.Total);
        Assert.Equal(1, (await site.Get<ConversionsResponse>("conversions", Days + "cohort=Buyers")).Visitors);
    }

    [Fact]
    public async Task An_unknown_cohort_is_refused()
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask("overview?cohort=nonsense");
        using var size = await api.Client.GetAsync($"/api/sites/{site.Key}/cohorts/nonsense/size");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (response.StatusCode, size.StatusCode));
        Assert.Equal(["cohort"], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }

    [Fact]
    public async Task An_empty_site_has_an_empty_cohort()
    {
        var site = await TestSite.With(api);
        var cohort = await site.Save<Cohort>("cohorts", new NewCohort("Buyers", [new("purchase")]));

        (await api.Client.GetAsync<CohortSize>($"/api/sites/{site.Key}/cohorts/{cohort.Id}/size")).ShouldBe(new CohortSize(0, 0, 0));
    }

    [Theory]
    [InlineData("""{"conditions":[{"event":"a"}]}""", "name")]
    [InlineData("""{"name":"x"}""", "conditions")]
    [InlineData("""{"name":"x","conditions":[{}]}""", "conditions[0].event")]
    [InlineData("""{"name":"x","conditions":[{"event":"a","days":0}]}""", "conditions[0].days")]
    [InlineData("""{"name":"x","conditions":[{"event":"a","days":367}]}""", "conditions[0].days")]
    [InlineData("""{"name":"x","conditions":[{"event":"a","times":0}]}""", "conditions[0].times")]
    [InlineData("""{"name":"x","conditions":[{"event":"a","done":false,"times":2}]}""", "conditions[0].times")]
    [InlineData("""{"name":"x","filters":{"planet":["Mars"]}}""", "filters")]
    [InlineData("""{"name":"x","filters":{"country":[]}}""", "filters.country")]
    [InlineData("""{"name":"x","filters":{"country":["ES"]},"days":400}""", "days")]
    public async Task What_is_no_cohort_is_refused_by_field(string body, string field)
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PostAsync($"/api/sites/{site.Key}/cohorts", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([field], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }
}
