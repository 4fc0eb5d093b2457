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

/// <summary>The reads of 002: the counts of everything stored, and all there is of one session.</summary>
internal static class EventAnalytics
{
    public static void MapEventAnalytics(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").RequireAuthorization(Scopes.Query).RefuseBadQueries(strict: false).WithTags("Compatibility");
        group.MapGet("/stats", Stats)
            .WithSummary("Counts of all stored events")
            .WithDescription("custom_events are those that a site's own code names: everything but what trackers collect by themselves.");
        group.MapGet("/sessions/{session_id}", Session).Audited("journey", subject: "session_id")
            .WithSummary("A session's details, counts and events")
            .WithDescription("Where two sites know the id, the session that was active last; site= chooses.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<EventCounts>> Stats(SitesQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var counts = await clickHouse.QueryAsync<EventCounts>(StatsSql, query.Values, ct);
        return TypedResults.Ok(counts.Single());
    }

    private static readonly string StatsSql = $$"""
        SELECT
            of_events.pageviews, of_events.identify_events, of_events.custom_events, of_events.click_events,
            (SELECT sum(events) FROM replay WHERE site_id IN {sites:Array(UInt32)}) AS rrweb_events,
            (SELECT uniqExact(site_id, session_id) FROM sessions WHERE site_id IN {sites:Array(UInt32)}) AS total_sessions
        FROM
        (
            SELECT {{CountColumns}} FROM events AS event WHERE event.site_id IN {sites:Array(UInt32)}
        ) AS of_events
        """;

    private static string CountColumns => $"""
        {Metric.Pageviews} AS pageviews, countIf(event.name = 'identify') AS identify_events,
        countIf(event.name NOT IN {EventNames.AutomaticSql}) AS custom_events, {Metric.Clicks} AS click_events
        """;

    private static async Task<Results<Ok<SessionDetails>, ProblemHttpResult>> Session(
        string session_id, SitesQuery query, EventPaging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        if (await SessionStore.FindAsync(clickHouse, query.Sites, session_id, ct) is not { } session)
        {
            return Problems.UnknownSession(session_id);
        }

        var counts = clickHouse.QueryAsync<SessionCounts>(SessionSql, SessionStore.Values(session), ct);
        var events = await SessionStore.EventsAsync(clickHouse, session, paging, ct);
        return TypedResults.Ok(new SessionDetails(
            session.Id, query.KeyOf(session.SiteId), IdText.Hex(session.VisitorId), session.UserId, session.Start, session.End,
            session.DurationMs / 1000.0, session.EntryPage, session.ExitPage, session.Source, session.Device, session.Browser, session.Os,
            session.Country, (await counts).Single(), [.. events.Select(ToEvent)]));
    }

    private static readonly string SessionSql = $$"""
        SELECT
            {{CountColumns}},
            (SELECT sum(events) FROM replay WHERE site_id = {site:UInt32} AND session_id = {session:UInt64}) AS rrweb_events,
            count() AS total_events
        FROM events AS event
        WHERE event.site_id = {site:UInt32} AND event.session_id = {session:UInt64}
            AND toDate(event.timestamp) >= toDate({start:DateTime64(3, 'UTC')}) AND event.timestamp >= {start:DateTime64(3, 'UTC')}
            AND toDate(event.timestamp) <= toDate({end:DateTime64(3, 'UTC')}) AND event.timestamp <= {end:DateTime64(3, 'UTC')}
        """;

    private static SessionEvent ToEvent(JourneyEvent e) => new(
        EventNames.Automatic.Contains(e.Name) ? e.Name : "custom", e.Name, e.Time, PageAddress.Of(e.Hostname, e.Path), e.Title,
        e.Element, e.ElementText, e.Href, e.X, e.Y, e.ScrollDepth, e.Props);
}

internal sealed record EventCounts(
    [property: JsonPropertyName("pageviews")] long Pageviews,
    [property: JsonPropertyName("identify_events")] long IdentifyEvents,
    [property: JsonPropertyName("custom_events")] long CustomEvents,
    [property: JsonPropertyName("click_events")] long ClickEvents,
    [property: JsonPropertyName("rrweb_events")] long RrwebEvents,
    [property: JsonPropertyName("total_sessions")] long TotalSessions);

internal sealed record SessionCounts(
    [property: JsonPropertyName("pageviews")] long Pageviews,
    [property: JsonPropertyName("identify_events")] long IdentifyEvents,
    [property: JsonPropertyName("custom_events")] long CustomEvents,
    [property: JsonPropertyName("click_events")] long ClickEvents,
    [property: JsonPropertyName("rrweb_events")] long RrwebEvents,
    [property: JsonPropertyName("total_events")] long TotalEvents);

/// <summary>A session in 002's words. Times in UTC.</summary>
internal sealed record SessionDetails(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("site")] string Site,
    [property: JsonPropertyName("visitor_id")] string VisitorId,
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("started_at")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("ended_at")] DateTimeOffset EndedAt,
    [property: JsonPropertyName("duration_seconds")] double DurationSeconds,
    [property: JsonPropertyName("entry_page")] string EntryPage,
    [property: JsonPropertyName("exit_page")] string ExitPage,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("device")] string Device,
    [property: JsonPropertyName("browser")] string Browser,
    [property: JsonPropertyName("os")] string Os,
    [property: JsonPropertyName("country")] string Country,
    [property: JsonPropertyName("counts")] SessionCounts Counts,
    [property: JsonPropertyName("events")] IReadOnlyList<SessionEvent> Events);

/// <param name="Type">pageview, identify, click, scroll, ...; custom for events of the site's own.</param>
/// <param name="Name">The event's own name.</param>
internal sealed record SessionEvent(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("element")] string Element,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("href")] string Href,
    [property: JsonPropertyName("x")] int X,
    [property: JsonPropertyName("y")] int Y,
    [property: JsonPropertyName("scroll_depth")] int ScrollDepth,
    [property: JsonPropertyName("data")] IReadOnlyDictionary<string, string> Data);
