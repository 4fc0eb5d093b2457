using System.Globalization;
using System.Text;
using Analytics.QueryApi.Stats;

namespace Analytics.QueryApi.Query;

/// <summary>
/// Makes one statement of a query: at most one pass over events and one over sessions, each grouped by the dimensions and reading only the
/// columns that are asked for; their rows laid over each other; metrics computed from the sums. Columns of the answer: d0, d1, ... are the
/// dimensions, m0, m1, ... the metrics, c0, ... the currencies of those that are money.
/// </summary>
internal sealed class QuerySql
{
    private const string Lines = "arrayJoin(arrayZip("
        + "event.items.name, event.items.category, event.items.sku, event.items.quantity, event.items.price)) AS line";

    private readonly QuerySpec spec;
    private readonly QueryPlan plan;
    private readonly SqlValues values;
    private readonly FilterSql filters;

    private QuerySql(QuerySpec spec, SqlValues values, bool choosesEvents = false)
    {
        (this.spec, this.values) = (spec, values);
        plan = new QueryPlan(spec, choosesEvents);
        filters = new FilterSql(values);
    }

    /// <summary>The rows that the pagination asks for.</summary>
    public static (string Sql, IReadOnlyDictionary<string, object?> Values) Of(QuerySpec spec)
    {
        var query = New(spec);
        return (query.Rows(), query.values.All);
    }

    /// <summary>How many rows there are.</summary>
    public static (string Sql, IReadOnlyDictionary<string, object?> Values) CountOf(QuerySpec spec)
    {
        var query = New(spec);
        return ($"SELECT count() FROM ({query.Counted()}) AS counted {query.Where()}", query.values.All);
    }

    private static QuerySql New(QuerySpec spec)
    {
        var values = new SqlValues(spec.Site.SiteId, spec.Range.From, spec.Range.To);
        var query = new QuerySql(spec, values);
        if (query.plan.OfEvents.Any(count => count.Events?.Contains(Money.Rate, StringComparison.Ordinal) == true))
        {
            values.Add(spec.Money);
        }

        return query;
    }

    private string Rows()
    {
        var columns = spec.Dimensions.Select((_, i) => $"counted.d{i} AS d{i}").ToList();
        for (var i = 0; i < plan.Metrics.Count; i++)
        {
            columns.Add($"{plan.Metrics[i].Sql} AS m{i}");
            if (plan.Metrics[i].IsMoney)
            {
                columns.Add($"counted.currency AS c{i}, counted.currencies AS n{i}");
            }
        }

        if (spec.Include.TotalRows == true)
        {
            columns.Add("count() OVER () AS total_rows");
        }

        return $"""
            {Totals()}SELECT {string.Join(", ", columns)}
            FROM
            (
            {Counted()}
            ) AS counted{Groups()}
            {Where()}
            ORDER BY {Order()}
            LIMIT {values.Add("UInt32", spec.Pagination.Limit)} OFFSET {values.Add("UInt32", spec.Pagination.Offset)}
            """;
    }

    // The passes, laid over each other where there are two. Whoever has a table of finished sums to offer (rollups) does so here.
    private string Counted()
    {
        var passes = new List<string>();
        if (plan.OfEvents.Count > 0)
        {
            passes.Add(EventPass(plan.OfEvents));
        }

        if (plan.OfSessions.Count > 0)
        {
            passes.Add(SessionPass(plan.OfSessions));
        }

        if (passes.Count == 1)
        {
            return passes[0];
        }

        var sums = plan.OfEvents.Concat(plan.OfSessions).Select(count => $"{count.Merge}(part.{count.Name}) AS {count.Name}");
        return $"""
            SELECT {List([.. Keys("part."), .. sums])}
            FROM ({string.Join("\nUNION ALL\n", passes)}) AS part
            {GroupBy()}
            """;
    }

    private string EventPass(IReadOnlyList<Count> counts) =>
        counts.All(count => count.Events is not null) && spec.Dimensions.All(dimension => dimension.IsOfEvents)
            ? FlatEvents(counts)
            : EventsBySession(counts);

    private string FlatEvents(IReadOnlyList<Count> counts)
    {
        var keys = spec.Dimensions.Select((dimension, i) => $"{OfEvent(dimension)} AS d{i}").ToList();
        var sums = counts.Select(count =>
        {
            var sql = plan.Lines && count.OfLines is { } lines ? lines : plan.CountViews && count.OfViews is { } views ? views.Events : count.Events;
            return $"{sql} AS {count.Name}";
        });
        return $"""
            {With()}SELECT {List([.. keys, .. sums, .. Missing(counts)])}
            FROM {Events()}
            {GroupBy()}
            """;
    }

    // First by session, then what the whole session says is joined: to sessions and not to events, of which there are many more.
    private string EventsBySession(IReadOnlyList<Count> counts)
    {
        var (inner, groups, outer) = (new List<string>(), new List<string>(), new List<string>());
        for (var i = 0; i < spec.Dimensions.Count; i++)
        {
            if (spec.Dimensions[i].IsOfEvents)
            {
                inner.Add($"{OfEvent(spec.Dimensions[i])} AS d{i}");
                groups.Add($"d{i}");
            }

            outer.Add($"{(spec.Dimensions[i].IsOfEvents ? "of_session" : "session")}.d{i} AS d{i}");
        }

        inner.Add("event.session_id AS session_id");
        groups.Add("session_id");
        inner.AddRange(counts
            .Select(count => plan.Lines && count.OfLines is { } lines ? $"{lines} AS {count.Name}" : count.InSession)
            .Where(sql => sql.Length > 0));
        if (plan.CountViews)
        {
            inner.Add($"{Metric.Pageviews} AS viewed");
        }

        var sums = counts.Select(count => $"{(plan.CountViews && count.OfViews is { } views ? views.BySession : count.BySession)} AS {count.Name}");
        return $"""
            SELECT {List([.. outer, .. sums, .. Missing(counts)])}
            FROM
            (
                {With()}SELECT {List(inner)}
                FROM {Events()}
                GROUP BY {List(groups)}
            ) AS of_session{JoinSessions(counts)}
            {GroupBy()}
            """;
    }

    private string JoinSessions(IReadOnlyList<Count> counts)
    {
        var columns = counts.SelectMany(count => count.Columns).Distinct().Select(Column).ToList();
        for (var i = 0; i < spec.Dimensions.Count; i++)
        {
            if (!spec.Dimensions[i].IsOfEvents)
            {
                columns.Add($"{spec.Dimensions[i].SessionSql(values)} AS d{i}");
            }
        }

        return columns.Count == 0 ? "" : $"""

            LEFT JOIN
            (
                SELECT s.session_id AS session_id, {List(columns)}
                FROM {FilterSql.Sessions(spec.Dimensions)}
                WHERE {SessionRows.InPeriod}
                GROUP BY s.session_id
            ) AS session ON session.session_id = of_session.session_id
            """;
    }

    private string SessionPass(IReadOnlyList<Count> counts)
    {
        var columns = counts.SelectMany(count => count.Columns.Concat(count.SessionsOnly)).Except(["start"]).Distinct().Select(Column).ToList();
        var keys = new List<string>();
        for (var i = 0; i < spec.Dimensions.Count; i++)
        {
            if (spec.Dimensions[i].IsTime)
            {
                keys.Add($"{spec.Buckets!.Sql("session.start", values)} AS d{i}");
            }
            else
            {
                columns.Add($"{spec.Dimensions[i].SessionSql(values)} AS d{i}");
                keys.Add($"session.d{i} AS d{i}");
            }
        }

        var sums = counts.Select(count => $"{count.Sessions} AS {count.Name}");
        var before = plan.OfEvents.Select(count => $"{count.None} AS {count.Name}"); // in the order of the other pass
        return $"""
            SELECT {List([.. keys, .. before, .. sums])}
            FROM
            (
                SELECT {List(["s.session_id AS session_id", "min(s.start) AS start", .. columns])}
                FROM {Sessions}
                WHERE {SessionRows.InPeriod}
                GROUP BY s.session_id
                HAVING {SessionRows.BeganInPeriod} AND ({filters.OnSessions(spec.Filter)})
            ) AS session
            {GroupBy()}
            """;
    }

    private string Sessions => FilterSql.Sessions(spec.Dimensions.Concat(spec.Filter.Leaves.Select(leaf => leaf.Dimension)));

    private string Events() => $"""
        events AS event
        WHERE {EventRows.InPeriod}{(plan.PageviewsSuffice ? " AND event.name = 'pageview'" : "")} AND ({filters.OnEvents(spec.Filter)})
        """;

    private string OfEvent(QueryDimension dimension) => dimension.Kind switch
    {
        DimensionKind.Time => spec.Buckets!.Sql("event.timestamp", values),
        DimensionKind.Goal => GoalsMet(),
        _ => dimension.EventSql(values),
    };

    private string GoalsMet()
    {
        var goals = spec.Goals.Select(goal => $"if({goal.Condition(values)}, {values.Text(goal.Name)}, '')");
        return spec.Goals.Count == 0 ? "arrayJoin(emptyArrayString())" : $"arrayJoin(arrayFilter(goal -> goal != '', [{string.Join(", ", goals)}]))";
    }

    // Percentages are of one number: all visitors of the question, or of the question without its goals.
    private string Totals()
    {
        var totals = new List<string>();
        if (Uses(QueryMetric.AllVisitors))
        {
            totals.Add($"({(plan.VisitorsOfSessions ? VisitorsOfSessions() : VisitorsOfEvents(spec.Filter))}) AS {QueryMetric.AllVisitors}");
        }

        if (Uses(QueryMetric.AllPossibleVisitors))
        {
            totals.Add($"({VisitorsOfEvents(WithoutGoals())}) AS {QueryMetric.AllPossibleVisitors}");
        }

        return totals.Count == 0 ? "" : $"WITH {string.Join(", ", totals)}\n";
    }

    private string VisitorsOfEvents(FilterNode filter) =>
        $"SELECT {Metric.Visitors} FROM events AS event WHERE {EventRows.InPeriod}"
        + $"{(plan.PageviewsSuffice || plan.CountViews ? " AND event.name = 'pageview'" : "")} AND ({filters.OnEvents(filter)})";

    private string VisitorsOfSessions() => $"""
        SELECT uniqExact(session.visitor_id) FROM
        (
            SELECT s.session_id AS session_id, min(s.start) AS start, any(s.visitor_id) AS visitor_id
            FROM {Sessions}
            WHERE {SessionRows.InPeriod}
            GROUP BY s.session_id
            HAVING {SessionRows.BeganInPeriod} AND ({filters.OnSessions(spec.Filter)})
        ) AS session
        """;

    // Visitors by all dimensions but the goal, whether they met one or not; by page those of the same events as in the rows.
    private string Groups()
    {
        if (!Uses(QueryMetric.GroupVisitors))
        {
            return "";
        }

        var kept = spec.Dimensions.Index().Where(entry => entry.Item.Kind != DimensionKind.Goal).ToList();
        var group = new QuerySql(
            spec with { Dimensions = [.. kept.Select(entry => entry.Item)], Filter = WithoutGoals(), Metrics = [QueryMetric.Find("visitors")!] },
            values, plan.ChoosesEvents);
        var sql = group.EventPass([Count.Visitors]);
        return kept.Count == 0
            ? $"\nCROSS JOIN ({sql}) AS of_group"
            : $"\nLEFT JOIN ({sql}) AS of_group ON {string.Join(" AND ", kept.Select((entry, i) => $"of_group.d{i} = counted.d{entry.Index}"))}";
    }

    private FilterGroup WithoutGoals() =>
        spec.Filter.Without(leaf => leaf.Dimension.Kind is DimensionKind.Goal or DimensionKind.Property);

    private bool Uses(string name) => plan.Metrics.Any(metric => metric.Sql.Contains(name, StringComparison.Ordinal));

    private string Where()
    {
        var conditions = (spec.Only ?? [])
            .Select((texts, i) => texts is null ? null : $"counted.d{i} IN {values.Texts(texts)}")
            .OfType<string>().ToList();
        if (plan.CountViews)
        {
            // A page that nobody saw has a row only for what else is counted of it.
            conditions.Add($"({string.Join(" OR ", plan.OfEvents.Select(count => $"counted.{count.Name} != {count.None}"))})");
        }

        return conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
    }

    // What was asked for, then the dimensions: pages of the answer must not depend on chance.
    private string Order()
    {
        var order = new StringBuilder();
        foreach (var by in spec.OrderBy)
        {
            var metric = plan.Metrics.Select(known => known.Name).ToList().IndexOf(by.Name);
            var column = metric >= 0 ? $"m{metric}" : $"d{spec.Dimensions.Select(known => known.Name).ToList().IndexOf(by.Name)}";
            order.Append(CultureInfo.InvariantCulture, $"{column} {(by.Descending ? "DESC" : "ASC")} NULLS LAST, ");
        }

        order.AppendJoin(", ", spec.Dimensions.Select((_, i) => $"d{i}").DefaultIfEmpty("m0"));
        return order.ToString();
    }

    private IEnumerable<string> Keys(string prefix) => spec.Dimensions.Select((_, i) => $"{prefix}d{i} AS d{i}");

    private string GroupBy() => spec.Dimensions.Count == 0 ? "" : $"GROUP BY {string.Join(", ", spec.Dimensions.Select((_, i) => $"d{i}"))}";

    // Both passes have the same columns in the same order.
    private IEnumerable<string> Missing(IReadOnlyList<Count> counts) =>
        counts == plan.OfEvents ? plan.OfSessions.Select(count => $"{count.None} AS {count.Name}") : [];

    private string With() => plan.Lines ? $"WITH {Lines}\n" : "";

    private static string Column(string name) => $"{Count.SessionColumns[name]} AS {name}";

    private static string List(IEnumerable<string> sql) => string.Join(", ", sql);
}
