using Analytics.Storage;
using static Analytics.QueryApi.Tests.Oracle.Truth;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>The site with the random traffic, and what is asked about it.</summary>
internal static class RandomShop
{
    private static readonly SemaphoreSlim Once = new(1);
    private static (TestSite Site, Truth Truth)? shop;

    /// <summary>Days of all lengths, the day of 25 hours among them, and filters of events and of sessions.</summary>
    public static Question[] Questions { get; } =
    [
        new("2026-10-19", "2026-11-20"),
        new("2026-11-05", "2026-11-05"),
        new("2026-10-31", "2026-11-02"), // 73 hours
        new("2026-10-25", "2026-11-08", ("country", "ES")),
        new("2026-11-01", "2026-11-20", ("source", "Google"), ("device", "mobile")),
        new("2026-10-19", "2026-11-20", ("page", "/pricing")),
        new("2026-11-10", "2026-11-12", ("entry_page", "/"), ("event", "click")),
        new("2026-11-01", "2026-11-07", ("utm_campaign", "spring"), ("browser", "Safari"), ("exit_page", "/thanks")),
        new("2026-11-03", "2026-11-04", ("country", "nowhere")),
        new("2026-11-06", "2026-11-06", ("page", "/pricing"), ("event", "click")), // one event must be both
    ];

    /// <summary>The traffic, inserted once, and the truth about it.</summary>
    public static async Task<(TestSite Site, Truth Truth)> InAsync(Api api)
    {
        await Once.WaitAsync();
        try
        {
            return shop ??= await MakeAsync(api);
        }
        finally
        {
            Once.Release();
        }
    }

    private static async Task<(TestSite Site, Truth Truth)> MakeAsync(Api api)
    {
        var site = await TestSite.With(api, RandomTraffic.Zone);
        var events = RandomTraffic.Of(site.Id);
        foreach (var batch in events.Chunk(20_000))
        {
            await api.ClickHouse.InsertAsync<EventRow>(batch);
        }

        return (site, new Truth(events, RandomTraffic.Zone));
    }
}
