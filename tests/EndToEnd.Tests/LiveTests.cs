using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.EndToEnd.Tests;

/// <summary>The live feed and the ingest report as a program behind the gateway sees them.</summary>
[Collection(nameof(RunningSystem))]
public sealed class LiveTests(RunningSystem system)
{
    [Fact]
    public async Task An_event_is_told_to_a_listener_behind_the_gateway_within_seconds()
    {
        var ct = TestContext.Current.CancellationToken;
        var site = $"live-{Guid.NewGuid():n}";
        await PostAsync(site, "/before");
        await RunningSystem.EventuallyAsync(
            () => system.GetAsync<IReadOnlyList<SiteSummary>>("/api/sites"), sites => sites.Any(known => known.Site.Key == site), TimeSpan.FromSeconds(30));

        using var response = await system.Api.GetAsync($"/api/sites/{site}/stats/realtime/feed", HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        await PostAsync(site, "/after");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var paths = new List<string>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(ct)).EnumerateAsync(patience.Token))
        {
            if (item.EventType == "event")
            {
                paths.Add(JsonSerializer.Deserialize<LiveEvent>(item.Data, JsonSerializerOptions.Web)!.Path);
                if (paths.Contains("/after"))
                {
                    break;
                }
            }
        }

        Assert.Equal(["/before", "/after"], paths);
    }

    [Fact]
    public async Task The_ingest_report_has_the_word_of_every_collector()
    {
        var report = await system.GetAsync<IngestResponse>("/api/admin/ingest");

        Assert.NotEmpty(report.Collectors);
        Assert.All(report.Collectors, collector => Assert.True(collector is { Problem: null, Report.Buffer.Entries: >= 0 }, collector.Problem));
    }

    private async Task PostAsync(string site, string path)
    {
        var ct = TestContext.Current.CancellationToken;
        var body = JsonSerializer.Serialize(new { type = "pageview", websiteId = site, href = $"http://localhost:3000{path}", visitorId = "v", sessionId = "s" });
        using var response = await system.Public.PostAsync("/collect", new StringContent(body), ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
