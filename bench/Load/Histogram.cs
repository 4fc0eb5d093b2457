using System.Numerics;

namespace Analytics.Load;

/// <summary>Latencies in classes 1.6 % wide, from a microsecond to an hour: recording one costs an increment and no memory.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] counts = new long[(32 - SubBits + 1) * SubBuckets];
    private long total;

    public TimeSpan Max { get; private set; }

    public long Count => total;

    public void Record(TimeSpan latency)
    {
        var microseconds = (uint)Math.Clamp(latency.Ticks / TimeSpan.TicksPerMicrosecond, 0, uint.MaxValue);
        counts[ClassOf(microseconds)]++;
        total++;
        if (latency > Max)
        {
            Max = latency;
        }
    }

    public void Add(Histogram other)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        total += other.total;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The upper end of the class that holds the given share of all, from below.</summary>
    public TimeSpan Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(share * total);
        long seen = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= wanted && seen > 0)
            {
                var end = TimeSpan.FromMicroseconds(EndOf(i));
                return end < Max ? end : Max;
            }
        }

        return Max;
    }

    // Below 64 each microsecond is a class; above, each power of two has 64.
    private static int ClassOf(uint value)
    {
        var shift = Math.Max(0, 31 - BitOperations.LeadingZeroCount(value) - SubBits);
        return shift == 0 ? (int)value : (shift * SubBuckets) + (int)(value >> shift);
    }

    private static double EndOf(int index)
    {
        if (index < 2 * SubBuckets)
        {
            return index + 1;
        }

        var shift = (index / SubBuckets) - 1;
        return (double)((ulong)(index - (shift * SubBuckets) + 1) << shift);
    }
}
