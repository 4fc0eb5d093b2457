using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

/// <summary>
/// What reports should say, worked out from the list of all events in plain C#: no SQL, no code of the API. Slow and obvious. Reports of
/// one kind each stand in a file of their own.
/// </summary>
/// <param name="all">Every event of the site.</param>
internal sealed partial class Truth(IReadOnlyList<EventRow> all, string zone)
{
    private readonly TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(zone);
    private readonly Dictionary<ulong, List<EventRow>> sessions = all.GroupBy(e => e.SessionId).ToDictionary(
        session => session.Key, session => session.OrderBy(e => e.Timestamp).ToList());

    /// <summary>Whole days on the site's clock, both included, and values by dimension.</summary>
    public sealed record Question(string From, string To, params (string Dimension, string Value)[] Filters)
    {
        public string Query => $"from={From}&to={To}" + string.Concat(Filters.Select(f => $"&{f.Dimension}={Uri.EscapeDataString(f.Value)}"));
    }

    private static readonly Dictionary<string, Func<EventRow, string>> EventDimensions = new()
    {
        ["page"] = e => e.Path,
        ["hostname"] = e => e.Hostname,
        ["title"] = e => e.Title,
        ["event"] = e => e.Name,
        ["device"] = e => e.Device,
        ["browser"] = e => e.Browser,
        ["country"] = e => e.Country,
    };

    private static readonly Dictionary<string, Func<IReadOnlyList<EventRow>, string>> SessionDimensions = new()
    {
        ["entry_page"] = session => FirstPage(session)?.Path ?? "",
        ["exit_page"] = session => session.LastOrDefault(IsPageview)?.Path ?? "",
        ["source"] = session => FirstPage(session)?.Source ?? "",
        ["channel"] = session => FirstPage(session)?.Channel ?? "",
        ["utm_campaign"] = session => FirstPage(session)?.UtmCampaign ?? "",
        ["device"] = session => session[0].Device,
        ["browser"] = session => session[0].Browser,
        ["country"] = session => session[0].Country,
    };

    private static EventRow? FirstPage(IReadOnlyList<EventRow> session) => session.FirstOrDefault(IsPageview);

    private static bool IsPageview(EventRow e) => e.Name == "pageview";

    private DateTimeOffset Midnight(string day, int daysLater = 0)
    {
        var local = DateTime.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).AddDays(daysLater);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private (DateTimeOffset From, DateTimeOffset To) Span(Question question) => (Midnight(question.From), Midnight(question.To, 1));

    /// <summary>Events of the days that the filters keep.</summary>
    private List<EventRow> Events(Question question)
    {
        var (from, to) = Span(question);
        return [.. all.Where(e => e.Timestamp >= from && e.Timestamp < to && question.Filters.All(filter =>
            EventDimensions.TryGetValue(filter.Dimension, out var ofEvent)
                ? ofEvent(e) == filter.Value
                : SessionDimensions[filter.Dimension](sessions[e.SessionId]) == filter.Value))];
    }

    /// <summary>Sessions that began on the days and that the filters keep, each with all its events in order. Of filters on events one event must meet all.</summary>
    private List<List<EventRow>> Sessions(Question question)
    {
        var (from, to) = Span(question);
        var ofSessions = question.Filters.Where(filter => SessionDimensions.ContainsKey(filter.Dimension)).ToList();
        var ofEvents = question.Filters.Except(ofSessions).ToList();
        return [.. sessions.Values.Where(session => session[0].Timestamp >= from && session[0].Timestamp < to
            && ofSessions.All(filter => SessionDimensions[filter.Dimension](session) == filter.Value)
            && (ofEvents.Count == 0 || session.Any(e => ofEvents.All(filter => EventDimensions[filter.Dimension](e) == filter.Value))))];
    }

    private static double Share(double part, double whole) => whole == 0 ? 0 : part / whole;
}
