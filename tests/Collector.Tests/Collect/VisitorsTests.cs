using Analytics.Collector.Collect;
using Analytics.Collector.Tests.Buffer;
using Analytics.Collector.Tests.Enrichment;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Collect;

/// <summary>Visitors without an id, around midnight, on a real Redis.</summary>
public sealed class VisitorsTests(Stores stores)
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<RedisKind> Kinds => [RedisKind.Redis, RedisKind.Garnet];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_session_that_crosses_midnight_stays_one_visitor_and_the_next_day_is_another(RedisKind kind)
    {
        using var redis = Pushes.Connect(stores.Server(kind).ConnectionString);
        var time = new ManualTime(Midnight.AddMinutes(-10));
        var visitors = new Visitors(redis, time);
        var site = Storage.Identifier.OfSite(Stores.NewSite());

        var before = await visitors.CookielessAsync(site, "203.0.113.0", "browser");
        var session = await visitors.SessionAsync(site, before);
        time.Now = Midnight.AddMinutes(5);
        var after = await visitors.CookielessAsync(site, "203.0.113.0", "browser");
        var stranger = await visitors.CookielessAsync(site, "198.51.100.0", "browser");
        var sameSession = await visitors.SessionAsync(site, after);
        time.Now = Midnight.AddMinutes(31);
        var later = await visitors.CookielessAsync(site, "203.0.113.0", "browser");

        Assert.Equal((before, session), (after, sameSession));
        Assert.Distinct([before, stranger, later]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_first_request_of_a_page_stays_the_first_when_it_is_sent_again(RedisKind kind)
    {
        using var redis = Pushes.Connect(stores.Server(kind).ConnectionString);
        var visitors = new Visitors(redis, TimeProvider.System);
        var site = Storage.Identifier.OfSite(Stores.NewSite());

        Assert.True(await visitors.IsFirstAsync(site, 7, Midnight, "request 1"));
        Assert.True(await visitors.IsFirstAsync(site, 7, Midnight, "request 1"));
        Assert.False(await visitors.IsFirstAsync(site, 7, Midnight, "request 2"));
        Assert.True(await visitors.IsFirstAsync(site, 8, Midnight, "request 2"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Salts_are_shared_by_collectors_and_gone_after_two_days(RedisKind kind)
    {
        using var redis = Pushes.Connect(stores.Server(kind).ConnectionString);
        var site = Storage.Identifier.OfSite(Stores.NewSite());
        var one = new Visitors(redis, new ManualTime(Midnight.AddHours(12)));
        var other = new Visitors(redis, new ManualTime(Midnight.AddHours(13)));

        Assert.Equal(await one.CookielessAsync(site, "203.0.113.0", "browser"), await other.CookielessAsync(site, "203.0.113.0", "browser"));
        Assert.NotEqual(await one.CookielessAsync(site, "203.0.113.0", "browser"), await other.CookielessAsync(site + 1, "203.0.113.0", "browser"));
        Assert.InRange((await redis.Database.KeyTimeToLiveAsync("salt:20261121"))!.Value, TimeSpan.FromHours(47), TimeSpan.FromHours(48));
    }
}
