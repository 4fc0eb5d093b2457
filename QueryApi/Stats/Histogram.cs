using Analytics.Contracts;

namespace Analytics.QueryApi.Stats;

/// <summary>How often each whole number was counted, and what follows from that: the median and the bars of a chart. Both are exact.</summary>
internal sealed class Histogram(IEnumerable<(long Value, long Count)> counts)
{
    private readonly List<(long Value, long Count)> counted =
        [.. counts.GroupBy(row => row.Value).Select(group => (group.Key, group.Sum(row => row.Count))).OrderBy(row => row.Key)];

    public long Total => counted.Sum(row => row.Count);

    public double Mean => Total == 0 ? 0 : (double)counted.Sum(row => row.Value * row.Count) / Total;

    /// <summary>The value in the middle; between two of them, half-way; 0 where there is none.</summary>
    public double Median => Total == 0 ? 0 : (At((Total - 1) / 2) + At(Total / 2)) / 2.0;

    /// <param name="starts">Least values of the bars, in order; the last has no end.</param>
    public IReadOnlyList<CountBin> Bins(params ReadOnlySpan<long> starts)
    {
        var bins = new List<CountBin>(starts.Length);
        for (var i = 0; i < starts.Length; i++)
        {
            var (from, end) = (starts[i], i + 1 < starts.Length ? starts[i + 1] : long.MaxValue);
            bins.Add(new CountBin(
                from, i + 1 < starts.Length ? end - 1 : null, counted.Where(row => row.Value >= from && row.Value < end).Sum(row => row.Count)));
        }

        return bins;
    }

    private long At(long position)
    {
        foreach (var (value, count) in counted)
        {
            if (position < count)
            {
                return value;
            }

            position -= count;
        }

        return 0;
    }
}
