using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Events;

/// <summary>From the names of a site's events to their properties, and to the values of one.</summary>
internal static class EventsEndpoint
{
    public static void MapEvents(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/events", Names)
            .WithSummary("The names of the period's events, most frequent first")
            .WithDescription("Counts events of the period that the filters keep. custom are those that the site's own code names; the others "
                + "trackers collect by themselves.");
        stats.MapGet("/events/{name}", Properties)
            .WithSummary("The properties of one kind of event")
            .WithDescription("For each property how many of the period's events of that name carry it, and how many different values it has. A "
                + "name that no event has is answered with zeros. Of an event named log, ask for a property: /events/log is the log.");
        stats.MapGet("/events/{name}/properties/{property}", Values)
            .WithSummary("The values of one property of one kind of event, most frequent first")
            .WithDescription("Counts the period's events of that name that carry the property.");
    }

    private static async Task<Ok<EventNamesResponse>> Names(
        StatsQuery query, EventKind kind, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var groups = $"""
            SELECT
                event.name AS name, {Metric.Events} AS count, {Metric.Visitors} AS visitors, uniqExact(event.session_id) AS sessions,
                {Metric.Revenue} AS revenue, max(event.timestamp) AS last_seen
            FROM {EventRows.Of(query)}{kind.Condition}
            GROUP BY name
            """;
        var (rows, total) = await GroupPage.ReadAsync<NameRow>(clickHouse, groups, "count DESC, name", query.Values, paging, ct);
        return TypedResults.Ok(new EventNamesResponse(
            [.. rows.Select(row => new EventNameRow(
                row.Name, !EventNames.Automatic.Contains(row.Name), row.Count, row.Visitors, row.Sessions, row.Revenue, row.LastSeen))],
            total));
    }

    private static async Task<Ok<EventPropertiesResponse>> Properties(
        string name, StatsQuery query, Paging paging, HttpContext context, ClickHouse clickHouse, CancellationToken ct)
    {
        NoteTraits(context, name);
        var values = query.Values;
        values["name"] = RouteText.Of(name);
        var all = clickHouse.QueryAsync<Whole>(
            $$"""
            SELECT {{Metric.Events}} AS count, {{Metric.Visitors}} AS visitors, min(event.timestamp) AS first_seen, max(event.timestamp) AS last_seen
            FROM {{EventRows.Of(query)}} AND event.name = {name:String}
            """,
            values, ct);
        var groups = $$"""
            SELECT prop.1 AS name, count() AS count, uniqExact(prop.2) AS value_count, argMax(prop.2, (time, prop.2)) AS example
            FROM
            (
                SELECT event.timestamp AS time, arrayZip(mapKeys(event.props), mapValues(event.props)) AS props
                FROM {{EventRows.Of(query)}} AND event.name = {name:String}
            ) AS carried
            ARRAY JOIN carried.props AS prop
            GROUP BY name
            """;
        var (rows, total) = await GroupPage.ReadAsync<PropertyRow>(clickHouse, groups, "count DESC, name", values, paging, ct);
        var whole = (await all).Single();
        return TypedResults.Ok(new EventPropertiesResponse(
            RouteText.Of(name), whole.Count, whole.Visitors, whole.Count == 0 ? null : whole.FirstSeen, whole.Count == 0 ? null : whole.LastSeen,
            [.. rows.Select(row => new EventProperty(row.Name, row.Count, row.ValueCount, row.Example))], total));
    }

    private static async Task<Ok<PropertyValuesResponse>> Values(
        string name, string property, StatsQuery query, Paging paging, HttpContext context, ClickHouse clickHouse, CancellationToken ct)
    {
        NoteTraits(context, name);
        var values = query.Values;
        values["name"] = RouteText.Of(name);
        values["property"] = RouteText.Of(property);
        var groups = $$"""
            SELECT event.props[{property:String}] AS value, {{Metric.Events}} AS count, {{Metric.Visitors}} AS visitors, {{Metric.Revenue}} AS revenue
            FROM {{EventRows.Of(query)}} AND event.name = {name:String} AND mapContains(event.props, {property:String})
            GROUP BY value
            """;
        var (rows, total) = await GroupPage.ReadAsync<ValueRow>(clickHouse, groups, "count DESC, value", values, paging, ct);
        return TypedResults.Ok(new PropertyValuesResponse(
            RouteText.Of(name), RouteText.Of(property), [.. rows.Select(row => new PropertyValue(row.Value, row.Count, row.Visitors, row.Revenue))],
            total));
    }

    // The properties of identify are what is known of single people.
    private static void NoteTraits(HttpContext context, string name)
    {
        if (RouteText.Of(name) == EventNames.Identify)
        {
            context.NotePeople();
        }
    }

    private sealed record NameRow(
        string Name, long Count, long Visitors, long Sessions, decimal Revenue, DateTimeOffset LastSeen, long Total) : IGroupRow;

    private sealed record PropertyRow(string Name, long Count, long ValueCount, string Example, long Total) : IGroupRow;

    private sealed record ValueRow(string Value, long Count, long Visitors, decimal Revenue, long Total) : IGroupRow;

    private sealed record Whole(long Count, long Visitors, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

    /// <summary>Which names: all, the site's own, or those that trackers collect.</summary>
    internal sealed record EventKind(string Kind) : IQueryPart
    {
        private static readonly ChoiceParameter KindName = new(
            "kind", "all names; custom: those of the site's own code; automatic: those that trackers collect by themselves.",
            ["all", "custom", "automatic"], "all");

        public static IReadOnlyList<QueryParameter> Parameters { get; } = [KindName];

        public string Condition => Kind switch
        {
            "custom" => $" AND event.name NOT IN {EventNames.AutomaticSql}",
            "automatic" => $" AND event.name IN {EventNames.AutomaticSql}",
            _ => "",
        };

        public static ValueTask<EventKind> BindAsync(HttpContext context) =>
            ValueTask.FromResult(new EventKind(QueryReader.Of(context).Read(KindName)));
    }
}
