using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Realtime;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Tests.Auth;
using Analytics.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Realtime;

/// <summary>The streams, listened to as a program would. It is 12:00:30.</summary>
public sealed class LiveTests(Api api)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_feed_begins_with_what_just_happened_and_tells_what_happens()
    {
        var site = await TestSite.With(api, Pageview("/old").At("11:50"), Pageview("/a").By("ann").At("11:59").Having(row => (row.Title, row.Country, row.Device) = ("A", "ES", "mobile")));
        await using var feed = await Stream.OpenAsync(api.Client, site, "feed");

        Event(await feed.NextAsync("event")).ShouldBe(new LiveEvent(
            new(2026, 11, 20, 11, 59, 0, TimeSpan.Zero), "pageview", "shop.example", "/a", "A", "ES", "mobile", IdText.Hex(Identifier.Of("ann"))));
        await InsertAsync(site, Click("/b").By("bob").At("12:00"), Pageview("/b").By("bob").At("11:59:59"), Pageview("/long-ago").At("11:00"));
        Assert.Equal(("pageview", "/b"), NameAndPath(await feed.NextAsync("event")));
        Assert.Equal(("click", "/b"), NameAndPath(await feed.NextAsync("event")));

        // What arrives late is told late, and nothing is told twice.
        await InsertAsync(site, Pageview("/late").By("eve").At("11:58"));
        Assert.Equal(("pageview", "/late"), NameAndPath(await feed.NextAsync("event")));
    }

    [Fact]
    public async Task Who_comes_back_hears_what_came_since()
    {
        var site = await TestSite.With(api, [.. Enumerable.Range(0, 30).Select(i => Custom($"e{i:00}").At($"11:59:{i:00}"))]);
        string heard;
        await using (var feed = await Stream.OpenAsync(api.Client, site, "feed"))
        {
            // A new listener hears the last twenty.
            var first = await feed.NextAsync("event");
            Assert.Equal("e10", Event(first).Name);
            for (var i = 11; i < 20; i++)
            {
                first = await feed.NextAsync("event");
            }

            Assert.Equal("e19", Event(first).Name);
            heard = first.EventId!;
        }

        await using var again = await Stream.OpenAsync(api.Client, site, "feed", heard);

        for (var i = 20; i < 30; i++)
        {
            Assert.Equal($"e{i:00}", Event(await again.NextAsync("event")).Name);
        }
    }

    [Fact]
    public async Task The_numbers_are_told_at_once_and_when_they_change()
    {
        var site = await TestSite.With(api, Pageview("/a").By("ann").At("11:59"));
        await using var stream = await Stream.OpenAsync(api.Client, site, "stream");

        var first = await stream.NextAsync("numbers");
        Assert.Equal(JsonSerializer.Serialize(await site.Get<RealtimeResponse>("realtime", ""), JsonSerializerOptions.Web), first.Data);
        await InsertAsync(site, Pageview("/b").By("bob").At("12:00"));

        Assert.Equal(2, JsonSerializer.Deserialize<RealtimeResponse>((await stream.NextAsync("numbers")).Data, JsonSerializerOptions.Web)!.Visitors);
    }

    [Fact]
    public async Task Silence_is_broken_by_heartbeats_and_a_stream_ends_in_time()
    {
        var site = await TestSite.With(api);
        await using var server = api.Server(("Live:Heartbeat", "00:00:00.100"), ("Live:Lifetime", "00:00:01"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        await using var feed = await Stream.OpenAsync(client, site, "feed");

        var items = await feed.RestAsync();

        Assert.InRange(items.Count, 3, 11);
        Assert.All(items, item => Assert.Equal(("heartbeat", "", TimeSpan.FromSeconds(2)), (item.EventType, item.Data, item.ReconnectionInterval)));
    }

    [Theory]
    [InlineData("feed", "event")]
    [InlineData("stream", "numbers")]
    public async Task A_stream_ends_with_its_key(string name, string item)
    {
        var site = await TestSite.With(api, Pageview("/a").At("11:59"));
        var key = await api.Client.MakeKeyAsync(["query"], [site.Key]);
        await using var server = api.Server(("Live:Heartbeat", "00:00:00.100"));
        using var client = Api.WithKey(server.CreateClient(), key.Key);
        await using var stream = await Stream.OpenAsync(client, site, name);
        await stream.NextAsync(item);

        Assert.Equal(HttpStatusCode.NoContent, await api.Client.StatusAsync(Api.Key, "DELETE", $"/api/keys/{key.Details.Id}"));

        Assert.All(await stream.RestAsync(), rest => Assert.Equal("heartbeat", rest.EventType));
    }

    [Fact]
    public async Task The_store_is_asked_once_for_all_listeners_and_not_at_all_without()
    {
        var site = await TestSite.With(api, Pageview("/a").At("11:59"));
        var topic = api.Services.GetRequiredService<LiveTopics>().Feed(site.Id);
        Assert.False(topic.IsPolling);
        await using (var one = await Stream.OpenAsync(api.Client, site, "feed"))
        await using (var two = await Stream.OpenAsync(api.Client, site, "feed"))
        {
            Assert.Equal((await one.NextAsync("event")).EventId, (await two.NextAsync("event")).EventId);
            Assert.True(topic.IsPolling);
        }

        for (var i = 0; topic.IsPolling; i++)
        {
            Assert.True(i < 100, "The poll goes on although nobody listens.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task There_are_so_many_listeners_and_no_more()
    {
        var site = await TestSite.With(api);
        await using var server = api.Server(("Live:ListenersPerSite", "1"));
        using var client = Api.WithKey(server.CreateClient(), Api.Key);
        await using var feed = await Stream.OpenAsync(client, site, "feed");

        using var refused = await client.GetAsync($"/api/sites/{site.Key}/stats/realtime/feed", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 30.0), (refused.StatusCode, refused.Headers.RetryAfter?.Delta?.TotalSeconds));
    }

    [Fact]
    public async Task A_poll_outlives_a_store_that_is_away_and_a_fault_lets_the_listeners_go()
    {
        var source = new Scripted(() => throw new HttpRequestException("away"), () => [new("1", (1, 1), "one")], () => throw new InvalidOperationException("a fault"));
        var topic = new LiveTopic<string>(() => source, TimeSpan.FromMilliseconds(10), 10, 10, 10, NullLogger.Instance);
        using var place = topic.Join(null, out var listen);

        var heard = new List<string?>();
        await foreach (var item in listen(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken))
        {
            heard.Add(item?.Value);
        }

        Assert.Equal([null, "one"], heard);
        Assert.False(topic.IsPolling);
    }

    private sealed class Scripted(params Func<IReadOnlyList<LiveItem<string>>>[] answers) : ILiveSource<string>
    {
        private int asked;

        public Task<IReadOnlyList<LiveItem<string>>> NewAsync(CancellationToken ct) => Task.FromResult(answers[asked++]());

        public (long Time, long Number)? OrderOf(string id) => null;
    }

    [Theory]
    [InlineData("feed")]
    [InlineData("stream")]
    public async Task An_answer_is_not_gathered_on_its_way(string name)
    {
        var site = await TestSite.With(api);
        await using var stream = await Stream.OpenAsync(api.Client, site, name);

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.True(stream.Response.Headers.CacheControl?.NoCache);
    }

    private static LiveEvent Event(SseItem<string> item) => JsonSerializer.Deserialize<LiveEvent>(item.Data, JsonSerializerOptions.Web)!;

    private static (string, string) NameAndPath(SseItem<string> item) => (Event(item).Name, Event(item).Path);

    private Task InsertAsync(TestSite site, params TestEvent[] events) => api.ClickHouse.InsertAsync<EventRow>([.. events.Select(e => e.ToRow(site.Id))]);

    /// <summary>A listener.</summary>
    private sealed class Stream(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public HttpResponseMessage Response => response;

        public static async Task<Stream> OpenAsync(HttpClient client, TestSite site, string name, string? lastId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sites/{site.Key}/stats/realtime/{name}");
            if (lastId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastId);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return new(response, SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        }

        /// <summary>The next that is no heartbeat.</summary>
        public async Task<SseItem<string>> NextAsync(string name)
        {
            do
            {
                Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience), "The stream ended.");
            }
            while (items.Current.EventType == "heartbeat");

            Assert.Equal(name, items.Current.EventType);
            return items.Current;
        }

        public async Task<List<SseItem<string>>> RestAsync()
        {
            var rest = new List<SseItem<string>>();
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
            {
                rest.Add(items.Current);
            }

            return rest;
        }

        public async ValueTask DisposeAsync()
        {
            response.Dispose();
            try
            {
                await items.DisposeAsync();
            }
            catch (IOException)
            {
                // It was in the middle of reading.
            }
        }
    }
}
