using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Heatmap;

public sealed class HeatmapKindsTests(Api api)
{
    [Fact]
    public async Task Rage_and_dead_clicks_have_grids_of_their_own_and_elements_tell_all_three()
    {
        var site = await TestSite.With(api,
            Pageview("/p").By("ann").At("09:00"), Pageview("/p").By("bob").At("09:00"), Pageview("/p").By("eve").At("09:00"), Pageview("/p").By("joe").At("09:00"),
            Click("/p", 100, 80, "#buy", "Buy").By("ann").At("10:00"), Click("/p", 300, 80, "#buy", "Buy").By("ann").At("10:01"), Click("/p", 0, 0, "#logo", "Logo").By("bob").At("10:00"),
            Other("rage_click", 200, 80, "#buy").By("ann").At("10:02"), Other("dead_click", 10, 8, "#img").By("eve").At("10:00"), Other("dead_click", 30, 8, "#img").By("eve").At("10:01"));

        var (click, rage, dead) = (await Of("click"), await Of("rage"), await Of("dead"));

        Assert.Equal((3, 1, 2), (click.Total, rage.Total, dead.Total));
        Assert.Equal([new HeatmapCell(200, 80, 1)], rage.Cells);
        Assert.Equal([new HeatmapCell(10, 8, 1), new HeatmapCell(30, 8, 1)], dead.Cells);
        click.Elements.ShouldBe([
            new("#buy", "Buy", Clicks: 2, Share: 2 / 3.0, Rage: 1, Dead: 0, SessionShare: 0.25, X: 200, Y: 80, []),
            new("#logo", "Logo", Clicks: 1, Share: 1 / 3.0, Rage: 0, Dead: 0, SessionShare: 0.25, X: 0, Y: 0, [])]);
        Assert.Equal([("#buy", 1.0)], rage.Elements.Select(element => (element.Selector, element.Share)));
        Assert.Equal([("#img", 2, 1.0, 20)], dead.Elements.Select(element => (element.Selector, element.Dead, element.Share, element.X)));
        Assert.Equal((4, 4), (click.Pageviews, click.Sessions));

        Task<HeatmapResponse> Of(string kind) => site.Get<HeatmapResponse>($"heatmap?path=/p&kind={kind}");
    }

    [Fact]
    public async Task A_pattern_lays_the_grids_of_its_pages_on_each_other()
    {
        var site = await TestSite.With(api,
            Click("/p/1", 10, 8), Click("/p/2", 10, 8), Click("/p/2/reviews", 10, 8), Click("/q/1", 10, 8), Click("/p/100%", 10, 8), Click("/p_1", 10, 8), Click("/pA1", 10, 8),
            Pageleave("/p/1", 50), Pageleave("/p/2", 100));

        Assert.Equal((4, 4L), await Of("/p/*"));
        Assert.Equal((1, 1L), await Of("*/reviews"));
        Assert.Equal((1, 1L), await Of("/p/100%"));
        Assert.Equal((1, 1L), await Of("/p/1*%"));
        Assert.Equal((1, 1L), await Of("/p_*"));
        Assert.Equal((7, 7L), await Of("*"));
        Assert.Equal(2, (await site.Get<HeatmapResponse>("heatmap?path=/p/*&kind=scroll")).Total);

        async Task<(long, long)> Of(string path)
        {
            var answer = await site.Get<HeatmapResponse>($"heatmap?path={Uri.EscapeDataString(path)}");
            Assert.Equal(path, answer.Path);
            return (answer.Total, answer.Cells.Sum(cell => cell.Count));
        }
    }

    [Fact]
    public async Task Another_period_comes_along_to_be_compared()
    {
        var site = await TestSite.With(api,
            Pageview("/p").OnDay("2026-11-20"), Click("/p", 10, 8).OnDay("2026-11-20"), Pageview("/p").OnDay("2026-11-19").In("y"), Click("/p", 50, 8).OnDay("2026-11-19").In("y"),
            Click("/p", 50, 8).OnDay("2026-11-19").In("y"), Click("/p", 70, 16).OnDay("2026-10-01").In("x"), Pageleave("/p", 30).OnDay("2026-11-19").In("y"));

        var previous = await site.Get<HeatmapResponse>("heatmap?path=/p&compare=previous");
        var custom = await site.Get<HeatmapResponse>("heatmap?path=/p&compare=custom&compare_from=2026-09-01&compare_to=2026-10-31");
        var scroll = await site.Get<HeatmapResponse>("heatmap?path=/p&kind=scroll&compare=previous");

        Assert.Equal(1, previous.Total);
        previous.Compared!.ShouldBe(new(new(2026, 11, 19), new(2026, 11, 19), Total: 2, Pageviews: 1, [new(50, 8, 2)], []));
        custom.Compared!.ShouldBe(new(new(2026, 9, 1), new(2026, 10, 31), Total: 1, Pageviews: 0, [new(70, 16, 1)], []));
        Assert.Equal((0, 1, 1, 0), (scroll.Total, scroll.Compared!.Total, scroll.Compared.Depths[30], scroll.Compared.Depths[31]));
    }

    [Fact]
    public async Task Elements_tell_where_inside_them_was_clicked_when_asked()
    {
        var site = await TestSite.With(api,
            Click("/p", 10, 8, "#buy").Having(row => (row.ElementX, row.ElementY) = (5000, 10_000)), Click("/p", 900, 80, "#buy").Having(row => (row.ElementX, row.ElementY) = (5000, 10_000)),
            Click("/p", 10, 8, "#buy"));

        Assert.Equal([new HeatmapSpot(16, 31, 2)], (await site.Get<HeatmapResponse>("heatmap?path=/p&spots=yes")).Elements.Single().Spots);
        Assert.Empty((await site.Get<HeatmapResponse>("heatmap?path=/p")).Elements.Single().Spots);
    }

    [Fact]
    public async Task Folds_are_the_mean_height_of_the_windows_by_device()
    {
        var site = await TestSite.With(api,
            View("desktop", 800, 2000), View("desktop", 1000, 1600), View("mobile", 600, 500), View("desktop", 0, 9000), View("tv", 700, 0));

        (await site.Get<HeatmapResponse>("heatmap?path=/p&kind=scroll")).Folds.ShouldBe(
            [new("desktop", 2, 900, 50), new("mobile", 1, 600, 100), new("tv", 1, 700, 0)]);

        static TestEvent View(string device, int window, int document) => Pageview("/p").Having(row =>
            (row.Device, row.ViewportHeight, row.DocumentHeight) = (device, (ushort)window, (uint)document));
    }

    [Fact]
    public async Task Pages_that_differ_in_numbers_and_ids_only_are_one_pattern_to_choose()
    {
        var site = await TestSite.With(api,
            Pageview("/p/1"), Pageview("/p/2"), Click("/p/2"), Pageview("/p/2/reviews/17"), Pageview("/u/6f9619ff-8b86-d011-b42d-00c04fc964ff"), Pageview("/blog/2026/11/5-ways-to-brew"),
            Pageview("/d/2026-11-20.html"), Pageview("/h/0123456789abcdef0"), Pageview("/t/AbCdEfGhIjKlMnOpQrSt1"), Pageview("/about"), Other("rage_click", 0, 0, "a", "/p/1"));

        var pages = await site.Get<List<HeatmapPage>>("heatmap/pages?group=wildcard");

        Assert.Equal(
            ["/p/*", "/about", "/blog/*/*/5-ways-to-brew", "/d/*", "/h/*", "/p/*/reviews/*", "/t/*", "/u/*"],
            pages.Select(page => page.Path));
        pages[0].ShouldBe(new("shop.example", "/p/*", Pageviews: 2, Clicks: 1, Rage: 1, Dead: 0, Paths: 2));
        Assert.Equal(["/p/*"], (await site.Get<List<HeatmapPage>>("heatmap/pages?group=wildcard&min_pageviews=2")).Select(page => page.Path));
    }

    [Theory]
    [InlineData("heatmap?path=/&kind=rages", "kind")]
    [InlineData("heatmap?path=/&compare=last", "compare")]
    [InlineData("heatmap?path=/&compare_from=2026-01-01", "compare_from")]
    [InlineData("heatmap?path=/&compare=custom&compare_from=2026-01-01", "compare_to")]
    [InlineData("heatmap?path=/&compare=custom&compare_from=2026-01-02&compare_to=2026-01-01", "compare_to")]
    [InlineData("heatmap?path=/&compare=custom&compare_from=1999-01-02&compare_to=2026-01-01", "compare_from")]
    [InlineData("heatmap?path=/&spots=1", "spots")]
    [InlineData("heatmap/pages?group=host", "group")]
    [InlineData("heatmap/pages?min_pageviews=-1", "min_pageviews")]
    public async Task A_wrong_parameter_is_named(string report, string name) =>
        Assert.Equal([name], await (await TestSite.With(api)).WrongParameters(report));

    private static TestEvent Other(string name, int x, int y, string selector, string path = "/p") => Custom(name, path).Having(row =>
        (row.X, row.Y, row.ElementSelector, row.DocumentWidth, row.DocumentHeight) = ((ushort)x, (uint)y, selector, 1000, 2000));
}
