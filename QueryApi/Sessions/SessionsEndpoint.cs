using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Sessions;

internal static class SessionsEndpoint
{
    public static void MapSessions(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/sessions", List).Audited("sessions")
            .WithSummary("The sessions that began in the period, newest first")
            .WithDescription("Filters on page, event and the like keep the sessions that have such an event.");
        stats.MapGet("/sessions/{id}", Journey).Audited("journey", subject: "id")
            .WithSummary("One session and its events in their order")
            .WithDescription("The id is the one that the tracker sent, or the one that an answer of this API gave. limit and offset page through the "
                + "events.");
    }

    private static async Task<Ok<SessionsResponse>> List(StatsQuery query, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        paging.AddTo(values);
        var total = clickHouse.ScalarAsync<long>(
            $"SELECT {Metric.Sessions} FROM {SessionRows.Of(query, "sum(s.pageviews) AS pageviews")}", values, ct);
        var rows = await clickHouse.QueryAsync<SessionRow>(
            PageSql(query),
            values, ct);
        rows = await SessionStore.PricedAsync(clickHouse, query.Site.SiteId, query.Money, rows, ct);
        var recorded = await SessionStore.WithReplayAsync(clickHouse, query.Site.SiteId, [.. rows.Select(row => row.SessionId)], ct);
        return TypedResults.Ok(new SessionsResponse([.. rows.Select(row => row.ToSummary(recorded.Contains(row.SessionId)))], await total));
    }

    // Which sessions the page holds follows from their starts alone; only for those is the rest read.
    private static string PageSql(StatsQuery query) => $$"""
        SELECT s.session_id AS session_id, min(s.start) AS start, max(s.end) AS end, {{SessionRow.Columns}}
        FROM sessions AS s
        WHERE {{SessionRows.InPeriod}} AND s.session_id IN
        (
            SELECT session.session_id
            FROM {{SessionRows.Of(query, "count() AS days")}}
            ORDER BY session.start DESC, session.session_id
            LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        )
        GROUP BY s.session_id
        ORDER BY start DESC, session_id
        """;

    private static async Task<Results<Ok<JourneyResponse>, ProblemHttpResult>> Journey(
        string id, SiteOfAddress site, EventPaging paging, ClickHouse clickHouse, CurrencyRegistry currencies, CancellationToken ct)
    {
        if (await SessionStore.FindAsync(clickHouse, [site.Site], id, ct) is not { } session)
        {
            return Problems.UnknownSession(id);
        }

        var money = await currencies.MoneyAsync(session.SiteId, ct);
        session = (await SessionStore.PricedAsync(clickHouse, session.SiteId, money, [session], ct)).Single();
        var recorded = SessionStore.WithReplayAsync(clickHouse, session.SiteId, [session.SessionId], ct);
        var events = await SessionStore.EventsAsync(clickHouse, session, paging, ct);
        return TypedResults.Ok(new JourneyResponse(session.ToSummary((await recorded).Count > 0), events));
    }
}
