using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Query;

/// <summary>What the API's description says of the general query; the lists come from what it really takes.</summary>
internal static class QueryDocumentation
{
    public static string Text { get; } = $"""
        One question in one request. It is asked and answered as that of Plausible's Stats API v2, so that its clients work.

        **What is counted.** Split by dimensions of sessions alone (`visit:source`, `visit:device`), numbers are those of the sessions that began in the
        date range. Split by one of events (`event:page`, `visit:city`), they are those of the events in it, and a session counts where it has one; pages,
        hosts and titles count page views alone. Otherwise events are those of the range and sessions those that began in it. Several filters on
        `event:` dimensions must be met by one and the same event; numbers of sessions then are those of the sessions with such an event. All counts
        are exact.

        **Time.** Buckets follow the site's clock, also on the days on which it is changed: those have 23 or 25 hours, and the second of two hours of one
        name carries its offset. Buckets without a count are left out of `results`; `include.time_labels` names all.

        **date_range**: `{string.Join("`, `", DateRange.Names)}`, any other number of days or months (`90d`, `3mo`), or `[first, last]`: two dates or two
        times, both included. Days and months in a number are whole ones before the running one.

        **metrics**
        {Table(QueryMetric.All.Select(metric => (metric.Name, metric.Needs is null ? metric.Description : $"{metric.Description} ({metric.Needs})")))}

        **dimensions**
        {Table(QueryDimension.All.Select(dimension => (dimension.Name, dimension.Description)).Append(("event:props:<name>", "property of the event")).Append(("user:props:<name>", "property that identify told last of the session's user; filters only")))}

        **filters**: `[operator, dimension, [values]]`, and as a fourth `case_sensitive: false` in an object. Operators:
        `{string.Join("`, `", FilterOperators.OfDimensions)}` (`matches` takes RE2 expressions, `matches_wildcard` takes `*`). Put together by
        `["and", [...]]`, `["or", [...]]`, `["not", filter]`; `["has_done", filter]` and `["has_not_done", filter]` keep sessions with such an event;
        `["is", "segment", [ids]]` stands for the filters of a segment. Where nothing is known of a dimension, its value is what answers say
        (`(not set)`, `(none)`, `Direct / None`) or an empty text.

        **include.comparisons**: `mode` previous_period, year_over_year or custom (with `date_range`), `match_day_of_week`; each row gets a `comparison` with
        `change` in percent, of rates in percentage points. **include.trim_relative_date_range** ends `day` with the running hour, `month` and `year` with the
        running day.

        **Where it differs from Plausible.** `events` are all events: clicks and page leaves, which trackers send by themselves, too; filter on `event:name`
        or a goal. `visit_duration` goes to the last event of any kind. Metrics of sessions go together with dimensions and filters of events; they are then those of
        the sessions that have such an event, not of those that began with it. `visit:city` and `visit:region` are names and not numbers. `total_revenue` needs no
        goal. There are no imported numbers. Errors are problem+json, with Plausible's `error` in it.
        """;

    private static readonly (string Name, string Summary, string Json)[] Examples =
    [
        ("aggregate", "Headline numbers", """
            {"site_id": "shop.example", "metrics": ["visitors", "visits", "pageviews", "bounce_rate"], "date_range": "7d"}
            """),
        ("timeseries", "Over time, compared with the time before", """
            {"site_id": "shop.example", "metrics": ["visitors"], "date_range": "28d", "dimensions": ["time:day"],
             "include": {"time_labels": true, "comparisons": {"mode": "previous_period"}}}
            """),
        ("breakdown", "Cities of countries that are known, the first hundred", """
            {"site_id": "shop.example", "metrics": ["visitors", "bounce_rate"], "date_range": "30d",
             "dimensions": ["visit:country_name", "visit:city_name"], "filters": [["is_not", "visit:country_name", [""]]],
             "order_by": [["visitors", "desc"]], "include": {"total_rows": true}, "pagination": {"limit": 100}}
            """),
        ("behaviour", "Who signed up after the prices, by source", """
            {"site_id": "shop.example", "metrics": ["visitors", "events"], "date_range": ["2026-11-01", "2026-11-20"], "dimensions": ["visit:source"],
             "filters": [["is", "event:name", ["signup"]], ["has_done", ["contains", "event:page", ["/pricing"]]]]}
            """),
    ];

    private const string Answer = """
        {"results": [{"metrics": [1202, 43], "dimensions": ["Germany", "Berlin"]}],
         "meta": {"total_rows": 1},
         "query": {"site_id": "shop.example", "metrics": ["visitors", "bounce_rate"],
                   "date_range": ["2026-10-21T00:00:00+02:00", "2026-11-19T23:59:59+01:00"],
                   "filters": [["is_not", "visit:country_name", [""]]], "dimensions": ["visit:country_name", "visit:city_name"],
                   "order_by": [["visitors", "desc"]], "include": {"total_rows": true}, "pagination": {"offset": 0, "limit": 100}}}
        """;

    public static Task AddExamples(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        if (operation.RequestBody?.Content is { } taken && taken.TryGetValue("application/json", out var body))
        {
            body.Examples = Examples.ToDictionary(
                example => example.Name,
                example => (IOpenApiExample)new OpenApiExample { Summary = example.Summary, Value = JsonNode.Parse(example.Json) });
        }

        if (operation.Responses is { } responses && responses.TryGetValue("200", out var ok) && ok.Content is { } given
            && given.TryGetValue("application/json", out var answer))
        {
            answer.Example = JsonNode.Parse(Answer);
        }

        return Task.CompletedTask;
    }

    private static string Table(IEnumerable<(string Name, string Description)> rows) =>
        $"\n| name | meaning |\n|---|---|\n{string.Join('\n', rows.Select(row => $"| `{row.Name}` | {row.Description} |"))}\n";
}
