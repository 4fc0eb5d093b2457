using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Heatmap;

internal static class HeatmapEndpoint
{
    /// <summary>Cells that a grid has at most; a picture cannot show more, and those left out are the emptiest.</summary>
    private const int MaxCells = 50_000;

    private const int MaxElements = 50;
    private const int MaxSpots = 10_000;
    private const int ScrollDepths = 101;

    public static void MapHeatmap(this IEndpointRouteBuilder stats) => stats.MapGet("/heatmap", Handle)
        .WithSummary("Where visitors clicked, moved, touched or scrolled on a page")
        .WithDescription("The grid is kept by UTC day: the days nearest to the period's are taken, with the running one always among them. "
            + $"At most {MaxCells} cells, most points first; total counts all. For a pattern the grids of its pages lie on each other.");

    private static async Task<Ok<HeatmapResponse>> Handle(
        SitePeriod range, HeatmapQuery query, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var values = Values(range, query, Days(range.Period, now));
        var page = clickHouse.QueryAsync<Page>(PageSql(query), values, ct);
        var folds = clickHouse.QueryAsync<HeatmapFold>(FoldsSql(query), values, ct);
        var elements = query.IsOfClicks ? clickHouse.QueryAsync<ElementRow>(ElementsSql(query), values, ct) : Task.FromResult<List<ElementRow>>([]);
        var spots = query is { IsOfClicks: true, WithSpots: true }
            ? clickHouse.QueryAsync<SpotRow>(SpotsSql(query), values, ct)
            : Task.FromResult<List<SpotRow>>([]);
        var compared = CompareAsync(range, query, clickHouse, now, ct);
        var (total, cells, depths) = await PointsAsync(clickHouse, query, values, ct);
        var (width, height, pageviews, sessions) = (await page).Single();
        var spotsOf = (await spots).ToLookup(spot => spot.Selector, spot => new HeatmapSpot(spot.X, spot.Y, spot.Count));
        return TypedResults.Ok(new HeatmapResponse(
            query.Hostname, query.Path, query.Kind, query.Device, width, height, total, cells,
            [.. (await elements).Select(row => new HeatmapElement(
                row.Selector, row.Text, row.Clicks, (double)row.OfKind(query.Kind) / total, row.Rage, row.Dead,
                sessions == 0 ? 0 : Math.Min(1, (double)row.Sessions / sessions), row.X, row.Y, [.. spotsOf[row.Selector]]))],
            depths, pageviews, sessions, await folds, await compared));
    }

    private static async Task<HeatmapComparison?> CompareAsync(
        SitePeriod range, HeatmapQuery query, ClickHouse clickHouse, DateTimeOffset now, CancellationToken ct)
    {
        if ((query.ComparePrevious ? Days(range.Period.Previous, now) : query.Compare) is not { } days)
        {
            return null;
        }

        var values = Values(range, query, days);
        var page = clickHouse.QueryAsync<Page>(PageSql(query), values, ct);
        var (total, cells, depths) = await PointsAsync(clickHouse, query, values, ct);
        return new HeatmapComparison(days.First, days.Last, total, (await page).Single().Pageviews, cells, depths);
    }

    private static Dictionary<string, object?> Values(SitePeriod range, HeatmapQuery query, (DateOnly First, DateOnly Last) days) => new(query.Values)
    {
        ["site"] = range.Site.SiteId,
        ["first_day"] = days.First,
        ["last_day"] = days.Last,
    };

    private static async Task<(long Total, IReadOnlyList<HeatmapCell> Cells, IReadOnlyList<long> Depths)> PointsAsync(
        ClickHouse clickHouse, HeatmapQuery query, Dictionary<string, object?> values, CancellationToken ct)
    {
        if (query.Kind == HeatmapQuery.Scroll)
        {
            var depths = await DepthsAsync(clickHouse, query, values, ct);
            return (depths[0], [], depths);
        }

        var grid = (await clickHouse.QueryAsync<Grid>(GridSql(query), values, ct)).Single();
        var cells = new HeatmapCell[grid.Places.Count];
        for (var i = 0; i < cells.Length; i++)
        {
            var place = grid.Places[i];
            cells[i] = new((int)(place % 1024), (int)(place / 1024) * 8, grid.Counts[i]);
        }

        return (grid.Total, cells, []);
    }

    // A place is one number, y before x, and the grid two lists of numbers: tens of thousands of rows with names would take longer to
    // write and to read than to count.
    private static string GridSql(HeatmapQuery query) => $$"""
        SELECT groupArray(place) AS places, groupArray(points) AS counts, max(all) AS total
        FROM
        (
            SELECT toUInt32(least(cell.y, 4194303) * 1024 + cell.x) AS place, sum(cell.count) AS points, sum(points) OVER () AS all
            FROM heatmap AS cell
            WHERE {{query.Where}} AND cell.kind = {kind:String}
            GROUP BY place
            ORDER BY points DESC, place
            LIMIT {{MaxCells}}
        )
        """;

    private static async Task<long[]> DepthsAsync(
        ClickHouse clickHouse, HeatmapQuery query, Dictionary<string, object?> values, CancellationToken ct)
    {
        var reached = await clickHouse.QueryAsync<DepthRow>(
            $"""
            SELECT least(cell.depth, 100) AS depth, sum(cell.count) AS count
            FROM scroll_depths AS cell
            WHERE {query.Where}
            GROUP BY depth
            """,
            values, ct);

        // From "this far and no further" to "at least this far".
        var depths = new long[ScrollDepths];
        foreach (var row in reached)
        {
            depths[row.Depth] = row.Count;
        }

        for (var depth = ScrollDepths - 2; depth >= 0; depth--)
        {
            depths[depth] += depths[depth + 1];
        }

        return depths;
    }

    // The grid knows how often and where; the newest text and the sessions are kept beside it.
    private static string ElementsSql(HeatmapQuery query) => $$"""
        SELECT
            ranked.selector AS selector, known.text AS text, ranked.clicks AS clicks, ranked.rage AS rage, ranked.dead AS dead,
            known.sessions AS sessions, ranked.x AS x, ranked.y AS y
        FROM
        (
            SELECT
                cell.element_selector AS selector,
                sumIf(cell.count, cell.kind = 'click') AS clicks,
                sumIf(cell.count, cell.kind = 'rage') AS rage,
                sumIf(cell.count, cell.kind = 'dead') AS dead,
                intDiv(sum(cell.x * cell.count), sum(cell.count)) AS x,
                intDiv(sum(cell.y * 8 * cell.count), sum(cell.count)) AS y
            FROM heatmap AS cell
            WHERE {{query.Where}} AND cell.kind IN ('click', 'rage', 'dead') AND cell.element_selector != ''
            GROUP BY selector
            HAVING sumIf(cell.count, cell.kind = {kind:String}) > 0
            ORDER BY sumIf(cell.count, cell.kind = {kind:String}) DESC, selector
            LIMIT {{MaxElements}}
        ) AS ranked
        LEFT JOIN
        (
            SELECT cell.element_selector AS selector, argMaxIfMerge(cell.text) AS text, uniqCombined64Merge(cell.sessions) AS sessions
            FROM heatmap_elements AS cell
            WHERE {{query.Where}}
            GROUP BY selector
        ) AS known ON known.selector = ranked.selector
        ORDER BY multiIf({kind:String} = 'rage', rage, {kind:String} = 'dead', dead, clicks) DESC, selector
        """;

    private static string SpotsSql(HeatmapQuery query) => $$"""
        SELECT cell.element_selector AS selector, cell.cell_x AS x, cell.cell_y AS y, sum(cell.count) AS count
        FROM heatmap AS cell
        WHERE {{query.Where}} AND cell.kind = {kind:String} AND cell.element_selector != '' AND cell.cell_x < 32 AND cell.cell_y < 32
        GROUP BY selector, x, y
        ORDER BY count DESC, selector, y, x
        LIMIT {{MaxSpots}}
        """;

    /// <summary>The size of document that most had. Pages grow while they are used, so it is asked of every event that tells it.</summary>
    private static string PageSql(HeatmapQuery query) => $"""
        SELECT
            ifNull((SELECT cell.document_width AS width FROM heatmap_pages AS cell WHERE {query.Where} AND width > 0
                GROUP BY width ORDER BY sum(cell.events) DESC, width LIMIT 1), 0) AS width,
            ifNull((SELECT cell.document_height AS height FROM heatmap_pages AS cell WHERE {query.Where} AND height > 0
                GROUP BY height ORDER BY sum(cell.events) DESC, height LIMIT 1), 0) AS height,
            sum(cell.pageviews) AS pageviews,
            uniqCombined64Merge(cell.sessions) AS sessions
        FROM heatmap_pages AS cell
        WHERE {query.Where}
        """;

    private static string FoldsSql(HeatmapQuery query) => $"""
        SELECT
            cell.device AS device, sum(cell.windows) AS pageviews,
            round(sum(cell.folds) / sum(cell.windows), 1) AS fold,
            if(sumIf(cell.windows, cell.document_height > 0) = 0, 0, round(least(100, 100 * fold
                / (sumIf(cell.document_height * cell.windows, cell.document_height > 0) / sumIf(cell.windows, cell.document_height > 0))), 1)) AS depth
        FROM heatmap_pages AS cell
        WHERE {query.Where}
        GROUP BY device
        HAVING sum(cell.windows) > 0
        ORDER BY pageviews DESC, device
        """;

    // A day on the site's clock is read as the UTC day that it shares most hours with. The last of a period that still runs is today's in
    // UTC: who looks at a heatmap of today wants the click of a minute ago.
    internal static (DateOnly First, DateOnly Last) Days(Period period, DateTimeOffset now)
    {
        var half = TimeSpan.FromHours(12);
        var first = Day(period.From + half);
        var last = Day(period.To > now ? now : period.To - half);
        return (first < last ? first : last, last);

        static DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);
    }

    private sealed record Grid(IReadOnlyList<long> Places, IReadOnlyList<long> Counts, long Total);

    private sealed record ElementRow(string Selector, string Text, long Clicks, long Rage, long Dead, long Sessions, int X, int Y)
    {
        public long OfKind(string kind) => kind switch
        {
            "rage" => Rage,
            "dead" => Dead,
            _ => Clicks,
        };
    }

    private sealed record SpotRow(string Selector, int X, int Y, long Count);

    private sealed record DepthRow(int Depth, long Count);

    private sealed record Page(int Width, int Height, long Pageviews, long Sessions);
}
