using System.Globalization;
using System.Net;
using Analytics.Contracts;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Bots;

public sealed class BotsTests(Api api)
{
    private static DateTimeOffset At(string time, string day = "2026-11-20") => DateTimeOffset.Parse($"{day}T{time}Z", CultureInfo.InvariantCulture);

    private async Task<TestSite> SiteAsync(string timezone, params DropRow[] drops)
    {
        var site = await TestSite.With(api, timezone, Pageview("/").At("10:00"), Pageview("/").By("bob").OnDay("2026-11-18"));
        foreach (var row in drops)
        {
            row.SiteId = site.Id;
        }

        await api.ClickHouse.InsertAsync<DropRow>(drops);
        return site;
    }

    private static DropRow Drop(string reason, string contract, ulong count, string time, string day = "2026-11-20") =>
        new() { Hour = At(time, day), Reason = reason, Contract = contract, Count = count };

    [Fact]
    public async Task What_was_dropped_is_told_by_reason_by_contract_and_over_time()
    {
        var site = await SiteAsync("UTC",
            Drop("bot", "batch", 5, "09:00"), Drop("bot", "batch", 1, "09:00"), Drop("bot", "track", 2, "10:00"), Drop("opted_out", "batch", 2, "09:00"),
            Drop("bot", "batch", 100, "23:00", "2026-11-19"));

        (await site.Get<BotsResponse>("bots", "from=2026-11-20T09:00&to=2026-11-20T12:00")).ShouldBe(new BotsResponse(
            Dropped: 10, Stored: 1, [new("bot", 8, 0.8), new("opted_out", 2, 0.2)], [new("batch", 8, 0.8), new("track", 2, 0.2)], "hour",
            [
                new(At("09:00"), 8, new Dictionary<string, long> { ["bot"] = 6, ["opted_out"] = 2 }),
                new(At("10:00"), 2, new Dictionary<string, long> { ["bot"] = 2 }),
                new(At("11:00"), 0, new Dictionary<string, long>()),
            ]));
    }

    [Fact]
    public async Task Days_follow_the_clock_of_the_site()
    {
        var site = await SiteAsync("Asia/Tokyo", Drop("bot", "batch", 1, "14:00"), Drop("bot", "batch", 10, "15:00"));

        var answer = await site.Get<BotsResponse>("bots", "from=2026-11-15&to=2026-11-21");

        Assert.Equal(("day", 11L), (answer.Interval, answer.Dropped));
        Assert.Equal([0, 0, 0, 0, 0, 1, 10], answer.Points.Select(point => point.Dropped));
    }

    [Fact]
    public async Task A_site_that_drops_nothing_has_zeros()
    {
        var site = await SiteAsync("UTC");

        var answer = await site.Get<BotsResponse>("bots", "period=all");

        Assert.Equal((0L, 2L), (answer.Dropped, answer.Stored));
        Assert.All(answer.Points, point => Assert.Equal(0, point.Dropped));
    }

    [Fact]
    public async Task There_are_no_filters()
    {
        var site = await SiteAsync("UTC");

        using var response = await site.Ask("bots?country=ES");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
