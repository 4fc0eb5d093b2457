using System.Diagnostics;

namespace Analytics.AspNetCore.Delivery;

/// <summary>
/// Whether the collector is there, as all senders together see it, and how long to leave it alone if not: half a second, twice as long
/// after each round of failures, a fifth more or less so that many sites do not come back at once.
/// </summary>
internal sealed class Backoff(TimeSpan longest)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private int failures;
    private long awaySince;
    private long failedAt;
    private long opensAt;

    /// <summary>How long to wait before the next attempt.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (gate)
            {
                var now = Stopwatch.GetTimestamp();
                return failures == 0 || opensAt <= now ? TimeSpan.Zero : Stopwatch.GetElapsedTime(now, opensAt);
            }
        }
    }

    /// <summary>An attempt that began at <paramref name="began"/> failed. True if it is the first sign.</summary>
    public bool Failed(long began, TimeSpan? retryAfter)
    {
        lock (gate)
        {
            var now = Stopwatch.GetTimestamp();
            var first = failures == 0;
            if (first)
            {
                awaySince = now;
            }

            // Attempts that ran side by side found out the same thing.
            if (first || began > failedAt)
            {
                failures++;
                failedAt = now;
                var pause = Pause(failures, longest) * (0.8 + Random.Shared.NextDouble() * 0.4);
                opensAt = now + Ticks(pause);
            }

            if (retryAfter is { } asked)
            {
                opensAt = Math.Max(opensAt, now + Ticks(asked < LongestAsked ? asked : LongestAsked));
            }

            return first;
        }
    }

    /// <summary>An attempt succeeded. How long the collector had been away, if it had.</summary>
    public TimeSpan? Succeeded()
    {
        lock (gate)
        {
            if (failures == 0)
            {
                return null;
            }

            failures = 0;
            return Stopwatch.GetElapsedTime(awaySince);
        }
    }

    internal static TimeSpan Pause(int failures, TimeSpan longest)
    {
        var pause = Shortest * Math.Pow(2, Math.Min(failures - 1, 20));
        return pause < longest ? pause : longest;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
