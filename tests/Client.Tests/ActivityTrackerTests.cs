using System.Text.Json;

namespace Analytics.AspNetCore.Tests;

public sealed class ActivityTrackerTests
{
    private const string Ann = "ann-0123456789";

    [Fact]
    public async Task An_activity_of_a_request_is_its_visitors()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, ("Referer", site.Address + "products/mug"));

        using var answer = await visitor.PostAsync(new Uri("api/wish", UriKind.Relative), null);

        Assert.Equal("Queued", await answer.Content.ReadAsStringAsync());
        var request = (await collector.WithAsync(1)).Requests.Single();
        Assert.StartsWith($"uid={request.Visitor};", answer.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal(site.Address + "products/mug", request.Url);
        Assert.Equal(RunningSite.Browser, request.Headers["User-Agent"]);
        Assert.Equal("""{"name":"wish","at":0,"element":{"id":"heart"},"props":{"colour":"blue"}}""", request.Events.Single().GetRawText());
    }

    [Fact]
    public async Task An_order_is_a_purchase_and_what_comes_later_is_still_its_visitors()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        using var visitor = site.Visitor(cookies: false, ("Cookie", "uid=" + Ann));
        using var provider = site.Visitor(cookies: false, ("User-Agent", "PaymentBot/1.0"), ("DNT", "1"));

        using var order = await visitor.PostAsync(new Uri("api/order", UriKind.Relative), null);
        await provider.PostAsync(new Uri("payments/1", UriKind.Relative), null);

        Assert.Equal("1 Queued", await order.Content.ReadAsStringAsync());
        await collector.WithAsync(2);
        var purchase = collector.Events.Single(e => e.Event.GetProperty("name").GetString() == "purchase");
        Assert.Equal(
            """{"name":"purchase","at":0,"revenue":49.90,"currency":"EUR","order":"1","items":[{"sku":"p1","name":"Mug","price":24.95,"quantity":2}],"props":{"coupon":"X"}}""",
            purchase.Event.GetRawText());

        var paid = collector.Events.Single(e => e.Event.GetProperty("name").GetString() == "paid").Request;
        Assert.Equal(Ann, paid.Visitor);
        Assert.Equal(site.Address + "checkout", paid.Url);
        Assert.False(paid.Headers.ContainsKey("User-Agent"));
        Assert.False(paid.Headers.ContainsKey("X-Forwarded-For"));
    }

    [Fact]
    public async Task Outside_a_request_an_event_says_whose_it_is()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        var at = DateTimeOffset.UtcNow.AddHours(-2);

        var outcomes = new[]
        {
            await site.Tracker.TrackAsync(new("renewal") { User = "user-7", At = at, Page = "/account", Title = "Account", Session = "s1" }),
            await site.Tracker.TrackAsync(new("renewal") { Visitor = Ann, Address = System.Net.IPAddress.Parse("::ffff:203.0.113.7"), UserAgent = "A\r\nB" }),
            await site.Tracker.LogActivityAsync("nobody", "/"),
        };

        Assert.Equal([TrackOutcome.Queued, TrackOutcome.Queued, TrackOutcome.Invalid], outcomes);
        await collector.WithAsync(2);
        var user = collector.Requests.Single(request => request.Visitor == "user:user-7").Json;
        Assert.Equal("user-7", user.GetProperty("user").GetString());
        Assert.Equal("s1", user.GetProperty("session").GetString());
        Assert.Equal($$"""{"url":"/account","title":"Account","at":{{at.ToUnixTimeMilliseconds()}}}""", user.GetProperty("page").GetRawText());
        var ann = collector.Requests.Single(request => request.Visitor == Ann);
        Assert.Equal("203.0.113.7", ann.Headers["X-Forwarded-For"]);
        Assert.Equal("A  B", ann.Headers["User-Agent"]);
    }

    public static TheoryData<object?, string?> Props => new()
    {
        { null, null },
        { """{"context": "custom"}""", """{"context": "custom"}""" },
        { "no JSON", """{"data":"no JSON"}""" },
        { "[1]", """{"data":"[1]"}""" },
        { new[] { 1, 2 }, """{"data":[1,2]}""" },
        { new Dictionary<string, object?> { ["a"] = 1, ["b"] = null }, """{"a":1,"b":null}""" },
        { JsonDocument.Parse("""{"a":[true]}""").RootElement, """{"a":[true]}""" },
        { 7, """{"data":7}""" },
    };

    [Theory]
    [MemberData(nameof(Props), DisableDiscoveryEnumeration = true)]
    public async Task Additional_data_may_be_anything(object? given, string? sent)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);

        await site.Tracker.TrackAsync(new("custom") { Visitor = Ann, Props = given });

        var e = (await collector.WithAsync(1)).Events.Single().Event;
        Assert.Equal(sent, e.TryGetProperty("props", out var props) ? props.GetRawText() : null);
    }

    public static TheoryData<TrackedEvent?> Impossible => new(
        (TrackedEvent?)null, new(null!), new(""), new(new string('x', 121)), new("x") { Props = new Throwing() }, new("x") { Props = new string('x', 70_000) },
        new("x") { Currency = "euro" }, new("x") { Revenue = 1e14m }, new("x") { Items = null! }, new("x") { Items = [null!] }, new("x") { Items = [new(null!)] },
        new("x") { Items = [.. Enumerable.Repeat(new TrackedItem("a"), 201)] }, new("x") { Element = new(Text: new string('x', 200_000)) });

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_sent_is_said_once_and_counted_and_never_thrown(TrackedEvent? impossible)
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);
        var named = impossible is null ? null : impossible with { Visitor = Ann };

        Assert.Equal(TrackOutcome.Invalid, await site.Tracker.TrackAsync(named!));
        Assert.Equal(TrackOutcome.Invalid, await site.Tracker.TrackAsync(named!));

        Assert.Equal(2, site.Counter("events.dropped invalid"));
        Assert.StartsWith("Warning: An event could not be taken", Assert.Single(site.Log), StringComparison.Ordinal);
        await site.StopAsync();
        Assert.Empty(collector.Arrivals);
    }

    [Fact]
    public async Task Broken_text_is_mended_and_sent()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);

        await site.Tracker.TrackAsync(new("x\ud83d") { Visitor = Ann, Title = "\ud83d", Page = "/\0", Element = new("\udc00\"</script>") });

        var request = (await collector.WithAsync(1)).Requests.Single();
        Assert.Equal("x\ufffd", request.Events.Single().GetProperty("name").GetString());
        Assert.Equal("\ufffd\"</script>", request.Events.Single().GetProperty("element").GetProperty("id").GetString());
        Assert.Empty(site.Log);
    }

    [Fact]
    public async Task A_cancelled_call_and_a_stopped_site_take_nothing()
    {
        await using var collector = await RecordingCollector.StartAsync();
        await using var site = await RunningSite.StartAsync(collector);

        Assert.Equal(TrackOutcome.NotTracked, await site.Tracker.TrackAsync(new("x") { Visitor = Ann }, new CancellationToken(canceled: true)));
        await site.StopAsync();
        Assert.Equal(TrackOutcome.NotTracked, await site.Tracker.TrackAsync(new("x") { Visitor = Ann }));
        Assert.Empty(collector.Arrivals);
    }

    private sealed class Throwing
    {
        private readonly string why = "This getter throws.";

        public string Value => throw new InvalidOperationException(why);
    }
}
