namespace Analytics.Contracts;

/// <summary>JavaScript errors of a site, those of one message and place together.</summary>
/// <param name="Errors">How many errors happened in all.</param>
/// <param name="Visitors">Different visitors who met one.</param>
/// <param name="Sessions">Different sessions with one.</param>
/// <param name="Total">How many groups there are in all.</param>
public sealed record PageErrorsResponse(long Errors, long Visitors, long Sessions, IReadOnlyList<PageErrorGroup> Groups, long Total);

/// <summary>Errors of one message and place.</summary>
/// <param name="Id">16 hex digits, made of type, message and place: the same in every period.</param>
/// <param name="Kind">error, or rejection of a promise that nobody awaited.</param>
/// <param name="Type">The error's class: TypeError, ...</param>
/// <param name="Source">Address of the script.</param>
/// <param name="Line">In the script, from 1; 0 where unknown.</param>
/// <param name="Column">In the line, from 1; 0 where unknown.</param>
/// <param name="Visitors">Different visitors who met it.</param>
/// <param name="Sessions">Different sessions with it.</param>
/// <param name="FirstSeen">The period's first.</param>
/// <param name="LastSeen">The period's last.</param>
/// <param name="Browsers">Names of browsers in which it happened, by alphabet; at most 20.</param>
/// <param name="Pages">Different pages on which it happened.</param>
/// <param name="Page">Path of the page where it happened last.</param>
public sealed record PageErrorGroup(
    string Id, string Kind, string Type, string Message, string Source, int Line, int Column, long Count, long Visitors, long Sessions,
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, IReadOnlyList<string> Browsers, long Pages, string Page);

/// <summary>One group of errors.</summary>
/// <param name="Interval">minute, hour, day, week or month: the length of a point.</param>
/// <param name="Points">How many happened, over the period; none is left out.</param>
/// <param name="Browsers">With their versions.</param>
/// <param name="Recent">The last ones, newest first.</param>
public sealed record PageErrorDetail(
    PageErrorGroup Group, string Interval, IReadOnlyList<PageErrorPoint> Points, IReadOnlyList<PageErrorShare> Pages,
    IReadOnlyList<PageErrorShare> Browsers, IReadOnlyList<PageErrorShare> Os, IReadOnlyList<PageErrorShare> Devices,
    IReadOnlyList<PageErrorOccurrence> Recent);

/// <param name="Time">Begin of the bucket, with the site's offset from UTC at that moment.</param>
public sealed record PageErrorPoint(DateTimeOffset Time, long Count);

/// <param name="Count">Errors with this value.</param>
public sealed record PageErrorShare(string Value, long Count);

/// <param name="SessionId">Leads to the journey, and to its recording.</param>
/// <param name="VisitorId">16 hex digits.</param>
/// <param name="Stack">As the browser wrote it, without query strings.</param>
public sealed record PageErrorOccurrence(
    DateTimeOffset Time, string Hostname, string Path, string SessionId, string VisitorId, string Browser, string BrowserVersion, string Os,
    string Stack);
