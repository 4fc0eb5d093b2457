using Analytics.Contracts;
using Analytics.QueryApi.Heatmap;
using Analytics.QueryApi.Tests.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Heatmap;

public sealed class HeatmapTests(Api api)
{
    [Fact]
    public async Task Clicks_lie_on_a_grid_of_thousandths_and_eight_pixels_and_elements_are_ranked()
    {
        var site = await TestSite.With(api,
            Click("/p", 500, 16, "#buy", "Buy").At("10:00"), Click("/p", 500, 23, "#buy", "Buy now").At("10:01"), Click("/p", 500, 24, "#buy").At("10:02"),
            Click("/p", 0, 0, "a").At("10:03"), Click("/q", 1, 1, "#other"));

        (await site.Get<HeatmapResponse>("heatmap?path=/p")).ShouldBe(new HeatmapResponse(
            "", "/p", "click", "", Width: 1000, Height: 2000, Total: 4,
            [new(500, 16, 2), new(0, 0, 1), new(500, 24, 1)],
            [new("#buy", "Buy now", 3, 0.75, Rage: 0, Dead: 0, SessionShare: 0, X: 500, Y: 18, []), new("a", "", 1, 0.25, 0, 0, 0, 0, 0, [])],
            [], Pageviews: 0, Sessions: 0, [], null));
    }

    [Fact]
    public async Task Widths_of_one_class_of_device_lie_over_each_other()
    {
        var site = await TestSite.With(api,
            Click("/p", 640, 0).Having(row => row.DocumentWidth = 1280), Click("/p", 960, 0).Having(row => row.DocumentWidth = 1920),
            Click("/p", 480, 0).Having(row => row.DocumentWidth = 1920));

        var answer = await site.Get<HeatmapResponse>("heatmap?path=/p");

        Assert.Equal([new HeatmapCell(500, 0, 2), new HeatmapCell(250, 0, 1)], answer.Cells);
        Assert.Equal(1920, answer.Width);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("&device=mobile", 1)]
    [InlineData("&hostname=a.example", 2)]
    [InlineData("&hostname=a.example&device=desktop", 1)]
    [InlineData("&device=tv", 0)]
    public async Task Device_and_host_narrow_it_down(string narrowing, int total)
    {
        var site = await TestSite.With(api,
            Click("/p").Having(row => (row.Hostname, row.Device) = ("a.example", "desktop")),
            Click("/p").Having(row => (row.Hostname, row.Device) = ("a.example", "mobile")),
            Click("/p").Having(row => (row.Hostname, row.Device) = ("b.example", "desktop")));

        var answer = await site.Get<HeatmapResponse>($"heatmap?path=/p{narrowing}");

        Assert.Equal((total, total), ((int)answer.Total, (int)answer.Cells.Sum(cell => cell.Count)));
    }

    [Theory]
    [InlineData("move", 3)]
    [InlineData("touch", 1)]
    public async Task Moves_and_touches_come_from_pointer_positions(string kind, int total)
    {
        var site = await TestSite.With(api);
        await api.ClickHouse.InsertAsync<PointerRow>([Points("move", (100, 80), (100, 87), (200, 0)), Points("touch", (10, 10)), Points("scroll", (0, 400))]);

        var answer = await site.Get<HeatmapResponse>($"heatmap?path=/p&kind={kind}");

        Assert.Equal((kind, (long)total), (answer.Kind, answer.Total));
        if (kind == "move")
        {
            Assert.Equal([new HeatmapCell(100, 80, 2), new HeatmapCell(200, 0, 1)], answer.Cells);
        }

        PointerRow Points(string kind, params (ushort X, uint Y)[] points) => new()
        {
            SiteId = site.Id,
            Timestamp = Api.Now,
            Path = "/p",
            Kind = kind,
            DocumentWidth = 1000,
            DocumentHeight = 2000,
            Points = [.. points.Select(point => new PointerRow.Point(point.X, point.Y, 0))],
        };
    }

    [Fact]
    public async Task Scroll_depths_say_how_many_got_at_least_that_far()
    {
        var site = await TestSite.With(api,
            Pageleave("/p", 100).By("ann"), Pageleave("/p", 50).By("bob"), Pageleave("/p", 50).By("eve"), Pageleave("/p", 0).By("joe"), Pageleave("/q", 80));

        var answer = await site.Get<HeatmapResponse>("heatmap?path=/p&kind=scroll");

        Assert.Equal((4, 0, 0), (answer.Total, answer.Cells.Count, answer.Elements.Count));
        Assert.Equal([.. new[] { 4L }, .. Enumerable.Repeat(3L, 50), .. Enumerable.Repeat(1L, 50)], answer.Depths);
    }

    [Fact]
    public async Task Only_the_days_of_the_period_count()
    {
        var site = await TestSite.With(api, Click("/p").OnDay("2026-11-17"), Click("/p").OnDay("2026-11-18"), Click("/p").OnDay("2026-11-19"));

        Assert.Equal(1, (await site.Get<HeatmapResponse>("heatmap?path=/p", "from=2026-11-18&to=2026-11-18")).Total);
        Assert.Equal(3, (await site.Get<HeatmapResponse>("heatmap?path=/p", "period=7d")).Total);
    }

    [Theory]
    [InlineData("UTC", "from=2026-11-17&to=2026-11-18", "2026-11-17", "2026-11-18")]
    [InlineData("Asia/Kolkata", "from=2026-11-17&to=2026-11-18", "2026-11-17", "2026-11-18")]
    [InlineData("America/New_York", "from=2026-11-17&to=2026-11-18", "2026-11-17", "2026-11-18")]
    [InlineData("UTC", "period=today", "2026-11-20", "2026-11-20")]
    [InlineData("Pacific/Honolulu", "period=today", "2026-11-20", "2026-11-20")]
    [InlineData("Pacific/Kiritimati", "period=today", "2026-11-20", "2026-11-20")]
    [InlineData("UTC", "period=24h", "2026-11-20", "2026-11-20")]
    [InlineData("UTC", "period=7d", "2026-11-14", "2026-11-20")]
    public void Days_are_the_nearest_in_utc_and_never_miss_the_running_one(string zone, string query, string first, string last)
    {
        var period = PeriodOf.Query(query, zone);

        Assert.Equal((DateOnly.Parse(first), DateOnly.Parse(last)), HeatmapEndpoint.Days(period, Api.Now));
    }

    [Fact]
    public async Task Pages_to_choose_from_are_those_with_clicks_or_views()
    {
        var site = await TestSite.With(api,
            Pageview("/a"), Pageview("/a"), Click("/a"), Click("/b"), Click("/b"), Pageleave("/c", 10), Pageview("/d").Having(row => row.Hostname = "other.example"));

        (await site.Get<List<HeatmapPage>>("heatmap/pages")).ShouldBe(
            [new("shop.example", "/b", 0, 2, 0, 0, 1), new("shop.example", "/a", 2, 1, 0, 0, 1), new("other.example", "/d", 1, 0, 0, 0, 1)]);
    }

    [Fact]
    public async Task A_page_nobody_saw_is_empty()
    {
        var site = await TestSite.With(api);

        (await site.Get<HeatmapResponse>("heatmap?path=/p")).ShouldBe(new HeatmapResponse("", "/p", "click", "", 0, 0, 0, [], [], [], 0, 0, [], null));
    }
}
