using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

internal sealed partial class Truth
{
    /// <summary>All of them, newest first; without revenue, which depends on rates.</summary>
    public List<SessionSummary> SessionList(Question question) =>
        [.. Sessions(question).OrderByDescending(session => session[0].Timestamp).ThenBy(session => session[0].SessionId).Select(Summary)];

    /// <summary>A session's events in their order, as time, name, path, place, depth, dwell and revenue.</summary>
    public List<(DateTimeOffset Time, string Name, string Path, int X, int Y, int Depth, long DwellMs, decimal Revenue)> Journey(string id) =>
    [
        .. sessions[Identifier.Of(id)].OrderBy(e => e.Timestamp).ThenBy(e => e.Name == "pageleave" ? 0 : IsPageview(e) ? 1 : 2)
            .ThenBy(e => e.Name, StringComparer.Ordinal)
            .Select(e => (e.Timestamp, e.Name, e.Path, (int)e.X, (int)e.Y, (int)e.ScrollDepth, (long)e.DwellMs, e.Revenue)),
    ];

    private static SessionSummary Summary(List<EventRow> session)
    {
        var (first, last, entry) = (session[0], session[^1], FirstPage(session));
        return new SessionSummary(
            first.SessionKey, first.VisitorId.ToString("x16", null), "", first.Timestamp, last.Timestamp,
            (long)(last.Timestamp - first.Timestamp).TotalMilliseconds, session.Count(IsPageview), session.Count,
            entry?.Path ?? "", session.LastOrDefault(IsPageview)?.Path ?? "", entry?.Source ?? "", entry?.Channel ?? "",
            first.Device, first.Browser, "", first.Country, 0, false);
    }
}
