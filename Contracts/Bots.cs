namespace Analytics.Contracts;

/// <summary>Events that came in and are not stored: robots, objections, what the owner blocks.</summary>
/// <param name="Dropped">How many in all.</param>
/// <param name="Stored">Events of the same period that are stored.</param>
/// <param name="Reasons">Most first.</param>
/// <param name="Contracts">By the contract on which they came, most first.</param>
/// <param name="Interval">hour, day, week or month: the length of a point.</param>
/// <param name="Points">Over the period; none is left out.</param>
public sealed record BotsResponse(
    long Dropped, long Stored, IReadOnlyList<DropCount> Reasons, IReadOnlyList<DropCount> Contracts, string Interval,
    IReadOnlyList<DropPoint> Points);

/// <param name="Name">
/// A reason: bot (says so itself), automation (a browser that a program steers), referrer_spam, rate (more than a person can do), opted_out,
/// blocked_ip, blocked_path, blocked_host, unknown_site, unknown_session. Or a contract.
/// </param>
/// <param name="Count">Events.</param>
/// <param name="Share">Of all that were dropped, 0 to 1.</param>
public sealed record DropCount(string Name, long Count, double Share);

/// <param name="Time">Begin of the bucket, with the site's offset from UTC at that moment.</param>
/// <param name="Dropped">Events.</param>
/// <param name="Reasons">By reason, those of the bucket alone.</param>
public sealed record DropPoint(DateTimeOffset Time, long Dropped, IReadOnlyDictionary<string, long> Reasons);
