using System.Runtime.InteropServices;
using Analytics.Contracts;

namespace Analytics.Dashboard.Components.Heatmap;

/// <summary>What is painted, as 32-bit little-endian numbers for the browser. Given away once, so that a circuit does not hold it.</summary>
public sealed class HeatInk
{
    private byte[]? bytes;

    private HeatInk(ReadOnlySpan<int> numbers) => bytes = MemoryMarshal.AsBytes(numbers).ToArray();

    /// <summary>Cells as x, y, count; or for scrolling the visits that reached each depth.</summary>
    public static HeatInk Of(HeatmapResponse heatmap)
    {
        if (heatmap.Kind == "scroll")
        {
            return new HeatInk([.. heatmap.Depths.Select(Narrow)]);
        }

        var numbers = new int[heatmap.Cells.Count * 3];
        for (var i = 0; i < heatmap.Cells.Count; i++)
        {
            var cell = heatmap.Cells[i];
            (numbers[i * 3], numbers[(i * 3) + 1], numbers[(i * 3) + 2]) = (cell.X, cell.Y, Narrow(cell.Count));
        }

        return new HeatInk(numbers);
    }

    public byte[]? Take() => Interlocked.Exchange(ref bytes, null);

    private static int Narrow(long count) => (int)Math.Min(count, int.MaxValue);
}
