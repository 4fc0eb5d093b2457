using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Sessions;

/// <summary>What the site's own reports and the compatible ones both read of a single session.</summary>
internal static class SessionStore
{
    /// <summary>The session of an id as it stands in an address; of several sites' the one that was active last.</summary>
    public static async Task<SessionRow?> FindAsync(ClickHouse clickHouse, IEnumerable<Site> sites, string id, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>
        {
            ["sites"] = sites.Select(site => site.SiteId).ToArray(),
            ["ids"] = IdText.Candidates(RouteText.Of(id)).ToArray(),
        };
        return (await clickHouse.QueryAsync<SessionRow>(FindSql, values, ct)).FirstOrDefault();
    }

    private const string FindSql = $$"""
        SELECT s.session_id AS session_id, min(s.start) AS start, max(s.end) AS end, {{SessionRow.Columns}}
        FROM sessions AS s
        WHERE s.site_id IN {sites:Array(UInt32)} AND s.session_id IN {ids:Array(UInt64)}
        GROUP BY s.site_id, s.session_id
        ORDER BY end DESC
        LIMIT 1
        """;

    /// <summary>A session's events in the order in which they happened.</summary>
    public static Task<List<JourneyEvent>> EventsAsync(ClickHouse clickHouse, SessionRow session, Paging paging, CancellationToken ct)
    {
        var values = Values(session);
        paging.AddTo(values);
        return clickHouse.QueryAsync<JourneyEvent>(EventsSql, values, ct);
    }

    // Within one millisecond: a page is left before the next is viewed, and viewed before anything is done on it.
    private const string EventsSql = $$"""
        SELECT
            event.timestamp AS time, event.name AS name, event.hostname AS hostname, event.path AS path, event.title AS title,
            event.element_selector AS element, event.element_text AS element_text, event.element_href AS href, event.x AS x, event.y AS y,
            event.scroll_depth AS scroll_depth, event.dwell_ms AS dwell_ms, event.revenue AS revenue, event.currency AS currency,
            event.props AS props
        FROM events AS event
        WHERE event.site_id = {site:UInt32} AND event.session_id = {session:UInt64}
            AND toDate(event.timestamp) >= toDate({start:DateTime64(3, 'UTC')}) AND event.timestamp >= {start:DateTime64(3, 'UTC')}
            AND toDate(event.timestamp) <= toDate({end:DateTime64(3, 'UTC')}) AND event.timestamp <= {end:DateTime64(3, 'UTC')}
        ORDER BY event.timestamp, multiIf(event.name = 'pageleave', 0, event.name = 'pageview', 1, 2), event.name
        LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        """;

    /// <summary>Which of these sessions have a recording.</summary>
    public static async Task<HashSet<ulong>> WithReplayAsync(
        ClickHouse clickHouse, uint siteId, IReadOnlyCollection<ulong> sessions, CancellationToken ct)
    {
        if (sessions.Count == 0)
        {
            return [];
        }

        var values = new Dictionary<string, object?> { ["site"] = siteId, ["sessions"] = sessions };
        return [.. (await clickHouse.QueryAsync<Recorded>(ReplaySql, values, ct)).Select(row => row.SessionId)];
    }

    private const string ReplaySql =
        "SELECT DISTINCT session_id FROM replay WHERE site_id = {site:UInt32} AND session_id IN {sessions:Array(UInt64)}";

    /// <summary>
    /// The sessions with their revenue by the rule of all reports. The table of sessions adds up amounts whatever their currency and however
    /// often they were told: enough to know of which sessions the sales are to be read.
    /// </summary>
    public static async Task<List<SessionRow>> PricedAsync(
        ClickHouse clickHouse, uint siteId, Money money, List<SessionRow> sessions, CancellationToken ct)
    {
        var selling = sessions.Where(session => session.Revenue != 0).Select(session => session.SessionId).ToList();
        if (selling.Count == 0)
        {
            return sessions;
        }

        var values = new Dictionary<string, object?> { ["site"] = siteId, ["sessions"] = selling };
        money.AddTo(values);
        var sold = (await clickHouse.QueryAsync<Sold>(SoldSql, values, ct)).ToDictionary(row => row.SessionId, row => row.Revenue);
        return [.. sessions.Select(session => session with { Revenue = sold.GetValueOrDefault(session.SessionId) })];
    }

    private const string SoldSql = $$"""
        SELECT event.session_id AS session_id, {{Metric.Revenue}} AS revenue
        FROM sales AS event FINAL
        WHERE event.site_id = {site:UInt32} AND event.session_id IN {sessions:Array(UInt64)}
        GROUP BY session_id
        """;

    /// <summary>A session as parameters: site, session, start, end. The times keep a query to the partitions that hold it.</summary>
    public static Dictionary<string, object?> Values(SessionRow session) => new()
    {
        ["site"] = session.SiteId,
        ["session"] = session.SessionId,
        ["start"] = session.Start,
        ["end"] = session.End,
    };

    private sealed record Recorded(ulong SessionId);

    private sealed record Sold(ulong SessionId, decimal Revenue);
}
