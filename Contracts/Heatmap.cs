namespace Analytics.Contracts;

/// <summary>Where visitors clicked, moved or touched on a page, as a grid.</summary>
/// <param name="Kind">click, move, touch or scroll.</param>
/// <param name="Width">Document width in CSS pixels that most visitors had; x is in thousandths of it.</param>
/// <param name="Height">Document height in CSS pixels that most visitors had.</param>
/// <param name="Total">Points in all; for scroll, page visits.</param>
/// <param name="Cells">The grid, most points first, empty cells left out.</param>
/// <param name="Elements">What was clicked, most clicked first; clicks only.</param>
/// <param name="Depths">For each scroll depth 0 to 100 the number of page visits that got at least that far; scroll only.</param>
public sealed record HeatmapResponse(
    string Hostname, string Path, string Kind, string Device, int Width, int Height, long Total,
    IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<HeatmapElement> Elements, IReadOnlyList<long> Depths);

/// <param name="X">Thousandths of the document's width.</param>
/// <param name="Y">CSS pixels from the document's top (start of an 8 px step).</param>
public sealed record HeatmapCell(int X, int Y, long Count);

public sealed record HeatmapElement(string Selector, string Text, long Clicks, double Share);

/// <summary>A page to choose from.</summary>
public sealed record HeatmapPage(string Hostname, string Path, long Pageviews, long Clicks);
