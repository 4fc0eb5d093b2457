using Analytics.Contracts;
using Analytics.QueryApi.Sessions;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.Storage;

namespace Analytics.QueryApi.Users;

/// <summary>What the profile of a site's own reports and the compatible one both read of a person, over all time.</summary>
internal static class Profiles
{
    private const int MaxDays = 366;

    /// <summary>The whole of a person's events, first and last place among it.</summary>
    /// <param name="money">What their sales are worth.</param>
    public static async Task<ProfileRow> WholeAsync(
        ClickHouse clickHouse, Dictionary<string, object?> person, Money money, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>(person);
        money.AddTo(values);
        return (await clickHouse.QueryAsync<ProfileRow>(WholeSql, values, ct)).Single();
    }

    private const string WholeSql = $"""
        SELECT
            min(session.start) AS first_seen, max(session.end) AS last_seen, count() AS sessions, sum(session.pageviews) AS pageviews,
            sum(session.events) AS events, sum(session.dwell_ms) AS dwell_ms, {Metric.SessionSeconds} AS session_seconds,
            (SELECT {Metric.Revenue} FROM sales AS event FINAL WHERE {Person.Events}) AS revenue,
            tupleElement(argMinIf(session.entry, session.entered, session.pageviews > 0) AS came, 1) AS source, came.2 AS channel,
            came.3 AS referrer, came.4 AS utm_source, came.5 AS utm_medium, came.6 AS utm_campaign, came.7 AS hostname, came.8 AS page,
            tupleElement(argMax(session.place, session.end) AS was, 1) AS country, was.2 AS region, was.3 AS city, was.4 AS device,
            was.5 AS browser, was.6 AS os, was.7 AS language
        FROM
        (
            SELECT
                event.session_id, min(event.timestamp) AS start, max(event.timestamp) AS end, {Metric.Pageviews} AS pageviews,
                {Metric.Events} AS events, sum(event.dwell_ms) AS dwell_ms,
                minIf(event.timestamp, event.name = 'pageview') AS entered,
                argMinIf(
                    (
                        event.source, event.channel, event.referrer, event.utm_source, event.utm_medium, event.utm_campaign, event.hostname,
                        event.path
                    ),
                    event.timestamp, event.name = 'pageview') AS entry,
                argMax(
                    (event.country, event.region, event.city, event.device, event.browser, event.os, event.language), event.timestamp) AS place
            FROM events AS event
            WHERE {Person.Events}
            GROUP BY event.site_id, event.session_id
        ) AS session
        """;

    /// <summary>Days with an event, on the zone's clock, oldest first.</summary>
    public static async Task<IReadOnlyList<UserDay>> DaysAsync(
        ClickHouse clickHouse, Dictionary<string, object?> person, ProfileRow whole, TimeZoneInfo zone, CancellationToken ct)
    {
        var earliest = whole.LastSeen.AddDays(1 - MaxDays);
        var from = whole.FirstSeen > earliest ? whole.FirstSeen : earliest;
        var starts = Buckets.Starts(Interval.Day, from, whole.LastSeen.AddMilliseconds(1), zone).ToList();
        var values = new Dictionary<string, object?>(person)
        {
            ["from"] = starts[0],
            ["buckets"] = starts.Select(start => start.ToUnixTimeSeconds()).ToArray(),
        };
        var rows = await clickHouse.QueryAsync<DayRow>(
            $$"""
            SELECT {{PeriodBuckets.Sql("event.timestamp")}} AS day, {{Metric.Pageviews}} AS pageviews, {{Metric.Events}} AS events
            FROM events AS event
            WHERE {{Person.Events}}
                AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')}) AND event.timestamp >= {from:DateTime64(3, 'UTC')}
            GROUP BY day
            ORDER BY day
            """,
            values, ct);
        return [.. rows.Select(row => new UserDay(zone.ToDay(DateTimeOffset.FromUnixTimeSeconds(row.Day)), row.Pageviews, row.Events))];
    }

    public static Task<List<UserPage>> PagesAsync(ClickHouse clickHouse, Dictionary<string, object?> person, CancellationToken ct) =>
        clickHouse.QueryAsync<UserPage>(
            $"""
            SELECT event.hostname AS hostname, event.path AS path, {Metric.Pageviews} AS views, sum(event.dwell_ms) AS dwell_ms
            FROM events AS event
            WHERE {Person.Events} AND event.name IN ('pageview', 'pageleave')
            GROUP BY hostname, path
            HAVING views > 0
            ORDER BY views DESC, dwell_ms DESC, hostname, path
            LIMIT 20
            """,
            person, ct);

    public static Task<List<EventCount>> NamesAsync(ClickHouse clickHouse, Dictionary<string, object?> person, CancellationToken ct) =>
        clickHouse.QueryAsync<EventCount>(
            $"""
            SELECT event.name AS name, {Metric.Events} AS count
            FROM events AS event
            WHERE {Person.Events}
            GROUP BY name
            ORDER BY count DESC, name
            LIMIT 100
            """,
            person, ct);

    /// <summary>The person's sessions, newest first.</summary>
    public static Task<List<SessionRow>> SessionsAsync(
        ClickHouse clickHouse, Dictionary<string, object?> person, ProfileRow whole, Paging paging, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>(person) { ["from"] = whole.FirstSeen, ["to"] = whole.LastSeen };
        paging.AddTo(values);
        return clickHouse.QueryAsync<SessionRow>(
            $$"""
            SELECT s.session_id AS session_id, min(s.start) AS start, max(s.end) AS end, {{SessionRow.Columns}}
            FROM sessions AS s
            WHERE s.site_id IN {sites:Array(UInt32)}
                AND s.day >= toDate({from:DateTime64(3, 'UTC')}) - 1 AND s.day <= toDate({to:DateTime64(3, 'UTC')}) + 1
                AND s.session_id IN
                (
                    SELECT own.session_id
                    FROM
                    (
                        SELECT event.session_id AS session_id, min(event.timestamp) AS start
                        FROM events AS event
                        WHERE {{Person.Events}}
                        GROUP BY session_id
                    ) AS own
                    ORDER BY own.start DESC, own.session_id
                    LIMIT {limit:UInt32} OFFSET {offset:UInt32}
                )
            GROUP BY s.site_id, s.session_id
            ORDER BY start DESC, session_id
            """,
            values, ct);
    }

    private sealed record DayRow(long Day, long Pageviews, long Events);
}

/// <summary>A person's events as a whole: totals, where the first page view came from, where the last event was.</summary>
internal sealed record ProfileRow(
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, long Sessions, long Pageviews, long Events, long DwellMs, double SessionSeconds,
    decimal Revenue, string Source, string Channel, string Referrer, string UtmSource, string UtmMedium, string UtmCampaign, string Hostname,
    string Page, string Country, string Region, string City, string Device, string Browser, string Os, string Language);
