using System.Diagnostics;
using System.Net;

namespace Analytics.AspNetCore.Tests.Delivery;

public sealed class EventDeliveryTests
{
    private const string Ann = "ann-0123456789";

    [Fact]
    public async Task While_the_collector_is_away_the_site_notices_nothing_and_all_arrives_once_it_is_back()
    {
        await using var collector = RecordingCollector.Away();
        await using var site = await RunningSite.StartAsync(collector, options => options.MaxRetryDelay = TimeSpan.FromSeconds(0.5));
        using var visitor = site.Visitor();
        await visitor.GetAsync("thanks");

        var times = new List<TimeSpan>();
        for (var i = 0; i < 300; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await visitor.GetAsync($"products/{i}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            times.Add(Stopwatch.GetElapsedTime(began));
        }

        // Waiting for the collector would have taken the half second that a pause lasts. Of three hundred, three may be the machine's fault.
        Assert.InRange(times.Order().ElementAt(296), TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
        Assert.Equal(301, site.Counter("queue.length"));

        await collector.ComeBackAsync();
        await collector.WithAsync(301);

        Assert.Equal(301, collector.Requests.Select(request => request.Url).Distinct().Count());
        Assert.Equal(301, collector.Events.Count());
        Assert.Equal(0, site.Counter("events.dropped overflow"));
        await site.StopAsync();
        Assert.Equal(301, site.Counter("events.sent"));
        Assert.Equal(0, site.Counter("queue.length"));
        Assert.Collection(
            site.Log,
            line => Assert.StartsWith($"Warning: The collector at {collector.Address} is away (ConnectionError).", line, StringComparison.Ordinal),
            line => Assert.EndsWith("; 0 events were given up meanwhile.", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bound_holds_and_the_oldest_go()
    {
        await using var collector = RecordingCollector.Away();
        await using var site = await RunningSite.StartAsync(collector, options =>
        {
            options.QueueLimit = 100;
            options.BatchSize = 10;
            options.MaxConcurrency = 2;
            options.MaxRetryDelay = TimeSpan.FromSeconds(0.5);
        });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await site.Tracker.TrackAsync(new("early") { Visitor = Ann, Page = "/" });
            }
        })));
        for (var i = 0; i < 30; i++)
        {
            await site.Tracker.TrackAsync(new("late") { Visitor = Ann, Page = "/" });
        }

        Assert.Equal(100, site.Counter("queue.length"));
        Assert.Equal(1930, site.Counter("events.dropped overflow"));
        await collector.ComeBackAsync();
        await collector.WithAsync(100);
        Assert.Equal(30, collector.Names.Count(name => name == "late"));
        Assert.Equal(100, collector.Events.Count());
        await site.StopAsync();
        Assert.EndsWith("; 1930 events were given up meanwhile.", site.Log.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wish_to_be_left_alone_is_respected()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.TurnAway = (503, "2", 1);
        await using var site = await RunningSite.StartAsync(collector);

        await site.Tracker.TrackAsync(new("x") { Visitor = Ann });
        await collector.WithAsync(1);

        Assert.Equal(2, collector.Arrivals.Count);
        var arrivals = collector.Arrivals.ToArray();
        Assert.InRange(arrivals[1] - arrivals[0], TimeSpan.FromSeconds(1.95), TimeSpan.FromSeconds(4));
        Assert.Equal(1, site.Counter("attempts.failed 503"));
    }

    [Fact]
    public async Task An_answer_that_is_lost_stores_nothing_twice()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.Delay = TimeSpan.FromSeconds(30);
        await using var site = await RunningSite.StartAsync(collector, options => options.RequestTimeout = TimeSpan.FromMilliseconds(200));

        await site.Tracker.TrackAsync(new("x") { Visitor = Ann });
        await collector.WithAsync(1);
        await Task.Delay(300);
        collector.Delay = TimeSpan.Zero;
        await site.StopAsync();

        Assert.True(collector.Arrivals.Count > 1);
        Assert.Equal(["x"], collector.Names);
        Assert.Equal(1, site.Counter("events.sent"));
        Assert.Contains("is away (timeout)", site.Log[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_collector_slows_no_request()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.Delay = TimeSpan.FromMilliseconds(500);
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor();
        await visitor.GetAsync("");

        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await visitor.GetAsync("");
        }

        // One after the other, they would have waited ten seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Events_of_one_visitor_on_one_page_travel_together()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.FlushInterval = TimeSpan.FromSeconds(30));

        for (var i = 0; i < 100; i++)
        {
            await site.Tracker.TrackAsync(new("a") { Visitor = Ann, Page = "/1" });
            await site.Tracker.TrackAsync(new("b") { Visitor = "bob-0123456789", Page = "/1" });
        }

        // 200 events are as many as wait: the interval does not matter then.
        await collector.WithAsync(200);
        Assert.Equal(2, collector.Requests.Count);
        Assert.All(collector.Requests, request => Assert.Single(request.Events.Select(e => e.GetProperty("name").GetString()).Distinct()));
    }

    [Fact]
    public async Task A_site_that_stops_sends_what_it_has()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector, options => options.FlushInterval = TimeSpan.FromSeconds(30));
        using var visitor = site.Visitor();
        for (var i = 0; i < 25; i++)
        {
            await visitor.GetAsync($"products/{i}");
        }

        Assert.Empty(collector.Arrivals);
        var began = Stopwatch.GetTimestamp();
        await site.StopAsync();

        Assert.Equal(25, collector.Events.Count());
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.Empty(site.Log);
    }

    [Fact]
    public async Task A_site_that_stops_makes_a_last_attempt_though_it_was_told_to_wait()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.TurnAway = (429, "3000", 1);
        await using var site = await RunningSite.StartAsync(collector);
        await site.Tracker.TrackAsync(new("x") { Visitor = Ann });
        await WaitFor(() => site.Log.Length == 1);

        await site.StopAsync();

        Assert.Equal(["x"], collector.Names);
    }

    [Fact]
    public async Task A_site_that_stops_waits_no_longer_than_it_is_told()
    {
        await using var collector = RecordingCollector.Away();
        await using var site = await RunningSite.StartAsync(collector, options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        for (var i = 0; i < 500; i++)
        {
            await site.Tracker.TrackAsync(new("x") { Visitor = Ann, Page = $"/{i}" });
        }

        var began = Stopwatch.GetTimestamp();
        await site.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4));
        Assert.Equal(500, site.Counter("events.dropped shutdown"));
        Assert.Equal(0, site.Counter("queue.length"));
        Assert.StartsWith("Warning: 500 events were given up when the site stopped", site.Log.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_not_sent_again_and_said_once()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.TurnAway = (404, null, 3);
        await using var site = await RunningSite.StartAsync(collector, options => options.MaxConcurrency = 1);

        for (var i = 0; i < 4; i++)
        {
            await site.Tracker.TrackAsync(new("x") { Visitor = Ann, Page = $"/{i}" });
        }

        await WaitFor(() => site.Log.Length == 2);
        Assert.Equal(["x"], collector.Names);
        Assert.Equal(3, site.Counter("events.dropped refused"));
        Assert.Equal(
            [$"Warning: The collector at {collector.Address} refuses what it is sent (status 404). Is the address right?",
                $"Information: The collector at {collector.Address} takes events again."],
            site.Log);
    }

    [Fact]
    public async Task A_site_that_the_collector_does_not_know_is_told_so()
    {
        await using var collector = await RecordingCollector.StartAsync();
        collector.Dropped = "unknown_site";
        await using var site = await RunningSite.StartAsync(collector);

        await site.Tracker.TrackAsync(new("x") { Visitor = Ann, Page = "/1" });
        await site.Tracker.TrackAsync(new("x") { Visitor = Ann, Page = "/2" });
        await site.StopAsync();

        Assert.Equal(2, site.Counter("events.dropped refused"));
        Assert.Contains("does not know the site 'shop.example'", Assert.Single(site.Log), StringComparison.Ordinal);
    }

    private static async Task WaitFor(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
