using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Heatmap;

internal static class HeatmapPagesEndpoint
{
    public static void MapHeatmapPages(this IEndpointRouteBuilder stats) => stats.MapGet("/heatmap/pages", Handle)
        .WithSummary("The pages to choose from, most clicked first")
        .WithDescription("By UTC day, as the grid is. A pattern stands for pages whose paths differ in numbers, dates, UUIDs and other ids only; "
            + "it can be asked for as the path of a heatmap.");

    private static async Task<Ok<IReadOnlyList<HeatmapPage>>> Handle(
        SitePeriod range, HeatmapPagesQuery query, Paging paging, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var (first, last) = HeatmapEndpoint.Days(range.Period, time.GetUtcNow());
        var values = new Dictionary<string, object?>
        {
            ["site"] = range.Site.SiteId,
            ["first_day"] = first,
            ["last_day"] = last,
            ["min_pageviews"] = query.MinPageviews,
        };
        paging.AddTo(values);
        return TypedResults.Ok<IReadOnlyList<HeatmapPage>>(await clickHouse.QueryAsync<HeatmapPage>(Sql(query), values, ct));
    }

    // Paths are put together before they are looked at: there are far fewer of them than rows.
    private static string Sql(HeatmapPagesQuery query) => $$"""
        SELECT
            page.hostname AS hostname, {{(query.ByPattern ? Pattern : "page.page")}} AS path,
            sum(page.pageviews) AS pageviews, sum(page.clicks) AS clicks, sum(page.rage) AS rage, sum(page.dead) AS dead, count() AS paths
        FROM
        (
            SELECT
                cell.hostname AS hostname, cell.path AS page,
                sum(cell.pageviews) AS pageviews, sum(cell.clicks) AS clicks, sum(cell.rage) AS rage, sum(cell.dead) AS dead
            FROM heatmap_pages AS cell
            WHERE cell.site_id = {site:UInt32} AND cell.day >= {first_day:Date} AND cell.day <= {last_day:Date}
            GROUP BY hostname, page
            HAVING pageviews + clicks + rage + dead > 0
        ) AS page
        GROUP BY hostname, path
        HAVING pageviews >= {min_pageviews:UInt32}
        ORDER BY clicks DESC, pageviews DESC, hostname, path
        LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        """;

    /// <summary>Numbers and dates, with an ending or without; UUIDs; long hexadecimal words; long words with digits in them.</summary>
    private const string Pattern = """
        arrayStringConcat(
            arrayMap(
                part -> if(
                    match(part, '^[0-9][0-9._,-]*([.][a-z]{2,5})?$')
                        OR match(part, '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$')
                        OR match(part, '^[0-9a-fA-F]{16,}$')
                        OR (match(part, '^[0-9A-Za-z_]{20,}$') AND match(part, '[0-9]')),
                    '*', part),
                splitByChar('/', page.page)),
            '/')
        """;
}
