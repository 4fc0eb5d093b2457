using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Breakdown;

public sealed class BreakdownTests(Api api)
{
    [Fact]
    public async Task Pages_count_their_pageviews_visitors_and_sessions()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Click("/").By("ann").At("10:01"), Pageview("/pricing").By("ann").At("10:02"), Pageview("/").By("ann").At("10:03"),
            Pageview("/").By("bob").At("10:00"));

        (await site.Breakdown("page")).ShouldBe(new BreakdownResponse("page",
        [
            new("/", Visitors: 2, Sessions: 2, Pageviews: 3, BounceRate: 0.5, Events: 3),
            new("/pricing", Visitors: 1, Sessions: 1, Pageviews: 1, BounceRate: 0, Events: 1),
        ], Total: 2));
    }

    [Fact]
    public async Task Sources_are_those_of_a_sessions_first_page()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00").From("Google"), Pageview("/a").By("ann").At("10:01").From("shop.example"), Click("/a").By("ann").At("10:02"),
            Pageview("/").By("bob").At("10:00").From("Google"), Pageview("/").By("eve").At("10:00"));

        (await site.Breakdown("source")).ShouldBe(new BreakdownResponse("source",
        [
            new("Google", Visitors: 2, Sessions: 2, Pageviews: 3, BounceRate: 0.5, Events: 4),
            new("", Visitors: 1, Sessions: 1, Pageviews: 1, BounceRate: 1, Events: 1),
        ], Total: 2));
    }

    [Fact]
    public async Task Events_are_counted_by_name()
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("10:00"), Custom("signup").By("ann").At("10:01"), Custom("signup").By("ann").At("10:02"), Custom("signup").By("bob").At("10:00"));

        (await site.Breakdown("event")).ShouldBe(new BreakdownResponse("event",
        [
            new("signup", Visitors: 2, Sessions: 2, Pageviews: 0, BounceRate: 0.5, Events: 3),
            new("pageview", Visitors: 1, Sessions: 1, Pageviews: 1, BounceRate: 1, Events: 1),
        ], Total: 2));
    }

    public static TheoryData<string> Dimensions => [.. Dimension.BreakdownNames];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public async Task Every_dimension_finds_its_value(string dimension)
    {
        var site = await TestSite.With(api, Pageview("/the-page").Having(row =>
        {
            (row.Hostname, row.Title, row.Source, row.Channel, row.Referrer) = ("the.host", "The title", "The source", "The channel", "https://the.referrer/");
            (row.UtmSource, row.UtmMedium, row.UtmCampaign, row.UtmTerm, row.UtmContent) = ("us", "um", "uc", "ut", "un");
            (row.Device, row.Browser, row.BrowserVersion, row.Os, row.OsVersion) = ("mobile", "Firefox", "140", "Android", "16");
            (row.Country, row.Region, row.City, row.Language, row.Timezone, row.UserId) = ("ES", "Madrid", "Getafe", "es-ES", "Europe/Madrid", "u1");
        }));
        var expected = new Dictionary<string, string>
        {
            ["page"] = "/the-page",
            ["hostname"] = "the.host",
            ["title"] = "The title",
            ["entry_page"] = "/the-page",
            ["exit_page"] = "/the-page",
            ["source"] = "The source",
            ["channel"] = "The channel",
            ["referrer"] = "https://the.referrer/",
            ["utm_source"] = "us",
            ["utm_medium"] = "um",
            ["utm_campaign"] = "uc",
            ["utm_term"] = "ut",
            ["utm_content"] = "un",
            ["device"] = "mobile",
            ["browser"] = "Firefox",
            ["browser_version"] = "140",
            ["os"] = "Android",
            ["os_version"] = "16",
            ["country"] = "ES",
            ["region"] = "Madrid",
            ["city"] = "Getafe",
            ["language"] = "es-ES",
            ["timezone"] = "Europe/Madrid",
            ["event"] = "pageview",
            ["user"] = "u1",
        };

        var unfiltered = new BreakdownResponse(dimension, [new(expected[dimension], 1, 1, 1, 1, 1)], 1);
        (await site.Breakdown(dimension)).ShouldBe(unfiltered);
        (await site.Breakdown(dimension, $"&{dimension}={Uri.EscapeDataString(expected[dimension])}")).ShouldBe(unfiltered);
        (await site.Breakdown(dimension, $"&{dimension}=other")).ShouldBe(new BreakdownResponse(dimension, [], 0));
    }

    [Fact]
    public async Task Entry_and_exit_page_are_the_first_and_the_last()
    {
        var site = await TestSite.With(api,
            Pageview("/in").At("10:00"), Pageview("/between").At("10:01"), Pageview("/out").At("10:02"), Pageleave("/out", 50).At("10:03"));

        Assert.Equal("/in", Assert.Single((await site.Breakdown("entry_page")).Rows).Value);
        Assert.Equal("/out", Assert.Single((await site.Breakdown("exit_page")).Rows).Value);
    }

    [Fact]
    public async Task Rows_come_in_pages_and_the_total_counts_all()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 7).Select(i => Pageview($"/{i}").By($"v{i}"))]);

        var second = await site.Breakdown("page", "&limit=3&offset=3");
        var beyond = await site.Breakdown("page", "&limit=3&offset=9");

        Assert.Equal((7, "/3,/4,/5"), (second.Total, string.Join(',', second.Rows.Select(row => row.Value))));
        Assert.Equal((7, 0), (beyond.Total, beyond.Rows.Count));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("visitor")]
    [InlineData("path; DROP TABLE events")]
    public async Task An_unknown_dimension_is_refused_with_the_known_ones(string dimension)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask($"breakdown/{Uri.EscapeDataString(dimension)}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!;
        Assert.Contains("page, hostname, title, entry_page", Assert.Single(problem.Errors["dimension"]), StringComparison.Ordinal);
    }
}
