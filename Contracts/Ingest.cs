namespace Analytics.Contracts;

/// <summary>How the taking in of events goes: what reached the store, and what the collectors say.</summary>
/// <param name="Time">When this was asked.</param>
/// <param name="Events">Events of the last 60 minutes, by their own time.</param>
/// <param name="Newest">Time of the newest stored event of the last 30 days; null where there is none.</param>
/// <param name="LagSeconds">How long ago that was. On a busy site this is how far the store is behind.</param>
/// <param name="Minutes">The last 60 minutes, oldest first, the running one last; none is left out.</param>
/// <param name="Dropped">What the last 24 hours dropped, by reason, most first.</param>
/// <param name="Sites">The sites that the key sees.</param>
/// <param name="Collectors">What each collector says of itself and of the buffer, which they share. Empty where none is configured.</param>
public sealed record IngestResponse(
    DateTimeOffset Time, long Events, DateTimeOffset? Newest, double? LagSeconds, IReadOnlyList<IngestMinute> Minutes,
    IReadOnlyList<IngestDrop> Dropped, IReadOnlyList<IngestSite> Sites, IReadOnlyList<CollectorHealth> Collectors);

/// <param name="Time">Begin of the minute.</param>
public sealed record IngestMinute(DateTimeOffset Time, long Events);

/// <param name="Reason">Why: bot, automation, opted_out, ...</param>
/// <param name="Count">Events.</param>
public sealed record IngestDrop(string Reason, long Count);

/// <param name="Events">Of the last 60 minutes.</param>
/// <param name="Newest">Time of its newest event of the last 30 days; null where there is none.</param>
public sealed record IngestSite(string Site, long Events, DateTimeOffset? Newest);

/// <param name="Address">Where the collector is.</param>
/// <param name="Problem">Why it says nothing; null where it answered.</param>
/// <param name="Report">Null where it did not answer.</param>
public sealed record CollectorHealth(string Address, string? Problem, CollectorReport? Report);

/// <summary>One collector's figures since its start.</summary>
/// <param name="Accepted">Events.</param>
/// <param name="Dropped">Events that are not stored on purpose.</param>
/// <param name="Refused">Events that were wrong.</param>
/// <param name="TurnedAway">Requests answered 503.</param>
/// <param name="IsWriter">Of several collectors one writes at a time.</param>
/// <param name="SetAside">Inserts that ClickHouse refused for good.</param>
/// <param name="Buffer">What waits to be written; shared by all collectors.</param>
public sealed record CollectorReport(
    DateTimeOffset Since, long Accepted, long Dropped, long Refused, long TurnedAway, bool IsWriter, long SetAside, BufferReport Buffer);

/// <param name="Entries">Requests.</param>
/// <param name="LagSeconds">Age of the oldest entry.</param>
/// <param name="Durable">Whether accepted events outlive Redis's process; null: Redis does not say.</param>
public sealed record BufferReport(long Entries, long Rows, long Bytes, double LagSeconds, bool? Durable = null);
