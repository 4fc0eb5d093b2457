using System.Globalization;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Events;

/// <summary>
/// The newest events that a condition keeps. Which times they have is found from the times alone, and only of those the rest is read: the
/// cost of a page does not grow with the width of the rows of the whole period.
/// </summary>
internal static class NewestEvents
{
    /// <summary>A number made of the event itself, of 53 bits, so that it is exact in every JSON reader.</summary>
    public const string Id = """
        bitShiftRight(sipHash64(
            event.session_id, event.timestamp, event.name, event.hostname, event.path, event.element_selector, event.x, event.y,
            toString(event.props)), 11)
        """;

    /// <param name="columns">Of <c>events AS event</c>; the event's id must be among them as <c>id</c>.</param>
    /// <param name="condition">Over <c>events AS event</c>.</param>
    /// <param name="values">Those of the condition; limit and offset are added.</param>
    public static async Task<List<T>> ReadAsync<T>(
        ClickHouse clickHouse, string columns, string condition, Dictionary<string, object?> values, long limit, long offset, CancellationToken ct)
    {
        values = new(values) { ["newest_limit"] = limit, ["newest_offset"] = offset };
        var times = (await clickHouse.QueryAsync<Times>(
            $$"""
            SELECT count() AS count, min(page.time) AS oldest, max(page.time) AS newest
            FROM
            (
                SELECT event.timestamp AS time
                FROM events AS event
                WHERE {{condition}}
                ORDER BY time DESC
                LIMIT {newest_limit:UInt64} OFFSET {newest_offset:UInt64}
            ) AS page
            """,
            values, ct)).Single();
        if (times.Count == 0)
        {
            return [];
        }

        (values["oldest"], values["newest"]) = (times.Oldest, times.Newest);
        if (offset > 0)
        {
            // Of the page's first millisecond, some events stand on the page before.
            values["newest_offset"] = offset - await clickHouse.ScalarAsync<long>(
                $"SELECT count() FROM events AS event WHERE {condition} AND event.timestamp > {{newest:DateTime64(3, 'UTC')}}", values, ct);
        }

        return await clickHouse.QueryAsync<T>(
            $$"""
            SELECT {{columns}}
            FROM events AS event
            WHERE {{condition}}
                AND toDate(event.timestamp) >= toDate({oldest:DateTime64(3, 'UTC')}) AND event.timestamp >= {oldest:DateTime64(3, 'UTC')}
                AND toDate(event.timestamp) <= toDate({newest:DateTime64(3, 'UTC')}) AND event.timestamp <= {newest:DateTime64(3, 'UTC')}
            ORDER BY event.timestamp DESC, id DESC
            LIMIT {newest_limit:UInt64} OFFSET {newest_offset:UInt64}
            """,
            values, ct);
    }

    private sealed record Times(long Count, DateTimeOffset Oldest, DateTimeOffset Newest);

    /// <summary>As the log and the profile show them.</summary>
    public static async Task<List<LoggedEvent>> LogAsync(
        ClickHouse clickHouse, string condition, Dictionary<string, object?> values, long limit, long offset, CancellationToken ct) =>
        [.. (await ReadAsync<Row>(clickHouse, Columns, condition, values, limit, offset, ct)).Select(row => row.ToEvent())];

    private const string Columns = $"""
        {Id} AS id, event.timestamp AS time, event.name AS name, event.visitor_id AS visitor_id, event.session_id AS session_id,
        event.session_key AS session_key, event.user_id AS user_id, event.hostname AS hostname, event.path AS path, event.title AS title,
        event.source AS source, event.country AS country, event.device AS device, event.browser AS browser, event.os AS os,
        event.element_selector AS element, event.element_text AS element_text, event.element_href AS href, event.revenue AS revenue,
        event.currency AS currency, event.props AS props
        """;

    private sealed record Row(
        long Id, DateTimeOffset Time, string Name, ulong VisitorId, ulong SessionId, string SessionKey, string UserId, string Hostname, string Path,
        string Title, string Source, string Country, string Device, string Browser, string Os, string Element, string ElementText, string Href,
        decimal Revenue, string Currency, Dictionary<string, string> Props)
    {
        public LoggedEvent ToEvent() => new(
            Id, Time, Name, IdText.Hex(VisitorId), SessionKey.Length > 0 ? SessionKey : IdText.Hex(SessionId), UserId, Hostname, Path, Title, Source,
            Country, Device, Browser, Os, Element, ElementText, Href, Revenue, Currency, Props);
    }
}

/// <summary>
/// A place in the list of newest events: its time and how many events of that very millisecond came before it. Events that arrive in the
/// meantime are newer and move nothing.
/// </summary>
internal readonly record struct EventCursor(long UnixMs, long Skip)
{
    public static EventCursor? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var unixMs)
            && unixMs < 4_102_444_800_000 // 2100: what a DateTimeOffset and the store can both hold
            && long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var skip) && skip <= int.MaxValue
            ? new(unixMs, skip)
            : null;
    }

    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs);

    /// <summary>The place after a page of events.</summary>
    public static EventCursor After(IReadOnlyList<LoggedEvent> page, EventCursor? before)
    {
        var last = page[^1].Time.ToUnixTimeMilliseconds();
        var ofThatMoment = page.Count(e => e.Time.ToUnixTimeMilliseconds() == last);
        return new(last, ofThatMoment + (before?.UnixMs == last ? before.Value.Skip : 0));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UnixMs}.{Skip}");
}
