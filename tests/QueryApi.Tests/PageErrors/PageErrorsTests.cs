using System.Net;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.PageErrors;

public sealed class PageErrorsTests(Api api)
{
    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static TestEvent Error(string message, string page, string line = "7") => Custom("error", page).Having(row => (row.Browser, row.BrowserVersion, row.Os, row.Props) =
        ("Chrome", "142", "Linux",
        [new("kind", "error"), new("type", "TypeError"), new("message", message), new("source", "https://shop.example/a.js"), new("line", line), new("column", "3"), new("stack", $"at {page}")]));

    private static TestEvent[] Errors() =>
    [
        Error("x is null", "/").By("ann").At("09:00"), Error("x is null", "/buy").By("ann").At("09:30"),
        Error("x is null", "/").By("bob").At("10:00").Having(row => (row.Browser, row.BrowserVersion, row.Device) = ("Safari", "18", "mobile")),
        Error("x is null", "/", line: "8").By("bob").At("10:01"), Error("y is null", "/").By("eve").At("11:00"), Pageview("/").By("eve").At("11:01"),
    ];

    private static PageErrorGroup XIsNull(string id) => new(
        id, "error", "TypeError", "x is null", "https://shop.example/a.js", 7, 3, Count: 3, Visitors: 2, Sessions: 2, At("09:00"), At("10:00"), ["Chrome", "Safari"], Pages: 2, "/");

    [Fact]
    public async Task Errors_of_one_message_and_place_are_one_group()
    {
        var site = await TestSite.With(api, Errors());

        var answer = await site.Get<PageErrorsResponse>("errors");

        Assert.Equal((5, 3, 3, 3), (answer.Errors, answer.Visitors, answer.Sessions, answer.Total));
        answer.Groups[0].ShouldBe(XIsNull(answer.Groups[0].Id));
        Assert.Equal(
            [("x is null", 8, 1L), ("y is null", 7, 1L)], answer.Groups.Skip(1).Select(group => (group.Message, group.Line, group.Count)).Order());
        Assert.All(answer.Groups, group => Assert.Matches("^[0-9a-f]{16}$", group.Id));
    }

    [Theory]
    [InlineData("search=Y IS", "y is null")]
    [InlineData("search=a.js&visitor=eve", "y is null")]
    [InlineData("search=nothing", "")]
    [InlineData("page=/buy", "x is null")]
    [InlineData("browser=Safari", "x is null")]
    [InlineData("sort=last_seen&limit=1", "y is null")]
    [InlineData("sort=visitors&limit=1", "x is null")]
    public async Task Groups_are_searched_and_sorted(string query, string message)
    {
        var site = await TestSite.With(api, Errors());

        Assert.Equal(message, Assert.Single((await site.Get<PageErrorsResponse>($"errors?{query}")).Groups.Select(group => group.Message).DefaultIfEmpty("").ToList()));
    }

    [Fact]
    public async Task A_group_tells_when_where_and_in_what_it_happened()
    {
        var site = await TestSite.With(api, Errors());
        var id = (await site.Get<PageErrorsResponse>("errors")).Groups[0].Id;

        var detail = await site.Get<PageErrorDetail>($"errors/{id}", "from=2026-11-20T09:00&to=2026-11-20T12:00");

        detail.ShouldBe(new PageErrorDetail(
            XIsNull(id), "hour", [new(At("09:00"), 2), new(At("10:00"), 1), new(At("11:00"), 0)],
            [new("/", 2), new("/buy", 1)], [new("Chrome 142", 2), new("Safari 18", 1)], [new("Linux", 3)], [new("", 2), new("mobile", 1)],
            [
                new(At("10:00"), "shop.example", "/", "session-of-bob", IdText.Hex(Identifier.Of("bob")), "Safari", "18", "Linux", "at /"),
                new(At("09:30"), "shop.example", "/buy", "session-of-ann", IdText.Hex(Identifier.Of("ann")), "Chrome", "142", "Linux", "at /buy"),
                new(At("09:00"), "shop.example", "/", "session-of-ann", IdText.Hex(Identifier.Of("ann")), "Chrome", "142", "Linux", "at /"),
            ]));
    }

    [Fact]
    public async Task Of_everything_a_group_begins_with_its_first()
    {
        var site = await TestSite.With(api, Errors());
        var id = (await site.Get<PageErrorsResponse>("errors")).Groups[0].Id;

        var detail = await site.Get<PageErrorDetail>($"errors/{id}", "period=all");

        Assert.Equal([(At("09:00"), 2L), (At("10:00"), 1L), (At("11:00"), 0L), (At("12:00"), 0L)], detail.Points.Select(point => (point.Time, point.Count)));
    }

    [Theory]
    [InlineData("errors/0123456789abcdef", HttpStatusCode.NotFound)]
    [InlineData("errors/x", HttpStatusCode.NotFound)]
    [InlineData("errors?sort=message", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_is_said(string report, HttpStatusCode status)
    {
        var site = await TestSite.With(api, Errors());

        using var response = await site.Ask(report);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_site_without_errors_has_none()
    {
        var site = await TestSite.With(api, Pageview("/"));

        (await site.Get<PageErrorsResponse>("errors")).ShouldBe(new PageErrorsResponse(0, 0, 0, [], 0));
    }
}
