using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Heatmap;

internal static class HeatmapEndpoint
{
    /// <summary>Cells that an answer has at most; a picture cannot show more, and those left out are the emptiest.</summary>
    private const int MaxCells = 50_000;

    private const int ScrollDepths = 101;

    public static void MapHeatmap(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/heatmap", Handle)
            .WithSummary("Where visitors clicked, moved, touched or scrolled on a page")
            .WithDescription("The grid is kept by UTC day: the days nearest to the period's are taken, with the running one always among them. "
                + $"At most {MaxCells} cells, most points first; total counts all.");
        stats.MapGet("/heatmap/pages", Pages)
            .WithSummary("The pages to choose from, most clicked first");
    }

    private static async Task<Ok<HeatmapResponse>> Handle(
        SitePeriod range, HeatmapQuery query, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var values = query.Values;
        values["site"] = range.Site.SiteId;
        var (firstDay, lastDay) = Days(range.Period, time.GetUtcNow());
        values["first_day"] = firstDay;
        values["last_day"] = lastDay;

        var size = SizeAsync(clickHouse, query, values, ct);
        return TypedResults.Ok(query.Kind == HeatmapQuery.Scroll
            ? await ScrollAsync(clickHouse, query, values, size, ct)
            : await GridAsync(clickHouse, query, values, size, ct));
    }

    private static async Task<HeatmapResponse> GridAsync(
        ClickHouse clickHouse, HeatmapQuery query, Dictionary<string, object?> values, Task<Size> size, CancellationToken ct)
    {
        var where = $"{Where(query)} AND cell.kind = {{kind:String}}";
        var total = clickHouse.ScalarAsync<long>($"SELECT sum(cell.count) FROM heatmap AS cell WHERE {where}", values, ct);
        var elements = query.Kind == HeatmapQuery.Click
            ? clickHouse.QueryAsync<ElementRow>(ElementsSql(query, where), values, ct)
            : Task.FromResult<List<ElementRow>>([]);
        var cells = await clickHouse.QueryAsync<HeatmapCell>(
            $"""
            SELECT cell.x AS x, cell.y * 8 AS y, sum(cell.count) AS count
            FROM heatmap AS cell
            WHERE {where}
            GROUP BY x, y
            ORDER BY count DESC, y, x
            LIMIT {MaxCells}
            """,
            values, ct);
        var (all, (width, height)) = (await total, await size);
        return new HeatmapResponse(
            query.Hostname, query.Path, query.Kind, query.Device, width, height, all, cells,
            [.. (await elements).Select(row => new HeatmapElement(row.Selector, row.Text, row.Clicks, (double)row.Clicks / all))], []);
    }

    // The grid knows selectors; what stood on the element is in the events. Its newest text is the sample.
    private static string ElementsSql(HeatmapQuery query, string where) => $"""
        SELECT ranked.selector AS selector, sample.text AS text, ranked.clicks AS clicks
        FROM
        (
            SELECT cell.element_selector AS selector, sum(cell.count) AS clicks
            FROM heatmap AS cell
            WHERE {where} AND cell.element_selector != ''
            GROUP BY selector
            ORDER BY clicks DESC, selector
            LIMIT 50
        ) AS ranked
        LEFT JOIN
        (
            SELECT event.element_selector AS selector, argMax(event.element_text, event.timestamp) AS text
            FROM events AS event
            WHERE {EventsOf(query)} AND event.name = 'click' AND event.element_text != ''
            GROUP BY selector
        ) AS sample ON sample.selector = ranked.selector
        ORDER BY clicks DESC, selector
        """;

    private static async Task<HeatmapResponse> ScrollAsync(
        ClickHouse clickHouse, HeatmapQuery query, Dictionary<string, object?> values, Task<Size> size, CancellationToken ct)
    {
        var reached = await clickHouse.QueryAsync<DepthRow>(
            $"""
            SELECT least(cell.depth, 100) AS depth, sum(cell.count) AS count
            FROM scroll_depths AS cell
            WHERE {Where(query)}
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

        var (width, height) = await size;
        return new HeatmapResponse(query.Hostname, query.Path, query.Kind, query.Device, width, height, depths[0], [], [], depths);
    }

    /// <summary>The size of document that most page views had. Pages grow while they are used, so it is asked of every event.</summary>
    private static async Task<Size> SizeAsync(
        ClickHouse clickHouse, HeatmapQuery query, Dictionary<string, object?> values, CancellationToken ct) =>
        (await clickHouse.QueryAsync<Size>(
            $"""
            SELECT
                ifNull((SELECT event.document_width AS width FROM events AS event WHERE {EventsOf(query)} AND width > 0
                    GROUP BY width ORDER BY count() DESC, width LIMIT 1), 0) AS width,
                ifNull((SELECT event.document_height AS height FROM events AS event WHERE {EventsOf(query)} AND height > 0
                    GROUP BY height ORDER BY count() DESC, height LIMIT 1), 0) AS height
            """,
            values, ct)).Single();

    private static async Task<Ok<IReadOnlyList<HeatmapPage>>> Pages(
        SitePeriod range, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>
        {
            ["site"] = range.Site.SiteId,
            ["from"] = range.Period.From,
            ["to"] = range.Period.To,
        };
        paging.AddTo(values);
        return TypedResults.Ok<IReadOnlyList<HeatmapPage>>(await clickHouse.QueryAsync<HeatmapPage>(PagesSql, values, ct));
    }

    private const string PagesSql = $$"""
        SELECT event.hostname AS hostname, event.path AS path, {{Metric.Pageviews}} AS pageviews, {{Metric.Clicks}} AS clicks
        FROM events AS event
        WHERE {{EventRows.InPeriod}} AND event.name IN ('pageview', 'click')
        GROUP BY hostname, path
        ORDER BY clicks DESC, pageviews DESC, hostname, path
        LIMIT {limit:UInt32} OFFSET {offset:UInt32}
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

    private static string Where(HeatmapQuery query) =>
        "cell.site_id = {site:UInt32} AND cell.path = {path:String} AND cell.day >= {first_day:Date} AND cell.day <= {last_day:Date}"
        + (query.Hostname.Length > 0 ? " AND cell.hostname = {hostname:String}" : "")
        + (query.Device.Length > 0 ? " AND cell.device = {device:String}" : "");

    private static string EventsOf(HeatmapQuery query) =>
        "event.site_id = {site:UInt32} AND event.path = {path:String} AND event.timestamp >= toDateTime64({first_day:Date}, 3, 'UTC')"
        + " AND event.timestamp < toDateTime64({last_day:Date} + 1, 3, 'UTC')"
        + (query.Hostname.Length > 0 ? " AND event.hostname = {hostname:String}" : "")
        + (query.Device.Length > 0 ? " AND event.device = {device:String}" : "");

    private sealed record ElementRow(string Selector, string Text, long Clicks);

    private sealed record DepthRow(int Depth, long Count);

    private sealed record Size(int Width, int Height);
}
