using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Conversions;

public sealed class ConversionsTests(Api api)
{
    private static TestEvent Purchase(decimal revenue, string currency) =>
        Custom("purchase", "/checkout").Having(row => (row.Revenue, row.Currency) = (revenue, currency));

    [Fact]
    public async Task Each_goal_counts_its_events_visitors_share_and_revenue()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageview("/thanks").By("ann").At("10:01"), Pageview("/thanks").By("ann").At("10:02"),
            Pageview("/").By("bob").At("10:00"), Custom("signup").By("bob").At("10:01"), Pageview("/thanks").By("bob").At("10:03"),
            Pageview("/").By("eve"), Pageview("/").By("joe"), Custom("signup").By("bob").OnDay("2026-11-19"));
        var thanks = await site.Save<Goal>("goals", new NewGoal(Page: "/thanks"));
        var signup = await site.Save<Goal>("goals", new NewGoal("signup", Name: "Sign-up"));
        var never = await site.Save<Goal>("goals", new NewGoal("never"));

        var answer = await site.Get<ConversionsResponse>("conversions");

        answer.ShouldBe(new ConversionsResponse(4,
        [
            new(thanks.Id, "Visit /thanks", Conversions: 3, Converters: 2, Rate: 0.5, Revenue: 0, Currency: answer.Goals[0].Currency),
            new(signup.Id, "Sign-up", 1, 1, 0.25, 0, answer.Goals[1].Currency),
            new(never.Id, "never", 0, 0, 0, 0, answer.Goals[2].Currency),
        ]));
    }

    [Fact]
    public async Task One_event_can_be_a_conversion_of_several_goals()
    {
        var site = await TestSite.With(api, Pageview("/blog/a").By("ann"), Pageview("/blog/b").By("bob"));
        await site.Save<Goal>("goals", new NewGoal(Page: "/blog/*", Name: "Blog"));
        await site.Save<Goal>("goals", new NewGoal(Page: "/blog/a", Name: "A"));

        var goals = (await site.Get<ConversionsResponse>("conversions")).Goals;

        Assert.Equal([("Blog", 2, 1.0), ("A", 1, 0.5)], goals.Select(goal => (goal.Name, (int)goal.Conversions, goal.Rate)));
    }

    [Fact]
    public async Task A_goal_with_a_currency_counts_only_amounts_in_it()
    {
        var site = await TestSite.With(api,
            Purchase(10.5m, "EUR").By("ann").At("10:00"), Purchase(7, "USD").By("bob"), Purchase(0.25m, "EUR").By("ann").At("10:01"));
        await site.Save<Goal>("goals", new NewGoal("purchase", Currency: "EUR"));

        var goal = Assert.Single((await site.Get<ConversionsResponse>("conversions")).Goals);

        Assert.Equal((3, 2, 10.75m, "EUR"), ((int)goal.Conversions, (int)goal.Converters, goal.Revenue, goal.Currency));
    }

    [Fact]
    public async Task Without_one_all_amounts_count_in_the_sites_base_currency()
    {
        var site = await TestSite.With(api, Purchase(10, "EUR").By("ann"), Purchase(8, "USD").By("bob"), Purchase(100, "INR").By("eve"), Purchase(1, "").By("joe"));
        using var saved = await api.Client.PutAsJsonAsync(
            $"/api/sites/{site.Key}/currencies", new CurrenciesChange("EUR", [new CurrencyRate("USD", new DateOnly(2026, 1, 1), 0.875m)]));
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        await site.Save<Goal>("goals", new NewGoal("purchase"));

        var goal = Assert.Single((await site.Get<ConversionsResponse>("conversions")).Goals);
        var attribution = await site.Get<AttributionResponse>("attribution?goal=purchase");

        Assert.Equal((4, 18m, "EUR"), ((int)goal.Conversions, goal.Revenue, goal.Currency)); // no rate for INR
        Assert.Equal((18m, "EUR", 18m), (attribution.Revenue, attribution.Currency, Assert.Single(attribution.Rows).Revenue));
    }

    [Fact]
    public async Task Filters_keep_conversions_and_the_visitors_that_rates_are_of()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").Having(row => row.Country = "ES"), Custom("signup").By("ann").At("10:01").Having(row => row.Country = "ES"),
            Pageview("/").By("bob").Having(row => row.Country = "ES"), Custom("signup").By("eve").Having(row => row.Country = "FR"));
        await site.Save<Goal>("goals", new NewGoal("signup"));

        var answer = await site.Get<ConversionsResponse>("conversions?country=ES");

        Assert.Equal((2, 1, 0.5), ((int)answer.Visitors, (int)answer.Goals.Single().Conversions, answer.Goals.Single().Rate));
    }

    [Theory]
    [InlineData("UTC", 1)]
    [InlineData("America/New_York", 0)]
    public async Task The_day_is_the_one_of_the_sites_clock(string zone, int conversions)
    {
        var site = await TestSite.With(api, zone, Custom("signup").At("04:59"));
        await site.Save<Goal>("goals", new NewGoal("signup"));

        Assert.Equal(conversions, (await site.Get<ConversionsResponse>("conversions")).Goals.Single().Conversions);
    }

    [Fact]
    public async Task Nothing_counts_as_nothing()
    {
        var site = await TestSite.With(api);
        (await site.Get<ConversionsResponse>("conversions")).ShouldBe(new ConversionsResponse(0, []));

        var goal = await site.Save<Goal>("goals", new NewGoal("signup"));

        var answer = await site.Get<ConversionsResponse>("conversions");
        answer.ShouldBe(new ConversionsResponse(0, [new(goal.Id, "signup", 0, 0, 0, 0, answer.Goals[0].Currency)]));
    }

    // ann: Google on the 1st, Bing on the 10th, direct on the 20th, where she buys for 9 and then for 1. bob: buys in his only session.
    private async Task<TestSite> Shop()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").In("a1").OnDay("2026-11-01").From("Google"), Pageview("/").By("ann").In("a2").OnDay("2026-11-10").From("Bing"),
            Pageview("/").By("ann").In("a3").At("10:00"), Purchase(9, "EUR").By("ann").In("a3").At("10:10"), Purchase(1, "EUR").By("ann").In("a3").At("10:20"),
            Pageview("/").By("ann").In("a4").At("11:00").From("Later"),
            Pageview("/").By("bob").In("b1").At("10:00").From("Google"), Purchase(2, "EUR").By("bob").In("b1").At("10:01"),
            Pageview("/").By("eve").In("e1").From("Never"));
        await site.Save<Goal>("goals", new NewGoal("purchase", Currency: "EUR"));
        return site;
    }

    [Theory]
    [InlineData("model=last", "=2/1/10 Google=1/1/2")]
    [InlineData("", "=2/1/10 Google=1/1/2")]
    [InlineData("model=first", "Google=3/2/12")]
    [InlineData("model=first&lookback=11", "Bing=2/1/10 Google=1/1/2")]
    [InlineData("model=first&lookback=5", "=2/1/10 Google=1/1/2")]
    [InlineData("model=linear", "Google=1.666667/2/5.3333 =0.666667/1/3.3333 Bing=0.666667/1/3.3333")]
    [InlineData("model=linear&lookback=11", "=1/1/5 Bing=1/1/5 Google=1/1/2")]
    [InlineData("model=last&source=Google", "Google=1/1/2")]
    [InlineData("by=entry_page&model=first", "/=3/2/12")]
    public async Task Conversions_are_credited_to_sessions(string query, string expected)
    {
        var site = await Shop();

        var answer = await site.Get<AttributionResponse>($"attribution?goal=purchase&{query}");

        Assert.Equal(expected, string.Join(' ', answer.Rows.Select(row => FormattableString.Invariant($"{row.Value}={row.Conversions}/{row.Converters}/{row.Revenue:0.####}"))));
        Assert.Equal(answer.Conversions, answer.Rows.Sum(row => row.Conversions), 5);
    }

    [Fact]
    public async Task The_answer_says_what_it_is_of()
    {
        var answer = await (await Shop()).Get<AttributionResponse>("attribution?goal=Purchase&model=linear&by=channel&lookback=7");

        answer.ShouldBe(new AttributionResponse("purchase", "linear", "channel", 7, 3, 12, "EUR", [new("", 3, 2, 12)], 1));
    }

    [Fact]
    public async Task A_session_that_began_earlier_than_the_lookback_still_has_its_own_conversion()
    {
        var site = await TestSite.With(api,
            Pageview("/").In("s").OnDay("2026-11-18").At("23:59").From("Google"), Pageview("/").In("s").OnDay("2026-11-19").At("12:00"),
            Custom("signup").In("s").At("00:30"));
        await site.Save<Goal>("goals", new NewGoal("signup"));

        Assert.Equal(1, Assert.Single((await site.Get<AttributionResponse>("attribution?goal=signup&lookback=1")).Rows).Conversions);
    }

    [Fact]
    public async Task Rows_come_in_pages()
    {
        var site = await Shop();

        var page = await site.Get<AttributionResponse>("attribution?goal=purchase&limit=1&offset=1");

        Assert.Equal(("Google", 2), (Assert.Single(page.Rows).Value, page.Total));
    }

    [Theory]
    [InlineData("attribution", "goal")]
    [InlineData("attribution?goal=purchase&model=middle", "model")]
    [InlineData("attribution?goal=purchase&by=page", "by")]
    [InlineData("attribution?goal=purchase&lookback=91", "lookback")]
    [InlineData("conversions?goal=purchase", "goal")]
    public async Task A_wrong_parameter_is_named(string report, string name)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask(report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([name], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }

    [Fact]
    public async Task An_unknown_goal_is_not_found()
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask("attribution?goal=nonsense");

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }
}
