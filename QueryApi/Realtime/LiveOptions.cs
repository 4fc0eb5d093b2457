using System.ComponentModel.DataAnnotations;

namespace Analytics.QueryApi.Realtime;

/// <summary>How the live streams are fed, and how many there may be.</summary>
internal sealed class LiveOptions
{
    /// <summary>How often new events are asked for while somebody listens.</summary>
    public TimeSpan FeedInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the numbers are asked for while somebody listens.</summary>
    public TimeSpan NumbersInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>After so much silence a listener hears a heartbeat, before proxies between us think that nobody is there.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>After this a stream ends and its listener comes back by itself.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Listeners of one stream of one site.</summary>
    [Range(1, 100_000)]
    public int ListenersPerSite { get; set; } = 200;
}
