using System.Text.Json.Serialization;

namespace Analytics.Contracts;

/// <summary>A question of the general query: what to count, split by what, of which events and sessions, over which time.</summary>
/// <param name="SiteId">Key of the site.</param>
/// <param name="Metrics">At least one name of a metric; results carry them in this order.</param>
/// <param name="DateRange">A name (day, 24h, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year, all, realtime), or two dates or times: the first and the
/// last, both included.</param>
/// <param name="Dimensions">Names of dimensions to split by.</param>
/// <param name="Filters">Conditions that must all hold: [operator, dimension, [values]], ["and" or "or", [filters]], ["not", filter],
/// ["has_done" or "has_not_done", filter], ["is", "segment", [ids]].</param>
/// <param name="OrderBy">Pairs of a metric or dimension of this query and asc or desc.</param>
public sealed record QueryRequest(
    [property: JsonPropertyName("site_id")] string SiteId,
    [property: JsonPropertyName("metrics")] IReadOnlyList<string> Metrics,
    [property: JsonPropertyName("date_range")] object DateRange,
    [property: JsonPropertyName("dimensions")] IReadOnlyList<string>? Dimensions = null,
    [property: JsonPropertyName("filters")] IReadOnlyList<object>? Filters = null,
    [property: JsonPropertyName("order_by")] IReadOnlyList<IReadOnlyList<string>>? OrderBy = null,
    [property: JsonPropertyName("include")] QueryInclude? Include = null,
    [property: JsonPropertyName("pagination")] QueryPagination? Pagination = null);

/// <summary>What an answer holds beside its rows. Absent is false.</summary>
/// <param name="Imports">Imported numbers as well; there are none, and the answer's meta says so.</param>
/// <param name="TimeLabels">All buckets of the time dimension in meta.time_labels: rows without a count are left out of results.</param>
/// <param name="TotalRows">The number of rows without pagination in meta.total_rows.</param>
/// <param name="Comparisons">The same numbers of another time beside each row.</param>
/// <param name="TrimRelativeDateRange">Of day, month and year only what has begun: up to the running hour, the running day.</param>
public sealed record QueryInclude(
    [property: JsonPropertyName("imports"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Imports = null,
    [property: JsonPropertyName("time_labels"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TimeLabels = null,
    [property: JsonPropertyName("total_rows"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TotalRows = null,
    [property: JsonPropertyName("comparisons"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] QueryComparisons? Comparisons = null,
    [property: JsonPropertyName("trim_relative_date_range"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    bool? TrimRelativeDateRange = null);

/// <summary>Which time to compare with.</summary>
/// <param name="Mode">previous_period: as many days just before; year_over_year: the same dates a year before; custom: date_range.</param>
/// <param name="DateRange">Two dates; for custom only.</param>
/// <param name="MatchDayOfWeek">Move it to the nearest day that is the same day of the week as the first one.</param>
public sealed record QueryComparisons(
    [property: JsonPropertyName("mode")] string Mode,
    [property: JsonPropertyName("date_range"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? DateRange = null,
    [property: JsonPropertyName("match_day_of_week"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? MatchDayOfWeek = null);

/// <summary>Which rows of the answer are wanted.</summary>
/// <param name="Limit">How many, 1 to 10,000.</param>
/// <param name="Offset">How many to leave out before them.</param>
public sealed record QueryPagination(
    [property: JsonPropertyName("offset")] int Offset = 0, [property: JsonPropertyName("limit")] int Limit = 10_000);

/// <summary>The answer of the general query.</summary>
/// <param name="Results">One row a combination of the dimensions' values, in the order asked for; a single row without dimensions.</param>
/// <param name="Meta">What was included, and why a number is not there.</param>
/// <param name="Query">The query as it was understood.</param>
public sealed record QueryResponse(
    [property: JsonPropertyName("results")] IReadOnlyList<QueryResult> Results,
    [property: JsonPropertyName("meta")] QueryMeta Meta,
    [property: JsonPropertyName("query")] QueryEcho Query);

/// <param name="Metrics">Values in the order of the query's metrics: a number, null where there is nothing to count, or a <see cref="QueryMoney"/>.</param>
/// <param name="Dimensions">Values in the order of the query's dimensions.</param>
/// <param name="Comparison">The same of the other time, if asked for.</param>
public sealed record QueryResult(
    [property: JsonPropertyName("metrics")] IReadOnlyList<object?> Metrics,
    [property: JsonPropertyName("dimensions")] IReadOnlyList<string> Dimensions,
    [property: JsonPropertyName("comparison"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] QueryComparison? Comparison = null);

/// <param name="Metrics">Values of the other time.</param>
/// <param name="Dimensions">As the row's; of the time dimension the bucket that it is compared with.</param>
/// <param name="Change">In percent of the other time's value; of rates in percentage points. Null where either is null.</param>
public sealed record QueryComparison(
    [property: JsonPropertyName("metrics")] IReadOnlyList<object?> Metrics,
    [property: JsonPropertyName("dimensions")] IReadOnlyList<string> Dimensions,
    [property: JsonPropertyName("change")] IReadOnlyList<double?> Change);

/// <summary>An amount of one currency.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Short">For people: €1.2K.</param>
/// <param name="Long">For people: €1,234.50.</param>
public sealed record QueryMoney(
    [property: JsonPropertyName("short")] string Short,
    [property: JsonPropertyName("value")] decimal Value,
    [property: JsonPropertyName("long")] string Long,
    [property: JsonPropertyName("currency")] string Currency);

/// <param name="ImportsIncluded">Only if include.imports was set: whether imported numbers are in.</param>
/// <param name="ImportsSkipReason">Why they are not.</param>
/// <param name="MetricWarnings">By metric: why its value is null.</param>
/// <param name="TimeLabels">Only if include.time_labels was set.</param>
/// <param name="ComparisonTimeLabels">Those of the other time.</param>
/// <param name="TotalRows">Only if include.total_rows was set.</param>
public sealed record QueryMeta(
    [property: JsonPropertyName("imports_included"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? ImportsIncluded,
    [property: JsonPropertyName("imports_skip_reason"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImportsSkipReason,
    [property: JsonPropertyName("metric_warnings"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, QueryWarning>? MetricWarnings,
    [property: JsonPropertyName("time_labels"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? TimeLabels,
    [property: JsonPropertyName("comparison_time_labels"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<string>? ComparisonTimeLabels,
    [property: JsonPropertyName("total_rows"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? TotalRows);

/// <param name="Code">For programs.</param>
/// <param name="Warning">For people.</param>
public sealed record QueryWarning([property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("warning")] string Warning);

/// <param name="DateRange">The first and the last second, on the site's clock.</param>
/// <param name="ComparisonDateRange">Those of the other time, if there is one.</param>
/// <param name="Filters">With segments written out.</param>
public sealed record QueryEcho(
    [property: JsonPropertyName("site_id")] string SiteId,
    [property: JsonPropertyName("metrics")] IReadOnlyList<string> Metrics,
    [property: JsonPropertyName("date_range")] IReadOnlyList<string> DateRange,
    [property: JsonPropertyName("comparison_date_range"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<string>? ComparisonDateRange,
    [property: JsonPropertyName("filters")] IReadOnlyList<object> Filters,
    [property: JsonPropertyName("dimensions")] IReadOnlyList<string> Dimensions,
    [property: JsonPropertyName("order_by")] IReadOnlyList<IReadOnlyList<string>> OrderBy,
    [property: JsonPropertyName("include")] QueryInclude Include,
    [property: JsonPropertyName("pagination")] QueryPagination Pagination);
