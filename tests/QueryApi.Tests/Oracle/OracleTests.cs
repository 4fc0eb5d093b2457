using Analytics.Contracts;
using static Analytics.QueryApi.Tests.Oracle.Truth;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>Every report on 100,000 random events says what plain C# says of the same list, whatever the days and filters.</summary>
public sealed partial class OracleTests(Api api)
{
    private static readonly Question[] Some = RandomShop.Questions;

    private Task<(TestSite Site, Truth Truth)> ShopAsync() => RandomShop.InAsync(api);

    public static TheoryData<int> Questions => [.. Enumerable.Range(0, Some.Length)];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Overview(int question)
    {
        var (site, truth) = await ShopAsync();

        (await site.Overview(Some[question].Query)).ShouldBe(truth.Overview(Some[question]));
    }

    [Theory]
    [InlineData(0, "day")]
    [InlineData(0, "week")]
    [InlineData(0, "month")]
    [InlineData(1, "hour")]
    [InlineData(2, "hour")]
    [InlineData(3, "day")]
    [InlineData(4, "day")]
    [InlineData(5, "day")]
    public async Task Timeseries(int question, string interval)
    {
        var (site, truth) = await ShopAsync();

        (await site.Get<TimeseriesResponse>($"timeseries?interval={interval}", Some[question].Query)).Points.ShouldBe(truth.Timeseries(Some[question], interval));
    }

    public static TheoryData<int, string> Breakdowns =>
    [
        .. from question in Enumerable.Range(0, Some.Length)
           from dimension in new[] { "page", "title", "event", "source", "channel", "utm_campaign", "entry_page", "exit_page", "device", "country" }
           select (question, dimension),
    ];

    [Theory]
    [MemberData(nameof(Breakdowns))]
    public async Task Breakdown(int question, string dimension)
    {
        var (site, truth) = await ShopAsync();

        (await site.Get<BreakdownResponse>($"breakdown/{dimension}", Some[question].Query)).ShouldBe(truth.Breakdown(Some[question], dimension));
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Sessions_and_journeys(int question)
    {
        var (site, truth) = await ShopAsync();
        var expected = truth.SessionList(Some[question]);

        var page = await site.Get<SessionsResponse>("sessions?limit=200&offset=10", Some[question].Query);

        Assert.Equal(expected.Count, page.Total);
        page.Sessions.Select(session => session with { Revenue = 0 }).ToList().ShouldBe(expected.Skip(10).Take(200).ToList());
        foreach (var session in page.Sessions.Take(5))
        {
            var journey = await api.Client.GetAsync<JourneyResponse>($"/api/sites/{site.Key}/stats/sessions/{Uri.EscapeDataString(session.Id)}");

            Assert.Equal(truth.Journey(session.Id), journey.Events.Select(e => (e.Time, e.Name, e.Path, e.X, e.Y, e.ScrollDepth, e.DwellMs, e.Revenue)));
        }
    }

    [Theory]
    [InlineData("/", "", "2026-10-19", "2026-11-20")]
    [InlineData("/product/1", "", "2026-11-01", "2026-11-02")]
    [InlineData("/50%_off", "mobile", "2026-10-25", "2026-11-07")]
    public async Task Heatmap_cells_and_scroll_depths(string path, string device, string first, string last)
    {
        var (site, truth) = await ShopAsync();

        // The grid is kept by UTC day; New York's day shares most hours with the UTC day of the same date.
        var (from, to) = (DateTimeOffset.Parse(first + "T00:00Z", null), DateTimeOffset.Parse(last + "T00:00Z", null).AddDays(1));
        var clicks = await site.Get<HeatmapResponse>($"heatmap?path={Uri.EscapeDataString(path)}&device={device}", $"from={first}&to={last}");
        var scroll = await site.Get<HeatmapResponse>($"heatmap?kind=scroll&path={Uri.EscapeDataString(path)}", $"from={first}&to={last}");

        Assert.Equal(truth.Clicks(path, device, from, to), clicks.Cells.ToDictionary(cell => (cell.X, cell.Y), cell => cell.Count));
        Assert.Equal(truth.Depths(path, from, to), scroll.Depths);
    }

    private static readonly (NewGoal Goal, string Currency)[] Goals =
    [
        (new("purchase", Name: "EUR", Currency: "EUR"), "EUR"),
        (new("purchase", Name: "USD", Currency: "USD"), "USD"),
        (new(Page: "/blog/*", Name: "Blog", Currency: "EUR"), "EUR"),
        (new(Page: "/50%_*", Name: "Sale", Currency: "EUR"), "EUR"),
        (new("signup", Props: [new("plan", "is", ["pro", "team"]), new("seats", "greater", ["9.5"])], Name: "Big sign-up", Currency: "EUR"), "EUR"),
        (new("purchase", "/*o*t", [new("nothing", "is_not", ["x"])], "On checkout", "EUR"), "EUR"),
    ];

    private static readonly SemaphoreSlim Making = new(1);
    private static bool made;

    private static async Task MakeGoalsAsync(TestSite site)
    {
        await Making.WaitAsync();
        try
        {
            foreach (var (goal, _) in made ? [] : Goals)
            {
                await site.Save<Goal>("goals", goal);
            }

            made = true;
        }
        finally
        {
            Making.Release();
        }
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Conversions(int question)
    {
        var (site, truth) = await ShopAsync();
        await MakeGoalsAsync(site);

        var answer = await site.Get<ConversionsResponse>("conversions", Some[question].Query);

        Assert.Equal(answer.Goals.OrderByDescending(goal => goal.Conversions), answer.Goals);
        Assert.Equal(
            Goals.ToDictionary(goal => goal.Goal.Name!, goal => truth.Conversions(Some[question], goal.Goal, goal.Currency)),
            answer.Goals.ToDictionary(goal => goal.Name, goal => (goal.Conversions, goal.Converters, goal.Rate, goal.Revenue)));
    }

    [Theory]
    [InlineData(0, "first", "source", 30)]
    [InlineData(0, "last", "source", 30)]
    [InlineData(0, "linear", "source", 30)]
    [InlineData(0, "linear", "entry_page", 3)]
    [InlineData(2, "first", "utm_campaign", 7)]
    [InlineData(3, "linear", "channel", 1)]
    [InlineData(4, "last", "exit_page", 90)]
    [InlineData(4, "linear", "country", 90)]
    public async Task Attribution(int question, string model, string by, int lookback)
    {
        var (site, truth) = await ShopAsync();
        await MakeGoalsAsync(site);

        var answer = await site.Get<AttributionResponse>($"attribution?goal=EUR&model={model}&by={by}&lookback={lookback}", Some[question].Query);

        var expected = truth.Attribution(Some[question], Goals[0].Goal, "EUR", model, by, lookback);
        Assert.Equal(expected.Count, answer.Rows.Count);
        foreach (var row in answer.Rows)
        {
            var (conversions, converters, revenue) = expected[row.Value];
            Assert.Equal(converters, row.Converters);
            Assert.Equal((double)conversions, row.Conversions, 6e-7);
            Assert.InRange(row.Revenue - revenue, -0.0001m, 0.0001m); // rounded to four digits
        }
    }

    public static TheoryData<int, string, string, int, string> Funnels =>
    [
        .. from question in new[] { 0, 1, 2, 3, 4 }
           from mode in new[] { "ordered", "strict" }
           from unit in new[] { "visitor", "session" }
           from window in new[] { (90, "seconds"), (2, "hours"), (9, "days") }
           select (question, mode, unit, window.Item1, window.Item2),
    ];

    [Theory]
    [MemberData(nameof(Funnels))]
    public async Task Funnel(int question, string mode, string unit, int window, string windowUnit)
    {
        var (site, truth) = await ShopAsync();
        var span = windowUnit switch { "seconds" => TimeSpan.FromSeconds(window), "hours" => TimeSpan.FromHours(window), _ => TimeSpan.FromDays(window) };
        FunnelStep[][] funnels =
        [
            [new(Page: "/"), new(Page: "/product/*"), new("add_to_cart"), new("purchase")],
            [new(Page: "/product/*"), new("product_view"), new("click")],
            [new(Page: "*"), new(Page: "*"), new(Page: "/blog/*"), new("signup", Props: [new("plan", "is_not", ["free"])])],
        ];
        foreach (var steps in funnels)
        {
            var funnel = new NewFunnel(steps, mode, window, windowUnit, unit);

            var answer = await site.Post<FunnelResponse>("funnel", funnel, Some[question].Query);

            var expected = truth.Funnel(Some[question], funnel, span);
            Assert.Equal(expected.Select(step => (step.Count, step.Median)), answer.Steps.Select(step => (step.Count, step.MedianSeconds)));
            Assert.All(expected.Zip(answer.Steps), pair => Assert.Equal(pair.First.Average ?? 0, pair.Second.AverageSeconds ?? 0, 1e-6));
        }
    }

    [Theory]
    [InlineData(0, "", "", 4, 10)]
    [InlineData(0, "/pricing", "", 3, 2)]
    [InlineData(0, "", "/thanks", 5, 3)]
    [InlineData(2, "/blog/*", "", 7, 50)]
    [InlineData(2, "", "/product/*", 2, 1)]
    [InlineData(4, "", "", 7, 4)]
    [InlineData(5, "", "/checkout", 4, 5)]
    [InlineData(6, "", "", 3, 6)]
    public async Task Paths(int question, string start, string end, int steps, int nodes)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Get<PathsResponse>(
            $"paths?start={Uri.EscapeDataString(start)}&end={Uri.EscapeDataString(end)}&steps={steps}&nodes={nodes}", Some[question].Query);

        var expected = truth.Paths(Some[question], start, end, steps, nodes);
        Assert.Equal(expected.Nodes, answer.Nodes.ToDictionary(node => (node.Step, Name(node)), node => (node.Sessions, node.Ended)));
        Assert.Equal(expected.Links, answer.Links.ToDictionary(
            link => (answer.Nodes[link.Source].Step, Name(answer.Nodes[link.Source]), Name(answer.Nodes[link.Target])), link => link.Sessions));

        static string Name(PathNode node) => node.Other ? "*" : node.Page;
    }

    [Theory]
    [InlineData(0, "day", "", "")]
    [InlineData(0, "week", "", "")]
    [InlineData(0, "month", "", "")]
    [InlineData(2, "day", "", "")]
    [InlineData(3, "day", "signup", "purchase")]
    [InlineData(3, "week", "/pricing", "/*")]
    [InlineData(4, "day", "", "purchase")]
    [InlineData(5, "week", "/pricing", "")]
    public async Task Retention(int question, string interval, string start, string back)
    {
        var (site, truth) = await ShopAsync();

        var answer = await site.Get<RetentionResponse>($"retention?interval={interval}&start_event={start}&return_event={back}", Some[question].Query);

        answer.Cohorts.ShouldBe(truth.Retention(Some[question], interval, Match(start), Match(back)));

        static EventMatch? Match(string what) => what.Length == 0 ? null : what[0] == '/' ? new EventMatch(Page: what) : new EventMatch(what);
    }

    [Fact]
    public async Task Cohorts()
    {
        var (site, truth) = await ShopAsync();
        NewCohort[] cohorts =
        [
            new("bought", [new("purchase", Days: 14)]),
            new("bought thrice and did not sign up", [new("purchase", Times: 3), new("signup", Done: false)]),
            new("read and did not come lately", [new(Page: "/blog/*", Days: 30), new(Page: "*", Done: false, Days: 3)]),
            new("pro in Spain", [new("signup", Props: [new("plan", "is", ["pro"])], Days: 60)], new Dictionary<string, IReadOnlyList<string>> { ["country"] = ["ES", "FR"] }, 20),
        ];
        foreach (var input in cohorts)
        {
            var saved = await site.Save<Cohort>("cohorts", input);

            var size = await api.Client.GetAsync<CohortSize>($"/api/sites/{site.Key}/cohorts/{saved.Id}/size");

            var members = truth.Cohort(input, Api.Now);
            Assert.InRange(members.Count, 10, 10_000);
            Assert.Equal(members.Count, size.Visitors);
        }
    }
}
