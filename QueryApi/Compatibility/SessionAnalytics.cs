using System.Globalization;
using System.Text.Json.Serialization;
using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sessions;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Compatibility;

/// <summary>
/// The reads of 004: sessions with their event counts, a session's journey, the clicks on a page, the pages. Plain arrays, as its users
/// expect.
/// </summary>
internal static class SessionAnalytics
{
    private const string TotalHeader = "X-Total-Count";

    public static void MapSessionAnalytics(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api").RequireAuthorization(Scopes.Query).RefuseBadQueries(strict: false).WithTags("Compatibility");
        group.MapGet("/sessions", Sessions).Audited("sessions")
            .WithSummary("Sessions with their event counts, last active first")
            .WithDescription($"The header {TotalHeader} tells how many there are in all.");
        group.MapGet("/sessions/{id}/events", Events).Audited("journey", subject: "id")
            .WithSummary("A session's events in their order")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/heatmap", Heatmap)
            .WithSummary("Where visitors clicked on a page")
            .WithDescription("url is the page's address as it was recorded, also file:///...; scheme, query, fragment and a closing slash do not "
                + "matter. x and y are CSS pixels in a document of the given width; count is how often that very point was clicked. Most clicked first.");
        group.MapGet("/pages", Pages)
            .WithSummary("Pages that have events, most viewed first");
    }

    private static async Task<Ok<IReadOnlyList<SessionItem>>> Sessions(
        SitesQuery query, Paging paging, HttpResponse response, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        paging.AddTo(values);
        var total = clickHouse.ScalarAsync<long>(TotalSql, values, ct);
        var rows = await clickHouse.QueryAsync<SessionRow>(SessionsSql, values, ct);
        response.Headers[TotalHeader] = (await total).ToString(CultureInfo.InvariantCulture);
        return TypedResults.Ok<IReadOnlyList<SessionItem>>(
            [.. rows.Select(row => new SessionItem(
                row.Id, query.KeyOf(row.SiteId), row.Events, row.Pageviews, row.Clicks, row.Start, row.End, row.EntryPage, row.UserId))]);
    }

    private const string TotalSql = "SELECT uniqExact(site_id, session_id) FROM sessions WHERE site_id IN {sites:Array(UInt32)}";

    private const string SessionsSql = $$"""
        SELECT s.session_id AS session_id, min(s.start) AS start, max(s.end) AS end, {{SessionRow.Columns}}
        FROM sessions AS s
        WHERE s.site_id IN {sites:Array(UInt32)} AND (s.site_id, s.session_id) IN
        (
            SELECT site_id, session_id
            FROM sessions
            WHERE site_id IN {sites:Array(UInt32)}
            GROUP BY site_id, session_id
            ORDER BY max(end) DESC, session_id, site_id
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        )
        GROUP BY s.site_id, s.session_id
        ORDER BY end DESC, session_id, s.site_id
        """;

    private static async Task<Results<Ok<IReadOnlyList<JourneyItem>>, ProblemHttpResult>> Events(
        string id, SitesQuery query, EventPaging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        if (await SessionStore.FindAsync(clickHouse, query.Sites, id, ct) is not { } session)
        {
            return Problems.UnknownSession(id);
        }

        var events = await SessionStore.EventsAsync(clickHouse, session, paging, ct);
        return TypedResults.Ok<IReadOnlyList<JourneyItem>>([.. events.Select(e => ToItem(session.Id, e))]);
    }

    private static JourneyItem ToItem(string session, JourneyEvent e) => new(
        session, e.Name == EventNames.Pageview ? "page_view" : e.Name, PageAddress.Of(e.Hostname, e.Path), e.Time,
        e.Name == EventNames.Click ? e.X : null, e.Name == EventNames.Click ? e.Y : null, e.Title, e.Element, e.ElementText);

    private static async Task<Ok<IReadOnlyList<ClickPoint>>> Heatmap(
        SitesQuery query, UrlQuery page, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        var (hostnames, paths) = PageAddress.Parse(page.Url);
        values["paths"] = paths;
        values["hostnames"] = hostnames;
        values["limit"] = page.Limit;
        var sql = $$"""
            SELECT
                event.x AS x, event.y AS y, count() AS count,
                if(event.document_width > 0, event.document_width, event.viewport_width) AS width,
                max(event.timestamp) AS last_seen
            FROM events AS event
            WHERE event.site_id IN {sites:Array(UInt32)} AND event.name = 'click' AND event.path IN {paths:Array(String)}
                {{(hostnames.Count == 0 ? "" : "AND event.hostname IN {hostnames:Array(String)}")}}
            GROUP BY x, y, width
            ORDER BY count DESC, y, x, width
            LIMIT {limit:UInt32}
            """;
        return TypedResults.Ok<IReadOnlyList<ClickPoint>>(await clickHouse.QueryAsync<ClickPoint>(sql, values, ct));
    }

    private static async Task<Ok<IReadOnlyList<PageItem>>> Pages(
        SitesQuery query, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        paging.AddTo(values);
        var rows = await clickHouse.QueryAsync<PageRow>(PagesSql, values, ct);
        return TypedResults.Ok<IReadOnlyList<PageItem>>(
            [.. rows.Select(row => new PageItem(
                PageAddress.Of(row.Hostname, row.Path), row.Hostname, row.Path, query.KeyOf(row.SiteId), row.Pageviews, row.Clicks,
                row.LastSeen))]);
    }

    private const string PagesSql = $$"""
        SELECT
            event.site_id AS site_id, event.hostname AS hostname, event.path AS path,
            {{Metric.Pageviews}} AS pageviews, {{Metric.Clicks}} AS clicks, max(event.timestamp) AS last_seen
        FROM events AS event
        WHERE event.site_id IN {sites:Array(UInt32)} AND event.name IN ('pageview', 'click')
        GROUP BY site_id, hostname, path
        ORDER BY pageviews DESC, clicks DESC, hostname, path
        LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        """;

    private sealed record PageRow(uint SiteId, string Hostname, string Path, long Pageviews, long Clicks, DateTimeOffset LastSeen);
}

/// <summary>The page of a heatmap by its address.</summary>
internal sealed record UrlQuery(string Url, int Limit) : IQueryPart
{
    private static readonly TextParameter UrlName = new("url", "Address of the page, or its path alone for every host.", Required: true);
    private static readonly NumberParameter LimitName = new("limit", "How many points.", 1, 50_000, 10_000);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [UrlName, LimitName];

    public static ValueTask<UrlQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new UrlQuery(reader.Read(UrlName), reader.Read(LimitName)));
    }
}

internal sealed record SessionItem(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("site")] string Site,
    [property: JsonPropertyName("event_count")] long EventCount,
    [property: JsonPropertyName("page_views")] long PageViews,
    [property: JsonPropertyName("clicks")] long Clicks,
    [property: JsonPropertyName("first_seen")] DateTimeOffset FirstSeen,
    [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen,
    [property: JsonPropertyName("entry_page")] string EntryPage,
    [property: JsonPropertyName("user_id")] string UserId);

/// <param name="EventType">page_view, click, or the name of another event.</param>
/// <param name="X">CSS pixels from the document's left; clicks only.</param>
/// <param name="Y">CSS pixels from the document's top; clicks only.</param>
internal sealed record JourneyItem(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("event_type")] string EventType,
    [property: JsonPropertyName("page_url")] string PageUrl,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("x")] int? X,
    [property: JsonPropertyName("y")] int? Y,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("element")] string Element,
    [property: JsonPropertyName("text")] string Text);

/// <param name="Width">Width of the document in which the point was clicked, in CSS pixels; 0 where unknown.</param>
internal sealed record ClickPoint(
    [property: JsonPropertyName("x")] int X,
    [property: JsonPropertyName("y")] int Y,
    [property: JsonPropertyName("count")] long Count,
    [property: JsonPropertyName("width")] int Width,
    [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen);

internal sealed record PageItem(
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("hostname")] string Hostname,
    [property: JsonPropertyName("path")] string Path,
    [property: JsonPropertyName("site")] string Site,
    [property: JsonPropertyName("page_views")] long PageViews,
    [property: JsonPropertyName("clicks")] long Clicks,
    [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen);
