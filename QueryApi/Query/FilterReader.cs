using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Errors;

namespace Analytics.QueryApi.Query;

/// <summary>Reads filters: what a query may be asked with, and what a segment may be made of.</summary>
/// <param name="goals">The site's goals; null where any name will do: a segment may be there before its goals.</param>
/// <param name="segments">The site's segments; null where a segment cannot stand: in a segment.</param>
internal sealed class FilterReader(QueryBody body, IReadOnlyList<QueryGoal>? goals, IReadOnlyList<Segment>? segments)
{
    private const int MaxDepth = 10;
    private const int MaxFilters = 200;
    private const int MaxValues = 1000;
    private const int MaxValueLength = 4096;

    private int count;

    /// <summary>Filters that must all hold; groups of such among them are taken apart.</summary>
    public FilterGroup Read(JsonElement json, string path) => new(true, [.. ReadAll(json, path, depth: 0, inDone: false).SelectMany(Flat)]);

    private static IEnumerable<FilterNode> Flat(FilterNode node) => node is FilterGroup { All: true } group ? group.Nodes.SelectMany(Flat) : [node];

    private List<FilterNode> ReadAll(JsonElement json, string path, int depth, bool inDone) =>
        [.. (body.List(json, path, max: MaxFilters) ?? []).Select(entry => Read(entry.Json, entry.Path, depth, inDone)).OfType<FilterNode>()];

    private FilterNode? Read(JsonElement json, string path, int depth, bool inDone)
    {
        if (depth > MaxDepth || ++count > MaxFilters)
        {
            body.Errors.Add(path, $"Filters go at most {MaxDepth} deep, and are at most {MaxFilters}.");
            return null;
        }

        if (body.List(json, path, min: 2, max: 4) is not { } parts
            || body.Choice(parts[0].Json, parts[0].Path, FilterOperators.Known) is not { } name)
        {
            return null;
        }

        switch (name)
        {
            case "and" or "or":
                return body.List(json, path, 2, 2) is null || body.List(parts[1].Json, parts[1].Path, min: 1, max: MaxFilters) is null
                    ? null
                    : new FilterGroup(name == "and", ReadAll(parts[1].Json, parts[1].Path, depth + 1, inDone));
            case "not":
                return body.List(json, path, 2, 2) is not null && Read(parts[1].Json, parts[1].Path, depth + 1, inDone) is { } inner
                    ? new FilterNot(inner)
                    : null;
            case "has_done" or "has_not_done":
                if (inDone)
                {
                    body.Errors.Add(parts[0].Path, "What has been done cannot be part of what has been done.");
                    return null;
                }

                return body.List(json, path, 2, 2) is not null && Read(parts[1].Json, parts[1].Path, depth + 1, inDone: true) is { } done
                    ? new FilterDone(name == "has_done", done)
                    : null;
            default:
                return ReadLeaf(name == "does_not_contain" ? FilterOperators.ContainsNot : name, parts, path, depth, inDone);
        }
    }

    private FilterNode? ReadLeaf(string name, List<(JsonElement Json, string Path)> parts, string path, int depth, bool inDone)
    {
        if (parts.Count < 3)
        {
            body.Errors.Add(path, "This must be [operator, dimension, [values]].");
            return null;
        }

        var dimensionName = body.Text(parts[1].Json, parts[1].Path);
        var caseSensitive = parts.Count < 4 || ReadModifiers(parts[3].Json, parts[3].Path);
        if (dimensionName is null || body.List(parts[2].Json, parts[2].Path, min: 1, max: MaxValues) is not { } clauses)
        {
            return null;
        }

        if (dimensionName == "segment" && segments is not null)
        {
            return ReadSegments(name, clauses, parts[0].Path, depth, inDone);
        }

        if (QueryDimension.Find(dimensionName) is not { IsTime: false } dimension)
        {
            body.Errors.Add(parts[1].Path, TimeUnits.All.Any(unit => unit.Name == dimensionName)
                ? "Time is no filter; say it as date_range."
                : NearestName.NotOneOf(dimensionName, QueryDimension.FilterNames));
            return null;
        }

        var values = clauses.Select(clause => Value(clause.Json, clause.Path)).OfType<string>().ToList();
        var met = dimension.Kind == DimensionKind.Goal ? Goals(name, values, parts[0].Path, clauses, caseSensitive) : [];
        return values.Count == clauses.Count ? new FilterLeaf(name, dimension, values, caseSensitive, met) : null;
    }

    private bool ReadModifiers(JsonElement json, string path) =>
        body.Object(json, path, "case_sensitive") is not { } fields || !fields.TryGetValue("case_sensitive", out var value)
        || body.Bool(value, $"{path}.case_sensitive") != false;

    private string? Value(JsonElement json, string path)
    {
        var text = json.ValueKind switch
        {
            JsonValueKind.String => json.GetString()!,
            JsonValueKind.Number => json.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        if (text is null or { Length: > MaxValueLength })
        {
            body.Errors.Add(path, $"This must be a text of at most {MaxValueLength} characters, or a number.");
            return null;
        }

        return text;
    }

    private List<QueryGoal> Goals(
        string name, List<string> values, string operatorPath, List<(JsonElement Json, string Path)> clauses, bool caseSensitive)
    {
        var comparison = caseSensitive ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var known = goals ?? [];
        switch (FilterOperators.Split(name).Positive)
        {
            case FilterOperators.Is:
                foreach (var (value, clause) in values.Zip(clauses))
                {
                    if (goals is null || known.Any(goal => goal.Name.Equals(value, comparison)))
                    {
                        continue;
                    }

                    body.Errors.Add(clause.Path, known.Count == 0
                        ? $"There is no goal '{value}': the site has none."
                        : $"There is no such goal. {NearestName.NotOneOf(value, [.. known.Select(goal => goal.Name)])}");
                }

                return [.. known.Where(goal => values.Any(value => goal.Name.Equals(value, comparison)))];
            case FilterOperators.Contains:
                return [.. known.Where(goal => values.Any(value => goal.Name.Contains(value, comparison)))];
            default:
                body.Errors.Add(operatorPath, "Goals take is, is_not, contains and contains_not.");
                return [];
        }
    }

    private FilterNode? ReadSegments(string name, List<(JsonElement Json, string Path)> clauses, string operatorPath, int depth, bool inDone)
    {
        if (name is not (FilterOperators.Is or FilterOperators.IsNot))
        {
            body.Errors.Add(operatorPath, "Segments take is and is_not.");
            return null;
        }

        var nodes = new List<FilterNode>();
        foreach (var (json, path) in clauses)
        {
            if (Value(json, path) is not { } text)
            {
                continue;
            }

            var segment = segments!.FirstOrDefault(known => known.Id == text)
                ?? segments!.FirstOrDefault(known => known.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (segment is null)
            {
                body.Errors.Add(path, segments!.Count == 0
                    ? $"There is no segment '{text}': the site has none."
                    : $"There is no such segment. {NearestName.NotOneOf(text, [.. segments!.Select(known => known.Name)])}");
                continue;
            }

            nodes.Add(new FilterGroup(true, ReadAll(segment.Filters, path, depth + 1, inDone)));
        }

        if (nodes.Count == 0)
        {
            return null;
        }

        FilterNode any = nodes.Count == 1 ? nodes[0] : new FilterGroup(false, nodes);
        return name == FilterOperators.Is ? any : new FilterNot(any);
    }
}
