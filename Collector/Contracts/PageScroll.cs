using Analytics.Collector.Collect;

namespace Analytics.Collector.Contracts;

/// <summary>
/// Makes positions in the window positions on the page, for a contract that tells of both apart. Rule: what was scrolled last before a moment
/// is added to a position of that moment; before the first sample, where the page stood when the payload's time began, if the payload says
/// it; a navigation begins at the top. Without any of these a position stays as it came.
/// </summary>
/// <param name="stood">Left and top when the payload's time began; zero where it is not told.</param>
/// <param name="navigations">When pages were opened, in order.</param>
internal sealed class PageScroll(Size stood, IReadOnlyList<DateTimeOffset> navigations)
{
    private readonly List<Position> samples = [];
    private List<Position>? inOrder;

    internal readonly record struct Position(DateTimeOffset? At, double X, double Y);

    /// <summary>As they came.</summary>
    public IReadOnlyList<Position> Samples => samples;

    /// <summary>All are added before the first is asked for.</summary>
    public void Add(DateTimeOffset? at, double left, double top) => samples.Add(new(at, left, top));

    public (double X, double Y) InDocument(DateTimeOffset? at, double x, double y)
    {
        if (at is not { } moment)
        {
            return (x, y);
        }

        inOrder ??= [.. samples.Where(sample => sample.At is not null).OrderBy(sample => sample.At)];
        var opened = Last(navigations, navigation => navigation <= moment);
        var sample = Last(inOrder, sample => sample.At <= moment);
        if (sample < 0)
        {
            return opened < 0 ? (x + stood.Width, y + stood.Height) : (x, y);
        }

        return opened >= 0 && navigations[opened] > inOrder[sample].At ? (x, y) : (x + inOrder[sample].X, y + inOrder[sample].Y);
    }

    /// <summary>The last that is so, of which all before are so too; -1 where none is.</summary>
    private static int Last<T>(IReadOnlyList<T> list, Func<T, bool> isSo)
    {
        var (low, high) = (0, list.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = isSo(list[middle]) ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }
}
