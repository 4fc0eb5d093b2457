using System.ComponentModel.DataAnnotations;

namespace Analytics.QueryApi.Rollups;

/// <summary>When days are rolled up and when reports read that. The defaults are the production values.</summary>
internal sealed class RollupOptions
{
    public const string Section = "Rollups";

    /// <summary>Whether this process rolls days up. One of several query APIs is enough; more do no harm.</summary>
    public bool Roll { get; set; } = true;

    /// <summary>Events below which a period is read raw, and a site is not rolled up: that is as fast, and all counts are exact.</summary>
    [Range(0, long.MaxValue)]
    public long MinEvents { get; set; } = 300_000;

    /// <summary>
    /// Events of a month below which its days are not merged into one, which spares a third of the rollups' space. Above, a breakdown of a year takes two
    /// thirds of the time.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MonthMinEvents { get; set; } = 100_000;

    /// <summary>Time between two looks at what has changed. A day is rolled up when two of them saw the same.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what is known of a site's rollups is used again. Events that arrive late for a closed day wait for that.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(1);
}
