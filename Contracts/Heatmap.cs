namespace Analytics.Contracts;

/// <summary>Where visitors clicked, moved or touched on a page, as a grid.</summary>
/// <param name="Path">As asked for; a pattern where it has a <c>*</c>.</param>
/// <param name="Kind">click, rage, dead, move, touch or scroll.</param>
/// <param name="Width">Document width in CSS pixels that most visitors had; x is in thousandths of it.</param>
/// <param name="Height">Document height in CSS pixels that most visitors had.</param>
/// <param name="Total">Points in all; for scroll, page visits.</param>
/// <param name="Cells">The grid, most points first, empty cells left out.</param>
/// <param name="Elements">What was clicked, most first by the kind that was asked for; clicks of any kind only.</param>
/// <param name="Depths">For each scroll depth 0 to 100 the number of page visits that got at least that far; scroll only.</param>
/// <param name="Pageviews">Of the page in these days.</param>
/// <param name="Sessions">With a page view of it; exact up to thousands, then within 1%.</param>
/// <param name="Folds">How much of the page a window shows before scrolling, by device class, most page views first.</param>
/// <param name="Compared">The same of another period, where one was asked for.</param>
public sealed record HeatmapResponse(
    string Hostname, string Path, string Kind, string Device, int Width, int Height, long Total,
    IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<HeatmapElement> Elements, IReadOnlyList<long> Depths,
    long Pageviews, long Sessions, IReadOnlyList<HeatmapFold> Folds, HeatmapComparison? Compared);

/// <param name="X">Thousandths of the document's width.</param>
/// <param name="Y">CSS pixels from the document's top (start of an 8 px step).</param>
public readonly record struct HeatmapCell(int X, int Y, long Count);

/// <param name="Text">The newest visible text of it, or empty.</param>
/// <param name="Share">Of all points of the kind that was asked for, 0 to 1.</param>
/// <param name="Rage">Bursts of three and more clicks on it.</param>
/// <param name="Dead">Clicks on it without any answer.</param>
/// <param name="SessionShare">Of the sessions that saw the page, those that clicked it, 0 to 1; exact up to thousands of sessions, then within 1%.</param>
/// <param name="X">Mean place of the clicks: thousandths of the document's width.</param>
/// <param name="Y">Mean place of the clicks: CSS pixels from the document's top.</param>
/// <param name="Spots">Where inside the element, for pages whose layout moves; only where asked for and known.</param>
public sealed record HeatmapElement(
    string Selector, string Text, long Clicks, double Share, long Rage, long Dead, double SessionShare, int X, int Y,
    IReadOnlyList<HeatmapSpot> Spots);

/// <param name="X">32nds of the element's width, 0 to 31.</param>
/// <param name="Y">32nds of the element's height, 0 to 31.</param>
public readonly record struct HeatmapSpot(int X, int Y, long Count);

/// <param name="Fold">Mean height of the window in CSS pixels; what lies below it is seen by scrolling only.</param>
/// <param name="Depth">That in percent of the mean document height, at most 100; 0 where that is unknown.</param>
public sealed record HeatmapFold(string Device, long Pageviews, double Fold, double Depth);

/// <summary>The grid of another period, to be laid beside the first or taken from it.</summary>
/// <param name="From">First UTC day.</param>
/// <param name="To">Last UTC day.</param>
public sealed record HeatmapComparison(
    DateOnly From, DateOnly To, long Total, long Pageviews, IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<long> Depths);

/// <summary>A page to choose from.</summary>
/// <param name="Path">Of the page; a pattern, where pages are grouped.</param>
/// <param name="Rage">Bursts of three and more clicks.</param>
/// <param name="Dead">Clicks without any answer.</param>
/// <param name="Paths">How many paths the pattern stands for; 1 for a page.</param>
public sealed record HeatmapPage(string Hostname, string Path, long Pageviews, long Clicks, long Rage, long Dead, long Paths);
