using System.Net;
using System.Net.Http.Json;
using System.Text;
using Analytics.Contracts;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Funnels;

public sealed class FunnelTests(Api api)
{
    private static readonly FunnelStep Home = new(Page: "/");
    private static readonly FunnelStep Pricing = new(Page: "/pricing");
    private static readonly FunnelStep Signup = new("signup", Name: "Signed up");

    [Fact]
    public async Task Each_step_has_its_count_drop_off_shares_and_times()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Pageview("/pricing").By("ann").At("10:01"), Custom("signup").By("ann").At("10:03"),
            Pageview("/").By("bob").At("10:00"), Pageview("/pricing").By("bob").At("10:04"),
            Pageview("/").By("eve").At("10:00"), Pageview("/pricing").By("eve").At("10:02"), Custom("signup").By("eve").At("10:10"),
            Pageview("/").By("joe").At("10:00"), Custom("signup").By("joe").At("10:01"),
            Pageview("/pricing").By("kim").At("10:00"));

        (await site.Post<FunnelResponse>("funnel", new NewFunnel([Home, Pricing, Signup]))).ShouldBe(new FunnelResponse(
            "visitor", "ordered", 14 * 86400,
            [
                new("Visit /", Count: 4, DropOff: 0, FromStart: 1, FromPrevious: 1, MedianSeconds: null, AverageSeconds: null),
                new("Visit /pricing", 3, 1, 0.75, 0.75, 120, 140),
                new("Signed up", 2, 1, 0.5, 2 / 3.0, 390, 390),
            ],
            Conversion: 0.5, By: null, []));
    }

    // Events of one visitor as "minute name", steps by name, how far it gets.
    [Theory]
    [InlineData("0 a, 1 b, 2 c", "a b c", 3)]
    [InlineData("0 b, 1 a, 2 c", "a b c", 1)]
    [InlineData("0 b, 1 c", "a b c", 0)]
    [InlineData("0 a, 1 x, 2 b, 3 x, 4 c", "a b c", 3)]
    [InlineData("0 a, 1 c, 2 b", "a b c", 2)]
    [InlineData("0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h, 8 i, 9 j", "a b c d e f g h i j", 10)]
    [InlineData("0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h, 8 j, 9 i", "a b c d e f g h i j", 9)]
    // The window is from the first step to the last.
    [InlineData("0 a, 6 b, 10 c", "a b c", 3)]
    [InlineData("0 a, 6 b, 11 c", "a b c", 2)]
    // A later beginning may lead where the first did not.
    [InlineData("0 a, 9 a, 15 b", "a b", 2)]
    [InlineData("0 a, 5 b, 9 a, 12 b, 14 c", "a b c", 3)]
    [InlineData("0 a, 5 b, 9 a, 12 c", "a b c", 2)]
    [InlineData("0 a, 5 b, 9 a, 10 c", "a b c", 3)]
    // Each step needs an event of its own.
    [InlineData("0 a", "a a", 1)]
    [InlineData("0 a, 1 a", "a a", 2)]
    [InlineData("0 a, 1 b, 2 a", "a b a", 3)]
    // Events of one moment stand in the order of the steps that they take.
    [InlineData("0 b, 0 a", "a b", 2)]
    [InlineData("0 a, 0 a, 0 b", "a a b", 3)]
    public async Task A_visitor_gets_as_far_as_some_events_in_order_within_the_window_lead(string events, string steps, int reached)
    {
        var site = await TestSite.With(api, Minutes(events));

        var answer = await site.Post<FunnelResponse>(
            "funnel", new NewFunnel([.. steps.Split(' ').Select(name => new FunnelStep(name))], Window: 10, WindowUnit: "minutes"));

        Assert.Equal(reached, answer.Steps.Count(step => step.Count == 1));
        Assert.All(answer.Steps.Take(reached), step => Assert.Equal(1, step.Count));
    }

    [Theory]
    [InlineData("0 a, 1 b, 2 c", 3)]
    [InlineData("0 a, 1 x, 2 b, 3 c", 1)]
    [InlineData("0 a, 1 pageview, 2 b, 3 c", 1)]
    [InlineData("0 a, 1 click, 2 pageleave, 3 b, 4 scroll, 5 c", 3)]
    [InlineData("0 a, 1 a, 2 b", 2)]
    [InlineData("0 a, 1 b, 2 b, 3 c", 2)]
    [InlineData("0 a, 1 x, 2 a, 3 b, 4 c", 3)]
    [InlineData("0 a, 1 b, 12 c", 2)]
    public async Task Strictly_nothing_deliberate_lies_between_two_steps(string events, int reached)
    {
        var site = await TestSite.With(api, Minutes(events));

        var answer = await site.Post<FunnelResponse>(
            "funnel", new NewFunnel([new("a"), new("b"), new("c")], "strict", Window: 10, WindowUnit: "minutes"));

        Assert.Equal(reached, answer.Steps.Count(step => step.Count == 1));
    }

    [Fact]
    public async Task A_click_lies_between_where_a_step_asks_for_clicks()
    {
        var site = await TestSite.With(api, Minutes("0 a, 1 click, 2 b"));

        Assert.Equal(1, (await site.Post<FunnelResponse>("funnel", new NewFunnel([new("a"), new("b"), new("click")], "strict"))).Steps.Count(step => step.Count == 1));
    }

    [Fact]
    public async Task The_time_is_from_the_latest_beginning_to_the_first_arrival()
    {
        var site = await TestSite.With(api, Minutes("0 a, 2 a, 5 b, 6 a, 7 b"));

        var step = (await site.Post<FunnelResponse>("funnel", new NewFunnel([new("a"), new("b")]))).Steps[1];

        Assert.Equal((180, 180), (step.MedianSeconds, step.AverageSeconds));
    }

    [Fact]
    public async Task By_session_all_steps_lie_in_one()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").In("s1").At("10:00"), Pageview("/pricing").By("ann").In("s2").At("11:00"),
            Pageview("/").By("bob").In("s3").At("10:00"), Pageview("/pricing").By("bob").In("s3").At("10:01"), Pageview("/").By("bob").In("s4").At("12:00"));

        var visitors = await site.Post<FunnelResponse>("funnel", new NewFunnel([Home, Pricing]));
        var sessions = await site.Post<FunnelResponse>("funnel", new NewFunnel([Home, Pricing], Unit: "session"));

        Assert.Equal(("visitor", 2, 2), (visitors.Unit, (int)visitors.Steps[0].Count, (int)visitors.Steps[1].Count));
        Assert.Equal(("session", 3, 1), (sessions.Unit, (int)sessions.Steps[0].Count, (int)sessions.Steps[1].Count));
    }

    [Theory]
    [InlineData("country", "ES=2/1 FR=1/1")]
    [InlineData("source", "Google=2/1 =1/1")]
    [InlineData("entry_page", "/=3/2")]
    public async Task It_is_split_by_the_value_at_the_first_step(string by, string expected)
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").From("Google").Having(row => row.Country = "ES"), Pageview("/pricing").By("ann").At("10:01").Having(row => row.Country = "DE"),
            Pageview("/").By("bob").At("10:00").From("Google").Having(row => row.Country = "ES"),
            Pageview("/").By("eve").At("10:00").Having(row => row.Country = "FR"), Pageview("/pricing").By("eve").At("10:01").Having(row => row.Country = "FR"),
            Pageview("/pricing").By("joe").Having(row => row.Country = "IT"));

        var answer = await site.Post<FunnelResponse>($"funnel", new NewFunnel([Home, Pricing]), $"from=2026-11-20&to=2026-11-20&by={by}");

        Assert.Equal((by, expected), (answer.By, string.Join(' ', answer.Rows.Select(row => $"{row.Value}={row.Steps[0].Count}/{row.Steps[1].Count}"))));
        Assert.Equal((3, 2), ((int)answer.Steps[0].Count, (int)answer.Steps[1].Count));
    }

    [Fact]
    public async Task Split_rows_are_limited()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").From("A"), Pageview("/").By("bob").From("B"), Pageview("/").By("eve").From("B"));

        var answer = await site.Post<FunnelResponse>("funnel", new NewFunnel([Home, Pricing]), "from=2026-11-20&to=2026-11-20&by=source&limit=1");

        Assert.Equal(("B", 3), (Assert.Single(answer.Rows).Value, (int)answer.Steps[0].Count));
    }

    [Fact]
    public async Task A_saved_funnel_answers_like_its_steps_and_filters_and_the_period_hold()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").Having(row => row.Device = "mobile"), Custom("signup").By("ann").At("10:01").Having(row => row.Device = "mobile"),
            Pageview("/").By("bob").At("10:00"), Custom("signup").By("bob").At("10:01"), Pageview("/").By("eve").OnDay("2026-11-19"), Custom("signup").By("eve"));
        var steps = new NewFunnel([Home, Signup], Window: 1, WindowUnit: "hours", Name: "To sign-up");

        var saved = await site.Save<Funnel>("funnels", steps);

        Assert.Equal(("To sign-up", 2, "ordered", 1, "hours", "visitor"), (saved.Name, saved.Steps.Count, saved.Mode, saved.Window, saved.WindowUnit, saved.Unit));
        var answer = await site.Get<FunnelResponse>($"funnel?funnel={saved.Id}");
        answer.ShouldBe(await site.Post<FunnelResponse>("funnel", steps));
        Assert.Equal((2, 2), ((int)answer.Steps[0].Count, (int)answer.Steps[1].Count));
        var mobile = await site.Get<FunnelResponse>("funnel?funnel=to%20sign-up&device=mobile");
        Assert.Equal((1, 1), ((int)mobile.Steps[0].Count, (int)mobile.Steps[1].Count));
    }

    [Fact]
    public async Task Nothing_counts_as_nothing()
    {
        var site = await TestSite.With(api);

        (await site.Post<FunnelResponse>("funnel", new NewFunnel([Home, Signup], Window: 90, WindowUnit: "seconds"), "by=source")).ShouldBe(new FunnelResponse(
            "visitor", "ordered", 90, [new("Visit /", 0, 0, 0, 0, null, null), new("Signed up", 0, 0, 0, 0, null, null)], 0, "source", []));
    }

    [Theory]
    [InlineData("""{}""", "steps")]
    [InlineData("""{"steps":[{"page":"/"}]}""", "steps")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"},{"page":"/"}]}""", "steps")]
    [InlineData("""{"steps":[{"page":"/"},null]}""", "steps[1].event")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"x"}]}""", "steps[1].page")]
    [InlineData("""{"steps":[{"page":"/"},{"event":"x","props":[{"name":"p","operator":"!","values":["1"]}]}]}""", "steps[1].props[0].operator")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/a"}],"mode":"loose"}""", "mode")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/a"}],"unit":"user"}""", "unit")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/a"}],"windowUnit":"weeks"}""", "windowUnit")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/a"}],"window":0}""", "window")]
    [InlineData("""{"steps":[{"page":"/"},{"page":"/a"}],"window":367}""", "window")]
    public async Task What_is_no_funnel_is_refused_by_field(string body, string field)
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PostAsync($"/api/sites/{site.Key}/stats/funnel", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([field], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }

    [Fact]
    public async Task To_be_saved_it_needs_a_name()
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PostAsJsonAsync($"/api/sites/{site.Key}/funnels", new NewFunnel([Home, Signup]));

        Assert.Equal(["name"], (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors.Keys);
    }

    [Fact]
    public async Task An_unknown_funnel_is_not_found()
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask("funnel?funnel=nonsense");

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    private static TestEvent[] Minutes(string events) =>
    [
        .. events.Split(", ").Select(e => e.Split(' ')).Select(e => Custom(e[1]).At($"10:{int.Parse(e[0], System.Globalization.CultureInfo.InvariantCulture):00}")),
    ];
}
