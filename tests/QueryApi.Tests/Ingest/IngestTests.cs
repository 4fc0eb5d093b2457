using System.Globalization;
using System.Net;
using Analytics.Contracts;
using Analytics.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Ingest;

public sealed class IngestTests(Api api)
{
    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_store_tells_how_many_came_in_how_fresh_it_is_and_what_was_dropped()
    {
        // It is 12:00:30.
        var site = await TestSite.With(api,
            Pageview("/").At("11:01"), Pageview("/").At("11:59:59"), Click("/").At("12:00:10"), Pageview("/").At("11:00:59"), Pageview("/").By("old").OnDay("2026-11-01"));
        await api.ClickHouse.InsertAsync<DropRow>(
        [
            new() { SiteId = site.Id, Hour = At("11:00"), Reason = "bot", Contract = "batch", Count = 3 }, new() { SiteId = site.Id, Hour = At("10:00"), Reason = "bot", Contract = "track", Count = 1 },
            new() { SiteId = site.Id, Hour = At("11:00"), Reason = "rate", Contract = "batch", Count = 9 }, new() { SiteId = site.Id, Hour = At("11:00").AddDays(-1), Reason = "bot", Contract = "batch", Count = 50 },
        ]);

        var answer = await api.Client.GetAsync<IngestResponse>($"/api/admin/ingest?site={site.Key}");

        Assert.Equal((Api.Now, 3L, At("12:00:10"), 20.0), (answer.Time, answer.Events, answer.Newest!.Value, answer.LagSeconds!.Value));
        Assert.Equal((60, At("11:01"), At("12:00")), (answer.Minutes.Count, answer.Minutes[0].Time, answer.Minutes[^1].Time));
        Assert.Equal([(At("11:01"), 1L), (At("11:59"), 1L), (At("12:00"), 1L)], answer.Minutes.Where(minute => minute.Events > 0).Select(minute => (minute.Time, minute.Events)));
        answer.Dropped.ShouldBe([new("rate", 9), new("bot", 4)]);
        answer.Sites.ShouldBe([new(site.Key, 3, At("12:00:10"))]);
        Assert.Empty(answer.Collectors);
    }

    [Fact]
    public async Task A_site_without_events_has_no_newest()
    {
        var site = await TestSite.With(api);

        var answer = await api.Client.GetAsync<IngestResponse>($"/api/admin/ingest?site={site.Key}");

        Assert.Equal((0L, null, null), (answer.Events, answer.Newest, answer.LagSeconds));
        answer.Sites.ShouldBe([new(site.Key, 0, null)]);
        Assert.Equal(60, answer.Minutes.Count);
    }

    [Fact]
    public async Task What_belongs_to_no_site_is_seen_by_a_key_of_all_sites()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync("ingest_of_all_sites");
        var site = await TestSite.With(client, clickHouse, "UTC", Pageview("/").At("11:30"));
        await clickHouse.InsertAsync<DropRow>([new() { SiteId = 0, Hour = At("11:00"), Reason = "unknown_site", Contract = "batch", Count = 7 }]);

        (await client.GetAsync<IngestResponse>("/api/admin/ingest")).Dropped.ShouldBe([new("unknown_site", 7)]);
        Assert.Empty((await client.GetAsync<IngestResponse>($"/api/admin/ingest?site={site.Key}")).Dropped);
    }

    [Fact]
    public async Task Collectors_are_asked_and_one_that_is_away_is_named()
    {
        await using var collector = WebApplication.CreateSlimBuilder().Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapGet("/api/ingest/health", (HttpContext context) => context.Request.Headers.Authorization == $"Bearer {Api.Key}"
            ? Results.Text(
                """
                {"since":"2026-11-20T08:00:00+00:00","accepted":10,"dropped":2,"refused":1,"turnedAway":0,"buffer":{"entries":3,"rows":4,"bytes":5,"lagSeconds":0.5},
                 "writer":{"batches":1},"isWriter":true,"setAside":0,"sites":[{"site":"shop","accepted":10,"dropped":2,"droppedBy":{"bot":2}}]}
                """, "application/json")
            : Results.Unauthorized());
        await collector.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(collector.Urls.Single());
        await using var server = api.Server(("services:collector:http:0", address.ToString()), ("services:collector:http:1", "http://127.0.0.1:1"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);

        var collectors = (await client.GetAsync<IngestResponse>("/api/admin/ingest")).Collectors;

        collectors[0].ShouldBe(new CollectorHealth(address.Authority, null, new(At("08:00"), 10, 2, 1, 0, true, 0, new(3, 4, 5, 0.5))));
        Assert.Equal(("127.0.0.1:1", true), (collectors[1].Address, collectors[1].Problem?.Length > 0));
    }

    [Theory]
    [InlineData("/api/admin/ingest?sites=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/admin/ingest?site=nobody", HttpStatusCode.NotFound)]
    public async Task A_wrong_question_is_refused(string path, HttpStatusCode status)
    {
        using var response = await api.Client.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
    }
}
