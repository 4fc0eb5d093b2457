using System.Globalization;
using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.PageErrors;

/// <summary>JavaScript errors that visitors met, and what is known of each.</summary>
internal static class PageErrorsEndpoint
{
    public static void MapPageErrors(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/errors", List)
            .WithSummary("JavaScript errors, those of one message and place together, most frequent first")
            .WithDescription("Counts events named error of the period that the filters keep. The place is script, line and column. A tracker "
                + "tells an error once a page.");
        stats.MapGet("/errors/{id}", Detail).Audited("errors")
            .WithSummary("One group of JavaScript errors: when, where, in which browsers, and the last ones with their stacks");
    }

    private static async Task<Ok<PageErrorsResponse>> List(
        StatsQuery query, ErrorSearch search, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        search.AddTo(values);
        var errors = Errors(query) + search.Condition;
        var whole = clickHouse.QueryAsync<Whole>(
            $"SELECT {Metric.Events} AS errors, {Metric.Visitors} AS visitors, uniqExact(event.session_id) AS sessions FROM {errors}", values, ct);
        var (groups, total) = await GroupPage.ReadAsync<GroupRow>(
            clickHouse, $"SELECT {GroupColumns} FROM {errors} GROUP BY id", $"{search.Sort} DESC, id", values, paging, ct);
        var (count, visitors, sessions) = (await whole).Single();
        return TypedResults.Ok(new PageErrorsResponse(count, visitors, sessions, [.. groups.Select(row => row.ToGroup())], total));
    }

    private static async Task<Results<Ok<PageErrorDetail>, ProblemHttpResult>> Detail(
        string id, StatsQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        values["id"] = ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var errors = $"{Errors(query)} AND {GroupId} = {{id:UInt64}}";
        var group = (await clickHouse.QueryAsync<DetailRow>(
            $"SELECT {GroupColumns}, {ShareColumns} FROM {errors} GROUP BY id", values, ct)).SingleOrDefault();
        if (group is null)
        {
            return Problems.NotFound($"There is no error '{id}' in this period.");
        }

        var buckets = PeriodBuckets.Of(query.Period, group.FirstSeen);
        buckets.AddTo(values);
        (values["from"], values["to"]) = (group.FirstSeen, group.LastSeen.AddMilliseconds(1));
        var points = clickHouse.QueryAsync<PointRow>(
            $"SELECT {PeriodBuckets.Sql("event.timestamp")} AS bucket, {Metric.Events} AS count FROM {errors} GROUP BY bucket", values, ct);
        var recent = await clickHouse.QueryAsync<OccurrenceRow>(
            $"""
            SELECT
                event.timestamp AS time, event.hostname AS hostname, event.path AS path, event.session_id AS session_id,
                event.session_key AS session_key, event.visitor_id AS visitor_id, event.browser AS browser,
                event.browser_version AS browser_version, event.os AS os, event.props['stack'] AS stack
            FROM {errors}
            ORDER BY time DESC, session_id
            LIMIT 20
            """,
            values, ct);
        return TypedResults.Ok(new PageErrorDetail(
            group.ToGroup(), buckets.Interval,
            buckets.Points(await points, row => row.Bucket, (time, rows) => new PageErrorPoint(time, rows.Sum(row => row.Count))),
            Shares(group.ByPage), Shares(group.ByBrowser), Shares(group.ByOs), Shares(group.ByDevice), [.. recent.Select(row => row.ToOccurrence())]));
    }

    private static List<PageErrorShare> Shares(Dictionary<string, long> counts) =>
    [
        .. counts.Select(share => new PageErrorShare(share.Key, share.Value))
            .OrderByDescending(share => share.Count).ThenBy(share => share.Value, StringComparer.Ordinal).Take(20),
    ];

    private static string Errors(StatsQuery query) => $"{EventRows.Of(query)} AND event.name = 'error'";

    /// <summary>Message and place as one number.</summary>
    private const string GroupId = """
        sipHash64(event.props['type'], event.props['message'], event.props['source'], event.props['line'], event.props['column'])
        """;

    private const string GroupColumns = $"""
        {GroupId} AS id, any(event.props['kind']) AS kind, any(event.props['type']) AS type, any(event.props['message']) AS message,
        any(event.props['source']) AS source, any(toInt32OrZero(event.props['line'])) AS line,
        any(toInt32OrZero(event.props['column'])) AS column, {Metric.Events} AS count, {Metric.Visitors} AS visitors,
        uniqExact(event.session_id) AS sessions, min(event.timestamp) AS first_seen, max(event.timestamp) AS last_seen,
        arraySort(groupUniqArrayIf(20)(event.browser, event.browser != '')) AS browsers, uniqExact(event.hostname, event.path) AS pages,
        argMax(event.path, (event.timestamp, event.path)) AS page
        """;

    /// <summary>The group's errors by page, browser, system and device, in the same pass.</summary>
    private const string ShareColumns = """
        sumMap(map(toString(event.path), 1)) AS by_page,
        sumMap(map(trimRight(concat(event.browser, ' ', event.browser_version)), 1)) AS by_browser,
        sumMap(map(toString(event.os), 1)) AS by_os, sumMap(map(toString(event.device), 1)) AS by_device
        """;

    private sealed record Whole(long Errors, long Visitors, long Sessions);

    private record GroupRow(
        ulong Id, string Kind, string Type, string Message, string Source, int Line, int Column, long Count, long Visitors, long Sessions,
        DateTimeOffset FirstSeen, DateTimeOffset LastSeen, List<string> Browsers, long Pages, string Page, long Total = 0) : IGroupRow
    {
        public PageErrorGroup ToGroup() => new(
            IdText.Hex(Id), Kind, Type, Message, Source, Line, Column, Count, Visitors, Sessions, FirstSeen, LastSeen, Browsers, Pages, Page);
    }

    private sealed record DetailRow(
        ulong Id, string Kind, string Type, string Message, string Source, int Line, int Column, long Count, long Visitors, long Sessions,
        DateTimeOffset FirstSeen, DateTimeOffset LastSeen, List<string> Browsers, long Pages, string Page, Dictionary<string, long> ByPage,
        Dictionary<string, long> ByBrowser, Dictionary<string, long> ByOs, Dictionary<string, long> ByDevice)
        : GroupRow(Id, Kind, Type, Message, Source, Line, Column, Count, Visitors, Sessions, FirstSeen, LastSeen, Browsers, Pages, Page);

    private sealed record PointRow(long Bucket, long Count);

    private sealed record OccurrenceRow(
        DateTimeOffset Time, string Hostname, string Path, ulong SessionId, string SessionKey, ulong VisitorId, string Browser,
        string BrowserVersion, string Os, string Stack)
    {
        public PageErrorOccurrence ToOccurrence() => new(
            Time, Hostname, Path, SessionKey.Length > 0 ? SessionKey : IdText.Hex(SessionId), IdText.Hex(VisitorId), Browser, BrowserVersion,
            Os, Stack);
    }

    /// <summary>Which groups, and in which order.</summary>
    /// <param name="Sort">A column of the list.</param>
    internal sealed record ErrorSearch(string Sort, string Search) : IQueryPart
    {
        private static readonly ChoiceParameter SortName = new(
            "sort", "What the list is sorted by, greatest first.", ["count", "visitors", "sessions", "first_seen", "last_seen"], "count");

        private static readonly TextParameter SearchName = new(
            "search", "Keep the errors that have this in their message, type or script, in whatever case.");

        public static IReadOnlyList<QueryParameter> Parameters { get; } = [SortName, SearchName];

        public string Condition => Search.Length == 0 ? "" : """
             AND arrayExists(
                text -> positionCaseInsensitiveUTF8(text, {search:String}) > 0,
                [event.props['message'], event.props['type'], event.props['source']])
            """;

        public void AddTo(Dictionary<string, object?> values) => values["search"] = Search;

        public static ValueTask<ErrorSearch> BindAsync(HttpContext context)
        {
            var reader = QueryReader.Of(context);
            return ValueTask.FromResult(new ErrorSearch(reader.Read(SortName), reader.Read(SearchName)));
        }
    }
}
