using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Paths;

internal static class PathsEndpoint
{
    public static void MapPaths(this IEndpointRouteBuilder stats) => stats
        .MapGet("/paths", Handle)
        .WithSummary("Which pages sessions went through, as the nodes and links of a Sankey diagram")
        .WithDescription("Counts the sessions that began in the period and that the filters keep, by their page views in order of time. A page that is seen "
            + "several times in a row is one. From a start page on, up to an end page, or from the first page on.");

    private static async Task<Ok<PathsResponse>> Handle(StatsQuery query, PathsQuery wanted, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        values["steps"] = wanted.Steps;
        values["nodes"] = wanted.Nodes;
        var walks = Walks(query, wanted, values);
        var top = await clickHouse.QueryAsync<TopPage>(
            $$"""
            SELECT step, page
            FROM ({{walks}})
            ARRAY JOIN walk AS page, arrayMap(i -> i + skipped, arrayEnumerate(walk)) AS step
            GROUP BY step, page
            ORDER BY step, count() DESC, page
            LIMIT {nodes:UInt32} BY step
            """,
            values, ct);
        values["top"] = Enumerable.Range(1, wanted.Steps).Select(step => top.Where(page => page.Step == step).Select(page => page.Page).ToArray()).ToArray();
        return TypedResults.Ok(ToResponse(wanted.Steps, await clickHouse.QueryAsync<Move>(MovesSql(walks), values, ct)));
    }

    // A session's walk is at most {steps} pages; skipped is the number of steps before it where it is too short to begin at the first.
    private static string Walks(StatsQuery query, PathsQuery wanted, Dictionary<string, object?> values)
    {
        var (at, slice, skipped, goesOn) = wanted switch
        {
            { Start.Length: > 0 } => (
                $"arrayFirstIndex(page -> {EventCondition.Path("page", wanted.Start, "start", values)}, pages)",
                "arraySlice(pages, place, {steps:UInt8})", "0", "place + {steps:UInt8} <= length(pages)"),
            { End.Length: > 0 } => (
                $"arrayLastIndex(page -> {EventCondition.Path("page", wanted.End, "end", values)}, pages)",
                "arraySlice(pages, if(place > {steps:UInt8}, place - {steps:UInt8} + 1, 1), least(place, {steps:UInt8}))",
                "{steps:UInt8} - length(walk)", "1"),
            _ => ("notEmpty(pages)", "arraySlice(pages, 1, {steps:UInt8})", "0", "{steps:UInt8} < length(pages)"),
        };

        // The events themselves tell when a session began; only filters ask for its row.
        var kept = query.Filters.OnSessions is { Length: > 0 } filters
            ? $" AND event.session_id IN (SELECT s.session_id FROM sessions AS s WHERE {SessionRows.InPeriod} GROUP BY s.session_id HAVING 1{filters})"
            : "";
        return $$"""
            SELECT {{at}} AS place, {{slice}} AS walk, toUInt8({{skipped}}) AS skipped, {{goesOn}} AS goes_on
            FROM
            (
                SELECT arrayCompact(arrayMap(
                    view -> view.2, arraySort(groupArrayIf((event.timestamp, event.path), event.name = '{{EventNames.Pageview}}')))) AS pages
                FROM events AS event
                WHERE event.site_id = {site:UInt32}
                    AND toDate(event.timestamp) >= toDate({from:DateTime64(3, 'UTC')} - INTERVAL 1 DAY) AND event.timestamp >= {from:DateTime64(3, 'UTC')} - INTERVAL 1 DAY
                    AND toDate(event.timestamp) <= toDate({to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY) AND event.timestamp < {to:DateTime64(3, 'UTC')} + INTERVAL 1 DAY{{kept}}
                GROUP BY event.session_id
                HAVING min(event.timestamp) >= {from:DateTime64(3, 'UTC')} AND min(event.timestamp) < {to:DateTime64(3, 'UTC')}
            )
            WHERE place > 0
            """;
    }

    // From each node to the next one; a walk's last has none: it ended there, or only our view of it (goes_on).
    private static string MovesSql(string walks) => $$"""
        SELECT
            step, node.1 AS page, node.2 AS other, next.1 AS next_page, next.2 AS next_kind, count() AS sessions
        FROM
        (
            SELECT
                skipped, goes_on,
                arrayMap(
                    (page, i) -> if(has({top:Array(Array(String))}[i + skipped], page), (page, toUInt8(0)), ('', toUInt8(1))),
                    walk, arrayEnumerate(walk)) AS nodes
            FROM ({{walks}})
        )
        ARRAY JOIN
            arrayMap(i -> i + skipped, arrayEnumerate(nodes)) AS step,
            nodes AS node,
            arrayPushBack(arrayPopFront(nodes), ('', if(goes_on, toUInt8(3), toUInt8(2)))) AS next
        GROUP BY step, node, next
        """;

    private static PathsResponse ToResponse(int steps, List<Move> moves)
    {
        var nodes = moves.GroupBy(move => new Place(move.Step, move.Page, move.Other == 1))
            .Select(node => new PathNode(
                node.Key.Step, node.Key.Page, node.Key.Other, node.Sum(move => move.Sessions),
                node.Where(move => move.NextKind == NextKind.Ended).Sum(move => move.Sessions)))
            .OrderBy(node => node.Step).ThenBy(node => node.Other).ThenByDescending(node => node.Sessions)
            .ThenBy(node => node.Page, StringComparer.Ordinal)
            .ToList();
        var index = nodes.Index().ToDictionary(node => new Place(node.Item.Step, node.Item.Page, node.Item.Other), node => node.Index);
        var links = moves.Where(move => move.NextKind is NextKind.Page or NextKind.Other)
            .Select(move => new PathLink(
                index[new Place(move.Step, move.Page, move.Other == 1)],
                index[new Place(move.Step + 1, move.NextPage, move.NextKind == NextKind.Other)], move.Sessions))
            .OrderBy(link => link.Source).ThenBy(link => link.Target)
            .ToList();

        // Every walk has one last node.
        var sessions = moves.Where(move => move.NextKind is NextKind.Ended or NextKind.GoesOn).Sum(move => move.Sessions);
        return new PathsResponse(sessions, steps, nodes, links);
    }

    private enum NextKind
    {
        Page,
        Other,
        Ended,
        GoesOn,
    }

    private readonly record struct Place(int Step, string Page, bool Other);

    private sealed record TopPage(int Step, string Page);

    private sealed record Move(int Step, string Page, int Other, string NextPage, NextKind NextKind, long Sessions);
}
