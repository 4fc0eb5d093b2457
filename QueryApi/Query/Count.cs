using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Query;

/// <summary>
/// One thing that is counted; metrics are made of them. Each is written for the three ways in which it can be had: over events; over
/// events that were first grouped by session; over sessions.
/// </summary>
/// <param name="Events">Aggregate over <c>events AS event</c>, or null where the events of a session must be seen together.</param>
/// <param name="InSession">With its name, the aggregate over one session's events of a group; empty where nothing is needed of them.</param>
/// <param name="BySession">Aggregate over those, <c>of_session</c>, and their <c>session</c>.</param>
/// <param name="Sessions">Aggregate over <c>session</c>, one row each, or null where sessions do not have it.</param>
/// <param name="Columns">What <paramref name="BySession"/> and <paramref name="Sessions"/> read of a session: of <see cref="SessionColumns"/>.</param>
internal sealed record Count(string Name, string? Events, string InSession, string BySession, string? Sessions, params string[] Columns)
{
    private const string Viewed = "of_session.viewed > 0";
    private const string IsOrder = $"{SaleRows.IsPurchase} AND {SaleRows.IsToldFirst}";

    public static readonly Count Visitors = new(
        "visitors", Metric.Visitors, "any(event.visitor_id) AS visitor_id", "uniqExact(of_session.visitor_id)",
        "uniqExact(session.visitor_id)")
    {
        OfViews = ("uniqExactIf(event.visitor_id, event.name = 'pageview')", $"uniqExactIf(of_session.visitor_id, {Viewed})"),
        SessionsOnly = ["visitor_id"],
    };

    public static readonly Count Pageviews = Sum("pageviews", Metric.Pageviews) with { IsOfViews = true };

    public static readonly Count AllEvents = Sum("events", Metric.Events) with { OfViews = (Metric.Pageviews, "sum(of_session.viewed)") };

    public static readonly Count Clicks = Sum("clicks", Metric.Clicks);

    /// <summary>In the site's base currency, by the rule of all reports.</summary>
    public static readonly Count Revenue = EventSum("revenue", $"sumIf({Money.Revenue}, {SaleRows.IsToldFirst})") with
    {
        OfLines = $"sumIf(line.5 * line.4 * {Money.Rate}, {IsOrder})",
    };

    /// <summary>In whatever currency it is.</summary>
    public static readonly Count Amount = EventSum("amount", "sum(event.revenue)");

    public static readonly Count RageClicks = EventSum("rage_clicks", "countIf(event.name = 'rage_click')");

    public static readonly Count DeadClicks = EventSum("dead_clicks", "countIf(event.name = 'dead_click')");

    public static readonly Count Paid = EventSum("paid", "countIf(event.revenue > 0)");

    public static readonly Count PaidAmount = EventSum("paid_amount", "sumIf(event.revenue, event.revenue > 0)");

    public static readonly Count Orders = EventSum("orders", $"countIf({IsOrder})");

    public static readonly Count ValuedOrders = EventSum("valued_orders", $"countIf({Money.Rate} > 0 AND {IsOrder})");

    public static readonly Count OrderRevenue = EventSum("order_revenue", $"sumIf({Money.Revenue}, {IsOrder})");

    public static readonly Count Items = EventSum("items", $"sumIf(arraySum(event.items.quantity), {IsOrder})") with
    {
        OfLines = $"sumIf(line.4, {IsOrder})",
    };

    public static readonly Count Currency = new(
        "currency", "maxIf(event.currency, event.revenue != 0)", "maxIf(event.currency, event.revenue != 0) AS currency",
        "max(of_session.currency)", null)
    {
        Merge = "max",
        None = "''",
    };

    public static readonly Count Currencies = new(
        "currencies", "uniqExactIf(event.currency, event.revenue != 0)",
        "groupUniqArrayIf(event.currency, event.revenue != 0) AS currencies", "length(groupUniqArrayArray(of_session.currencies))", null);

    public static readonly Count Visits = new("visits", null, "", "count()", "count()")
    {
        IsOfSession = true,
        OfViews = (null, $"countIf({Viewed})"),
    };

    public static readonly Count Bounces = OfSession("bounces", "countIf(session.pageviews = 1{0})", "pageviews");

    public static readonly Count SessionPageviews = OfSession("session_pageviews", "sumIf(session.pageviews, 1{0})", "pageviews");

    public static readonly Count DurationMs = OfSession(
        "duration_ms", "sumIf(dateDiff('millisecond', session.start, session.end), 1{0})", "start", "end");

    /// <summary>Sessions with two page views, ten seconds of visible time, or revenue.</summary>
    public static readonly Count Engaged = OfSession(
        "engaged", "countIf((session.pageviews >= 2 OR session.dwell_ms >= 10000 OR session.revenue > 0){0})",
        "pageviews", "dwell_ms", "revenue");

    public static readonly Count DwellMs = new(
        "dwell_ms", null, "sum(event.dwell_ms) AS dwell_ms", "sum(of_session.dwell_ms)", "sum(session.dwell_ms)")
    {
        IsOfSession = true,
        SessionsOnly = ["dwell_ms"],
    };

    public static readonly Count Leaves = new("leaves", null, "max(event.name = 'pageleave') AS page_left", "countIf(of_session.page_left)", null);

    public static readonly Count PageDwellMs = new(
        "page_dwell_ms", null, "sum(event.dwell_ms) AS page_dwell_ms", "sum(of_session.page_dwell_ms)", null);

    public static readonly Count Depths = new(
        "depths", null, "maxIf(event.scroll_depth, event.name = 'pageleave') AS depth", "sum(of_session.depth)", null);

    public static readonly Count FormsStarted = new(
        "forms_started", null, "max(event.name = 'form_start') AS form_started", "countIf(of_session.form_started)", null);

    public static readonly Count FormsSubmitted = new(
        "forms_submitted", null, "max(event.name = 'form_submit') AS form_submitted",
        "countIf(of_session.form_started AND of_session.form_submitted)", null);

    /// <summary>What a row of sessions can carry, as aggregates over <c>sessions AS s</c>.</summary>
    public static IReadOnlyDictionary<string, string> SessionColumns { get; } = new Dictionary<string, string>
    {
        ["visitor_id"] = "any(s.visitor_id)",
        ["start"] = "min(s.start)",
        ["end"] = "max(s.end)",
        ["pageviews"] = "sum(s.pageviews)",
        ["events"] = "sum(s.events)",
        ["clicks"] = "sum(s.clicks)",
        ["dwell_ms"] = "sum(s.dwell_ms)",
        ["revenue"] = "sum(s.revenue)",
    };

    /// <summary>Whether it is about whole sessions, also where filters pick some of their events.</summary>
    public bool IsOfSession { get; private init; }

    /// <summary>Whether it counts page views alone anyway.</summary>
    public bool IsOfViews { get; private init; }

    /// <summary>Instead, where a dimension counts page views alone.</summary>
    public (string? Events, string BySession)? OfViews { get; private init; }

    /// <summary>Instead of <see cref="Events"/>, where the events are split into their products, <c>line</c>.</summary>
    public string? OfLines { get; private init; }

    /// <summary>How the parts of several passes become one.</summary>
    public string Merge { get; private init; } = "sum";

    /// <summary>What a pass says that does not count it.</summary>
    public string None { get; private init; } = "0";

    /// <summary>Further <see cref="Columns"/> that only <see cref="Sessions"/> reads.</summary>
    public string[] SessionsOnly { get; private init; } = [];

    // A sum over events that sessions carry as well.
    private static Count Sum(string name, string events) =>
        new(name, events, $"{events} AS {name}", $"sum(of_session.{name})", $"sum(session.{name})") { SessionsOnly = [name] };

    private static Count EventSum(string name, string events) => new(name, events, $"{events} AS {name}", $"sum(of_session.{name})", null);

    private static Count OfSession(string name, string sql, params string[] columns)
    {
        var all = sql.Replace("{0}", "", StringComparison.Ordinal);
        return new(name, null, "", all, all, columns)
        {
            IsOfSession = true,
            OfViews = (null, sql.Replace("{0}", $" AND {Viewed}", StringComparison.Ordinal)),
        };
    }
}
