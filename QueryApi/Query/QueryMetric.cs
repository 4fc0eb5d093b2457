namespace Analytics.QueryApi.Query;

/// <summary>What the general query counts, each written once over its <see cref="Count"/>s, which are columns of <c>counted</c>.</summary>
/// <param name="Description">What is counted, with its unit; part of the documentation.</param>
internal sealed record QueryMetric(string Name, string Description, string Sql, params Count[] Of)
{
    /// <summary>Visitors of the whole question, one number.</summary>
    public const string AllVisitors = "all_visitors";

    /// <summary>The same without goals: whoever could have met one.</summary>
    public const string AllPossibleVisitors = "all_possible_visitors";

    /// <summary>The same of one group.</summary>
    public const string GroupVisitors = "of_group.visitors";

    public static IReadOnlyList<QueryMetric> All { get; } =
    [
        new("visitors", "different visitors", "counted.visitors", Count.Visitors),
        new("visits", "sessions", "counted.visits", Count.Visits),
        new("sessions", "sessions: our word for visits", "counted.visits", Count.Visits),
        new("pageviews", "events named pageview", "counted.pageviews", Count.Pageviews),
        new("events", "all events", "counted.events", Count.AllEvents),
        new("views_per_visit", "page views ÷ sessions", Ratio("counted.pageviews", "counted.visits", 2), Count.Pageviews, Count.Visits)
        {
            OfFilteredEvents = new(Ratio("counted.session_pageviews", "counted.visits", 2), [Count.SessionPageviews, Count.Visits]),
        },
        new("bounce_rate", "sessions with exactly one page view, in percent of all",
            Ratio("100 * counted.bounces", "counted.visits", 0), Count.Bounces, Count.Visits)
        {
            IsRate = true,
        },
        new("visit_duration", "mean time between a session's first and last event, in seconds",
            Ratio("counted.duration_ms / 1000", "counted.visits", 0), Count.DurationMs, Count.Visits),
        new("scroll_depth", "greatest depth that a session reached, in percent of the page, mean of those that left it",
            OrNull("counted.depths", "counted.leaves", 0), Count.Depths, Count.Leaves) { Needs = NeedsPage },
        new("time_on_page", "visible time a session, in seconds, mean of those that left the page",
            OrNull("counted.page_dwell_ms / 1000", "counted.leaves", 0), Count.PageDwellMs, Count.Leaves) { Needs = NeedsPage },
        new("percentage", "visitors in percent of all that the filters keep", Ratio("100 * counted.visitors", AllVisitors, 1), Count.Visitors)
        {
            Needs = NeedsDimensions,
        },
        new("conversion_rate", "visitors that met the goal, in percent of all", Ratio("100 * counted.visitors", AllPossibleVisitors, 2), Count.Visitors)
        {
            Needs = NeedsGoal, IsRate = true,
        },
        new("group_conversion_rate", "visitors that met the goal, in percent of those with the same dimensions",
            Ratio("100 * counted.visitors", GroupVisitors, 2), Count.Visitors) { Needs = NeedsGoal, IsRate = true },
        new("total_revenue", "sum of revenue, where it is of one currency", "if(counted.currencies = 1, counted.amount, NULL)",
            Count.Amount, Count.Currency, Count.Currencies) { IsMoney = true },
        new("average_revenue", "revenue ÷ events with revenue above 0, where it is of one currency",
            "if(counted.currencies = 1 AND counted.paid > 0, round(toFloat64(counted.paid_amount) / counted.paid, 4), NULL)",
            Count.PaidAmount, Count.Paid, Count.Currency, Count.Currencies) { IsMoney = true },
        new("revenue", "sum of revenue in the site's base currency, amounts without a rate left out, an order told twice once; of a product: price × "
            + "quantity of what was bought", "round(counted.revenue, 4)", Count.Revenue),
        new("orders", "purchases, an order told twice once", "counted.orders", Count.Orders),
        new("average_order_value", "revenue of orders ÷ orders that have a rate, in the site's base currency",
            "round(counted.order_revenue / greatest(counted.valued_orders, 1), 4)", Count.OrderRevenue, Count.ValuedOrders),
        new("items", "products bought, with their quantities", "counted.items", Count.Items),
        new("clicks", "events named click", "counted.clicks", Count.Clicks),
        new("rage_clicks", "events named rage_click", "counted.rage_clicks", Count.RageClicks),
        new("dead_clicks", "events named dead_click", "counted.dead_clicks", Count.DeadClicks),
        new("dwell", "visible time a session, in ms", Ratio("counted.dwell_ms", "counted.visits", 0), Count.DwellMs, Count.Visits),
        new("engagement_rate", "sessions with two page views, ten seconds of visible time or revenue, in percent of all",
            Ratio("100 * counted.engaged", "counted.visits", 1), Count.Engaged, Count.Visits) { IsRate = true },
        new("form_conversion", "sessions that submitted a form, in percent of those that began to fill one in",
            OrNull("100 * counted.forms_submitted", "counted.forms_started", 1), Count.FormsSubmitted, Count.FormsStarted) { IsRate = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(metric => metric.Name)];

    public const string NeedsPage = "needs the dimension event:page or a filter on it";
    public const string NeedsGoal = "needs the dimension event:goal or a filter on it";
    public const string NeedsDimensions = "needs dimensions";

    /// <summary>Without what it has no meaning, in words; one of the constants.</summary>
    public string? Needs { get; private init; }

    /// <summary>A share of a hundred: it changes by percentage points.</summary>
    public bool IsRate { get; private init; }

    /// <summary>Whether answers say its currency.</summary>
    public bool IsMoney { get; private init; }

    /// <summary>Whether nothing to count is no number: it is money, or a mean of what there is.</summary>
    public bool NullWhereNothing => IsMoney || Sql.Contains("NULL", StringComparison.Ordinal);

    /// <summary>Instead, where filters pick single events: a session keeps all its page views.</summary>
    public (string Sql, Count[] Of)? OfFilteredEvents { get; private init; }

    public static QueryMetric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    private static string Ratio(string of, string to, int digits) => $"if({to} = 0, 0, round({of} / {to}, {digits}))";

    private static string OrNull(string of, string to, int digits) => $"if({to} = 0, NULL, round({of} / {to}, {digits}))";
}
