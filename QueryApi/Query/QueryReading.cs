using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Sites;
using Analytics.Storage;

namespace Analytics.QueryApi.Query;

/// <summary>Makes a <see cref="QuerySpec"/> of a request's fields, or names what is wrong with them.</summary>
/// <param name="first">When the site's first session began: the begin of all.</param>
internal sealed class QueryReading(
    Site site, Stats.Money money, QueryBody body, FilterReader filters, IReadOnlyList<QueryGoal> goals, DateTimeOffset now, DateTimeOffset? first)
{
    public static readonly string[] Fields =
        ["site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination"];

    private const string Trim = "trim_relative_date_range";

    private static readonly string[] Modes = ["previous_period", "year_over_year", "custom"];

    private readonly TimeZoneInfo zone = SiteRules.FindZone(site.Timezone) ?? TimeZoneInfo.Utc;

    /// <summary>The query and the time that it is compared with; null where something is wrong.</summary>
    public (QuerySpec Spec, DateRange? Comparison)? Read(Dictionary<string, JsonElement> fields)
    {
        var metrics = ReadMetrics(fields.GetValueOrDefault("metrics"));
        var whole = ReadRange(fields.GetValueOrDefault("date_range"), "date_range");
        var range = IsTrimmed(fields) ? whole?.Trimmed(now) : whole;
        var dimensions = fields.TryGetValue("dimensions", out var list) ? ReadDimensions(list, range) : [];
        var filter = fields.TryGetValue("filters", out var tree) ? filters.Read(tree, "filters") : FilterGroup.Nothing;
        var pagination = fields.TryGetValue("pagination", out var page) ? ReadPagination(page) : new QueryPagination();
        Check(metrics, dimensions, filter);

        var order = fields.TryGetValue("order_by", out var by) ? ReadOrder(by, metrics, dimensions) : DefaultOrder(metrics, dimensions);
        var (include, comparison) = fields.TryGetValue("include", out var what) ? ReadInclude(what, dimensions, whole) : (new QueryInclude(), null);
        if (body.Errors.Any || range is null)
        {
            return null;
        }

        return (new QuerySpec(site, money, range, metrics, dimensions, Shown(filter), filter, order, include, pagination), comparison);
    }

    // Only of the ranges that run on: the running day of two dates is wanted whole.
    private static bool IsTrimmed(Dictionary<string, JsonElement> fields) =>
        fields.GetValueOrDefault("date_range") is { ValueKind: JsonValueKind.String } name && name.GetString() is "day" or "month" or "year"
        && fields.GetValueOrDefault("include") is { ValueKind: JsonValueKind.Object } include
        && include.TryGetProperty(Trim, out var trim) && trim.ValueKind == JsonValueKind.True;

    private List<QueryMetric> ReadMetrics(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Undefined)
        {
            body.Errors.Add("metrics", $"This field is required: {string.Join(", ", QueryMetric.Names)}.");
            return [];
        }

        var metrics = new List<QueryMetric>();
        foreach (var (element, path) in body.List(json, "metrics", min: 1, max: QueryMetric.All.Count) ?? [])
        {
            if (body.Choice(element, path, QueryMetric.Names) is not { } name)
            {
                continue;
            }

            if (metrics.Any(metric => metric.Name == name))
            {
                body.Errors.Add(path, $"'{name}' is there already.");
            }
            else
            {
                metrics.Add(QueryMetric.Find(name)!);
            }
        }

        return metrics;
    }

    private DateRange? ReadRange(JsonElement json, string path)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String when json.GetString() == DateRange.All:
                var today = Stats.LocalTime.ToDay(zone, now);
                var begin = first is { } time ? Stats.LocalTime.ToDay(zone, time) : today;
                return DateRange.OfDays(begin < today ? begin : today, today, zone);
            case JsonValueKind.String:
                var name = json.GetString()!;
                if (DateRange.Named(name, zone, now) is not { } range)
                {
                    body.Errors.Add(path, $"{NearestName.NotOneOf(name, DateRange.Names)} Or two dates or times: [first, last].");
                    return null;
                }

                return range;
            case JsonValueKind.Array:
                return body.List(json, path, 2, 2) is [var from, var to]
                    && body.Text(from.Json, from.Path) is { } fromText && body.Text(to.Json, to.Path) is { } toText
                    ? DateRange.Read(fromText, toText, zone, (i, message) => body.Errors.Add($"{path}[{i}]", message))
                    : null;
            default:
                body.Errors.Add(path, $"This field is required: one of {string.Join(", ", DateRange.Names)}, or [first, last].");
                return null;
        }
    }

    private List<QueryDimension> ReadDimensions(JsonElement json, DateRange? range)
    {
        var dimensions = new List<QueryDimension>();
        foreach (var (element, path) in body.List(json, "dimensions", max: 10) ?? [])
        {
            if (body.Text(element, path) is not { } name)
            {
                continue;
            }

            if (name == TimeUnits.Automatic && range is not null)
            {
                name = TimeUnits.Fitting(range.Length);
            }

            if (QueryDimension.Find(name) is not { } dimension)
            {
                body.Errors.Add(path, NearestName.NotOneOf(name, QueryDimension.Names));
            }
            else if (dimension.Kind == DimensionKind.Trait)
            {
                body.Errors.Add(path, "A property of users can be filtered on, and not be split by.");
            }
            else if (dimensions.Any(known => known.Name == name))
            {
                body.Errors.Add(path, $"'{name}' is there already.");
            }
            else if (dimension.IsTime && dimensions.Any(known => known.IsTime))
            {
                body.Errors.Add(path, "One dimension of time is enough.");
            }
            else if (range is not null && TimeBuckets.AreTooMany(name, range))
            {
                body.Errors.Add(
                    path, $"The date range has more than {Timeseries.Buckets.Max} buckets of {name}; take longer ones or a shorter range.");
            }
            else
            {
                dimensions.Add(dimension);
            }
        }

        return dimensions;
    }

    private List<QueryOrder> ReadOrder(JsonElement json, List<QueryMetric> metrics, List<QueryDimension> dimensions)
    {
        var names = metrics.Select(metric => metric.Name).Concat(dimensions.Select(dimension => dimension.Name)).ToList();
        var time = dimensions.FirstOrDefault(dimension => dimension.IsTime)?.Name;
        var order = new List<QueryOrder>();
        foreach (var (element, path) in body.List(json, "order_by", max: 20) ?? [])
        {
            if (body.List(element, path, 2, 2) is [var by, var direction]
                && body.Choice(direction.Json, direction.Path, ["asc", "desc"]) is { } word && body.Text(by.Json, by.Path) is { } name)
            {
                name = name == TimeUnits.Automatic && time is not null ? time : name;
                if (names.Contains(name))
                {
                    order.Add(new QueryOrder(name, word == "desc"));
                }
                else
                {
                    body.Errors.Add(by.Path, $"Order by a metric or a dimension of this query. {NearestName.NotOneOf(name, names)}");
                }
            }
        }

        return order.Count > 0 ? order : DefaultOrder(metrics, dimensions);
    }

    private static List<QueryOrder> DefaultOrder(List<QueryMetric> metrics, List<QueryDimension> dimensions)
    {
        var order = dimensions.Where(dimension => dimension.IsTime).Select(dimension => new QueryOrder(dimension.Name, Descending: false)).ToList();
        order.AddRange(metrics.Take(1).Select(metric => new QueryOrder(metric.Name, Descending: true)));
        return order;
    }

    private (QueryInclude Include, DateRange? Comparison) ReadInclude(JsonElement json, List<QueryDimension> dimensions, DateRange? range)
    {
        if (body.Object(json, "include", "imports", "time_labels", "total_rows", "comparisons", Trim) is not { } fields)
        {
            return (new QueryInclude(), null);
        }

        var labels = Flag("time_labels");
        if (labels == true && !dimensions.Any(dimension => dimension.IsTime))
        {
            body.Errors.Add("include.time_labels", "There are labels of a time dimension only; add one to dimensions.");
        }

        var (comparisons, comparison) = fields.TryGetValue("comparisons", out var how) ? ReadComparisons(how, range) : (null, null);
        return (new QueryInclude(Flag("imports"), labels, Flag("total_rows"), comparisons, Flag(Trim)), comparison);

        // False is the same as absent.
        bool? Flag(string name) => fields.TryGetValue(name, out var value) && body.Bool(value, $"include.{name}") == true ? true : null;
    }

    private (QueryComparisons? Comparisons, DateRange? Range) ReadComparisons(JsonElement json, DateRange? range)
    {
        const string path = "include.comparisons";
        if (body.Object(json, path, "mode", "date_range", "match_day_of_week") is not { } fields
            || body.Choice(fields.GetValueOrDefault("mode"), $"{path}.mode", Modes) is not { } mode)
        {
            return (null, null);
        }

        var matchDay = fields.TryGetValue("match_day_of_week", out var match) && body.Bool(match, $"{path}.match_day_of_week") == true;
        var hasRange = fields.TryGetValue("date_range", out var dates);
        if (hasRange != (mode == "custom"))
        {
            body.Errors.Add($"{path}.date_range", "A custom comparison needs two dates, and no other takes them.");
            return (null, null);
        }

        var comparison = mode switch
        {
            "custom" => ReadRange(dates, $"{path}.date_range"),
            "previous_period" => range?.Previous(now, matchDay),
            _ => range?.YearBefore(now, matchDay),
        };
        return (new QueryComparisons(mode, hasRange ? comparison?.ToTexts() : null, matchDay ? true : null), comparison);
    }

    private QueryPagination ReadPagination(JsonElement json)
    {
        var fields = body.Object(json, "pagination", "limit", "offset") ?? [];
        return new QueryPagination(
            fields.TryGetValue("offset", out var offset) ? body.Number(offset, "pagination.offset", 0, 10_000_000, 0) : 0,
            fields.TryGetValue("limit", out var limit) ? body.Number(limit, "pagination.limit", 1, 10_000, 10_000) : 10_000);
    }

    private void Check(List<QueryMetric> metrics, List<QueryDimension> dimensions, FilterGroup filter)
    {
        for (var i = 0; i < metrics.Count; i++)
        {
            var isThere = metrics[i].Needs switch
            {
                QueryMetric.NeedsPage => Names("event:page"),
                QueryMetric.NeedsGoal => Names("event:goal"),
                QueryMetric.NeedsDimensions => dimensions.Count > 0,
                _ => true,
            };
            if (!isThere)
            {
                body.Errors.Add($"metrics[{i}]", $"'{metrics[i].Name}' {metrics[i].Needs}.");
            }
        }

        bool Names(string name) => dimensions.Any(dimension => dimension.Name == name) || filter.Leaves.Any(leaf => leaf.Dimension.Name == name);
    }

    // Filtered by goals, the dimension shows those and not what else their events meet.
    private IReadOnlyList<QueryGoal> Shown(FilterGroup filter)
    {
        var shown = goals;
        foreach (var leaf in filter.Nodes.OfType<FilterLeaf>().Where(leaf => leaf.Dimension.Kind == DimensionKind.Goal))
        {
            var negated = FilterOperators.Split(leaf.Operator).Negated;
            shown = [.. shown.Where(goal => leaf.Goals.Contains(goal) != negated)];
        }

        return shown;
    }
}
