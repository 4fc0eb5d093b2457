using Analytics.QueryApi.Rollups;
using Analytics.Storage;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.QueryApi.Tests.Rollups;

/// <summary>
/// Each question is asked twice: of a query API that uses rollups wherever there are any, and of one that reads so few events raw.
/// </summary>
public sealed class RollupTests(Api api) : IAsyncLifetime
{
    private WebApplicationFactory<Program> server = null!;
    private HttpClient rolled = null!;

    public ValueTask InitializeAsync()
    {
        server = Server();
        rolled = Api.WithKey(server.CreateClient(), Api.Key);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("UTC", 1)]
    [InlineData("America/New_York", 2)] // 1 November has 25 hours
    [InlineData("Pacific/Chatham", 3)] // 27 September has 23, days begin at a quarter to
    [InlineData("Asia/Kolkata", 4)]
    public async Task Every_report_is_the_same_with_and_without_rollups(string timezone, int seed)
    {
        var site = await TestSite.With(api, timezone, [.. Visits.Random(seed, "2026-09-24", "2026-11-20", 400)]);

        Assert.True(await RollAsync(site) > 50);

        await ShouldAgreeAsync(site, everywhere: seed);
    }

    [Fact]
    public async Task A_report_of_closed_days_reads_their_rollup()
    {
        var site = await TestSite.With(api, TestEvent.Pageview("/").OnDay("2026-11-10"));
        await RollAsync(site);

        // A number that is in no event.
        await api.ClickHouse.ExecuteAsync(
            $"INSERT INTO rollup_totals (site_id, grain, day, start, version, pageviews) SELECT site_id, 'day', day, start, version, 1000 FROM rollup_totals WHERE site_id = {site.Id} AND grain = 'day' LIMIT 1");

        Assert.Equal(1001, await PageviewsAsync(rolled, site));
        Assert.Equal(1, await PageviewsAsync(api.Client, site));
    }

    [Fact]
    public async Task A_day_is_closed_when_the_day_after_it_has_ended()
    {
        var site = await TestSite.With(api,
            TestEvent.Pageview("/").OnDay("2026-11-17"), TestEvent.Pageview("/").OnDay("2026-11-18"), TestEvent.Pageview("/").OnDay("2026-11-19"), TestEvent.Pageview("/"));

        Assert.Equal(2, await RollAsync(site));
        Assert.Equal(0, await RollAsync(site));
    }

    [Fact]
    public async Task Late_events_are_counted_at_once_and_rolled_up_again()
    {
        var site = await TestSite.With(api, "Europe/Berlin", [.. Visits.Random(5, "2026-10-20", "2026-11-20", 200)]);
        await RollAsync(site);

        // On every second day: more ranges than a statement takes.
        var late = Enumerable.Range(0, 15).SelectMany(i => Visits.Random(100 + i, Day(i), Day(i), 3)).ToList();
        await api.ClickHouse.InsertAsync<EventRow>([.. late.Select(e => e.ToRow(site.Id))]);

        await ShouldAgreeAsync(site);
        Assert.InRange(await RollAsync(site), 15, 31); // with their neighbours
        Assert.Equal(0, await RollAsync(site));
        await ShouldAgreeAsync(site);

        static string Day(int i) => new DateOnly(2026, 10, 20).AddDays(2 * i).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_late_event_may_move_a_sessions_begin_to_the_day_before()
    {
        var site = await TestSite.With(api,
            TestEvent.Pageview("/b").OnDay("2026-11-11").At("00:10"), TestEvent.Pageview("/c").OnDay("2026-11-11").At("00:20"));
        await RollAsync(site);
        await api.ClickHouse.InsertAsync<EventRow>([TestEvent.Pageview("/a").OnDay("2026-11-10").At("23:50").From("Late").ToRow(site.Id)]);

        await ShouldAgreeAsync(site);
        await RollAsync(site);
        await ShouldAgreeAsync(site);
    }

    [Fact]
    public async Task Days_of_another_time_zone_do_not_count()
    {
        var site = await TestSite.With(api, "UTC", [.. Visits.Random(6, "2026-11-01", "2026-11-20", 100)]);
        await RollAsync(site);
        var now = DateTimeOffset.UtcNow.AddHours(1);
        await new Storage.Sites(api.ClickHouse).SaveAsync(await SiteAsync(site) with { Timezone = "America/St_Johns" }, now);
        await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken); // both registries are a second old at most

        await ShouldAgreeAsync(site);
        Assert.True(await RollAsync(site) > 15);
        await ShouldAgreeAsync(site);
    }

    [Fact]
    public async Task Two_that_roll_at_once_do_no_harm()
    {
        var site = await TestSite.With(api, "Europe/Berlin", [.. Visits.Random(7, "2026-11-08", "2026-11-20", 100)]);
        await using var other = Server();

        var row = await SiteAsync(site);
        await Task.WhenAll(
            server.Services.GetRequiredService<Roller>().RollAsync(row, TestContext.Current.CancellationToken),
            other.Services.GetRequiredService<Roller>().RollAsync(row, TestContext.Current.CancellationToken));

        await ShouldAgreeAsync(site);
    }

    [Fact]
    public async Task Rows_that_a_crash_left_behind_do_not_count_and_are_deleted()
    {
        var site = await TestSite.With(api, "UTC", [.. Visits.Random(8, "2026-11-08", "2026-11-20", 60)]);
        const ulong Version = 12_345; // of 1970
        var day = new DateTimeOffset(2026, 11, 10, 0, 0, 0, TimeSpan.Zero);
        foreach (var statement in RollSql.OfDay)
        {
            await api.ClickHouse.ExecuteAsync(statement, new Dictionary<string, object?>
            {
                ["site"] = site.Id,
                ["day"] = new DateOnly(2026, 11, 10),
                ["from"] = day,
                ["to"] = day.AddDays(1),
                ["start"] = day.ToUnixTimeSeconds(),
                ["hours"] = Enumerable.Range(0, 24).Select(hour => day.AddHours(hour).ToUnixTimeSeconds()).ToArray(),
                ["version"] = Version,
            });
        }

        await ShouldAgreeAsync(site);
        await RollAsync(site);
        await ShouldAgreeAsync(site);

        await server.Services.GetRequiredService<Roller>().SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync("rollup_totals") + await CountAsync("rollups"));
        await ShouldAgreeAsync(site);

        Task<long> CountAsync(string table) =>
            api.ClickHouse.ScalarAsync<long>($"SELECT count() FROM {table} WHERE site_id = {site.Id} AND version = {Version}");
    }

    [Fact]
    public async Task Who_deletes_events_says_so_and_their_days_are_read_raw()
    {
        var site = await TestSite.With(api,
            TestEvent.Pageview("/").By("ann").OnDay("2026-11-10"), TestEvent.Pageview("/").By("bob").OnDay("2026-11-10"));
        await RollAsync(site);

        await api.ClickHouse.ExecuteAsync($"DELETE FROM events WHERE site_id = {site.Id} AND visitor_id = {Identifier.Of("bob")}");
        await api.ClickHouse.ExecuteAsync($"INSERT INTO event_changes SELECT site_id, quarter, 1 FROM event_changes WHERE site_id = {site.Id}");

        Assert.Equal(1, await PageviewsAsync(rolled, site));
        Assert.Equal(1, await RollAsync(site));
        Assert.Equal(1, await PageviewsAsync(rolled, site));
    }

    private WebApplicationFactory<Program> Server() =>
        api.Server(("Rollups:MinEvents", "0"), ("Rollups:MonthMinEvents", "0"), ("Rollups:MaxAge", "00:00:00"), ("Rollups:Roll", "false"));

    private async Task<int> RollAsync(TestSite site) =>
        await server.Services.GetRequiredService<Roller>().RollAsync(await SiteAsync(site), TestContext.Current.CancellationToken);

    private async Task<Site> SiteAsync(TestSite site) =>
        (await new Storage.Sites(api.ClickHouse).ListAsync()).Single(row => row.SiteId == site.Id);

    private static async Task<long> PageviewsAsync(HttpClient client, TestSite site) =>
        (await client.GetJsonAsync($"/api/sites/{site.Key}/stats/overview?from=2026-11-01&to=2026-11-19")).GetProperty("current").GetProperty("pageviews").GetInt64();

    /// <param name="site">Whose reports.</param>
    /// <param name="everywhere">All reports, each of the first period and of one of the others: another in each round, so that four rounds have them all.</param>
    private async Task ShouldAgreeAsync(TestSite site, int? everywhere = null)
    {
        string[] periods = everywhere is not null
            ? ["from=2026-09-20&to=2026-11-20", "from=2026-10-01&to=2026-10-31", "from=2026-11-05T13:17&to=2026-11-19T02:40", "period=30d", "period=all"]
            : ["from=2026-09-20&to=2026-11-20"];
        string[] breakdowns = everywhere is not null
            ?
            [
                .. RollSql.Dimensions.Select(dimension => $"breakdown/{dimension.Name}"), "breakdown/page?limit=3", "breakdown/page?limit=3&offset=5",
                "breakdown/page?page=/p1&page=/p2", "breakdown/source?source=Google", "breakdown/page?source=Google",
            ]
            : ["breakdown/page", "breakdown/source", "breakdown/event", "breakdown/exit_page"];
        string[] series = ["timeseries?interval=hour", "timeseries?interval=day", "timeseries?interval=week", "timeseries?interval=month"];
        var reports =
            from report in ((string[])["overview", "overview?source=Google", .. series, .. breakdowns]).Index()
            from period in periods.Index()
            where period.Item != "period=all" || report.Item != series[0] // too many hours
            where everywhere is not { } round || period.Index == 0 || (period.Index + report.Index + round) % 4 == 0
            select $"{report.Item}{(report.Item.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{period.Item}";
        await Parallel.ForEachAsync(reports, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (report, ct) =>
        {
            var address = $"/api/sites/{site.Key}/stats/{report}";
            Assert.Equal((report, await api.Client.GetStringAsync(address, ct)), (report, await rolled.GetStringAsync(address, ct)));
        });
    }
}
