using Analytics.Contracts;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Sessions;

/// <summary>One session, whatever days it touched, as the reports about single sessions read it.</summary>
internal sealed record SessionRow(
    ulong SessionId, string SessionKey, uint SiteId, ulong VisitorId, string UserId, DateTimeOffset Start, DateTimeOffset End, long Pageviews,
    long Events, long Clicks, string EntryPage, string ExitPage, string Source, string Channel, string Device, string Browser, string Os,
    string Country, decimal Revenue)
{
    /// <summary>Aggregates over <c>sessions AS s</c>, beside session_id, start and end.</summary>
    public const string Columns = """
        any(s.site_id) AS site_id, max(s.session_key) AS session_key, any(s.visitor_id) AS visitor_id, max(s.user_id) AS user_id,
        sum(s.pageviews) AS pageviews, sum(s.events) AS events, sum(s.clicks) AS clicks,
        argMinIfMerge(s.entry_page) AS entry_page, argMaxIfMerge(s.exit_page) AS exit_page,
        argMinIfMerge(s.entry_source) AS source, argMinIfMerge(s.entry_channel) AS channel,
        max(s.device) AS device, max(s.browser) AS browser, max(s.os) AS os, max(s.country) AS country, sum(s.revenue) AS revenue
        """;

    /// <summary>The id as the tracker sent it; our own where a contract carries none.</summary>
    public string Id => SessionKey.Length > 0 ? SessionKey : IdText.Hex(SessionId);

    public long DurationMs => (long)(End - Start).TotalMilliseconds;

    public SessionSummary ToSummary(bool hasReplay) => new(
        Id, IdText.Hex(VisitorId), UserId, Start, End, DurationMs, Pageviews, Events, EntryPage, ExitPage, Source, Channel, Device, Browser, Os,
        Country, Revenue, hasReplay);
}
