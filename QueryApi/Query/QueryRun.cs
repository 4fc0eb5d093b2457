using System.Text.Json;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Query;

/// <summary>Asks the store a query, and the same of the time that it is compared with, and puts the rows beside each other.</summary>
internal sealed class QueryRun(QuerySpec spec, DateRange? comparisonRange, ClickHouse clickHouse)
{
    private const string NoImports = "no_imported_data";

    private static readonly QueryWarning SeveralCurrencies = new(
        "no_single_revenue_currency", "Revenue metrics are null where there are several currencies.");

    private static readonly QueryWarning NoRevenue = new("no_revenue_goals_matching", "Revenue metrics are null where there is no revenue.");

    private readonly Dictionary<string, QueryWarning> warnings = [];
    private readonly HashSet<string> withAmounts = [];

    /// <exception cref="ClickHouseException">Also where RE2 cannot read an expression of the filters.</exception>
    public async Task<QueryResponse> AnswerAsync(CancellationToken ct)
    {
        await TryExpressionsAsync(ct);
        var rows = await ReadAsync(spec, ct);
        var other = comparisonRange is null ? null : Compared(comparisonRange, rows);
        var results = other is null
            ? [.. rows.Select(row => new QueryResult(Metrics(row), Labels(row, spec)))]
            : Compare(rows, other, rows.Count == 0 && spec.Dimensions.Any(dimension => !dimension.IsTime) ? [] : await ReadAsync(other, ct));
        return new QueryResponse(results, await MetaAsync(rows, other, ct), Echo());
    }

    // Over no rows a wrong expression would go unnoticed.
    private async Task TryExpressionsAsync(CancellationToken ct)
    {
        var values = new SqlValues(spec.Site.SiteId, spec.Range.From, spec.Range.To);
        var tries = spec.Filter.Expressions.Select(expression => $"match('', {values.Text(expression)})").ToList();
        if (tries.Count > 0)
        {
            await clickHouse.ScalarAsync<int>($"SELECT {string.Join(", ", tries)}", values.All, ct);
        }
    }

    private async Task<List<Row>> ReadAsync(QuerySpec of, CancellationToken ct)
    {
        var (sql, values) = QuerySql.Of(of);
        var rows = await clickHouse.QueryAsync<Dictionary<string, JsonElement>>(sql, values, ct);
        return [.. rows.Select(row => new Row(
            row,
            [.. of.Dimensions.Select((dimension, i) => dimension.IsTime ? "" : row[$"d{i}"].GetString() ?? "")],
            Bucket(of, row)))];
    }

    private static int Bucket(QuerySpec of, Dictionary<string, JsonElement> row)
    {
        var time = of.Dimensions.ToList().FindIndex(dimension => dimension.IsTime);
        return time < 0 ? -1 : of.Buckets!.IndexOf(row[$"d{time}"].GetInt64());
    }

    // All rows of the other time that could stand beside one of these.
    private QuerySpec Compared(DateRange range, List<Row> rows) => spec.At(range) with
    {
        Only = [.. spec.Dimensions.Select((dimension, i) =>
            dimension.IsTime || rows.Count == 0 ? null : (IReadOnlyList<string>)[.. rows.Select(row => row.Values[i]).Distinct()])],
        Include = new QueryInclude(),
        Pagination = new QueryPagination(0, int.MaxValue),
    };

    private List<QueryResult> Compare(List<Row> rows, QuerySpec other, List<Row> others)
    {
        var found = others.ToDictionary(row => row.Key);
        return [.. WithEmptyBuckets(rows).Select(row =>
        {
            var beside = found.GetValueOrDefault(row.Key) ?? row with { Json = null };
            var (now, then) = (Metrics(row), Metrics(beside));
            return new QueryResult(now, Labels(row, spec), new QueryComparison(
                then, Labels(beside, other), [.. spec.Metrics.Select((metric, i) => Change(metric, now[i], then[i]))]));
        })];
    }

    // Split by time alone, a bucket without a count now may have had one then.
    private List<Row> WithEmptyBuckets(List<Row> rows)
    {
        if (spec.Dimensions is not [{ IsTime: true } time] || spec.OrderBy[0].Name != time.Name)
        {
            return rows;
        }

        var found = rows.ToDictionary(row => row.Bucket);
        var all = Enumerable.Range(0, spec.Buckets!.Keys.Count).Select(i => found.GetValueOrDefault(i) ?? new Row(null, [""], i));
        return [.. (spec.OrderBy[0].Descending ? all.Reverse() : all).Skip(spec.Pagination.Offset).Take(spec.Pagination.Limit)];
    }

    private static IReadOnlyList<string> Labels(Row row, QuerySpec of)
    {
        // The other time may have fewer buckets.
        var bucket = row.Bucket >= 0 && row.Bucket < of.Buckets!.Labels.Count ? of.Buckets.Labels[row.Bucket] : "";
        return [.. of.Dimensions.Select((dimension, i) => dimension.IsTime ? bucket : dimension.ToLabel(row.Values[i]))];
    }

    private IReadOnlyList<object?> Metrics(Row row) => [.. spec.Metrics.Select((metric, i) => Value(metric, i, row))];

    private object? Value(QueryMetric metric, int i, Row row)
    {
        if (row.Json is not { } json)
        {
            return metric.NullWhereNothing ? null : 0;
        }

        var value = json[$"m{i}"];
        if (metric.IsMoney)
        {
            if (value.ValueKind != JsonValueKind.Null)
            {
                withAmounts.Add(metric.Name);
                return MoneyText.Of(value.GetDecimal(), json[$"c{i}"].GetString()!);
            }

            if (json[$"n{i}"].GetInt64() > 1)
            {
                warnings[metric.Name] = SeveralCurrencies;
            }
            else
            {
                warnings.TryAdd(metric.Name, NoRevenue);
            }

            return null;
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    private static double? Change(QueryMetric metric, object? now, object? then)
    {
        if (Number(now) is not { } to || Number(then) is not { } from)
        {
            return null;
        }

        return metric.IsRate ? (double)Math.Round(to - from, 1)
            : from == 0 ? (to > 0 ? 100 : 0)
            : (double)Math.Round((to - from) / from * 100);
    }

    private static decimal? Number(object? value) => value switch
    {
        JsonElement json => json.GetDecimal(),
        QueryMoney money => money.Value,
        int number => number,
        _ => null,
    };

    private async Task<QueryMeta> MetaAsync(List<Row> rows, QuerySpec? other, CancellationToken ct)
    {
        // Where other rows have amounts, a row without one says enough.
        foreach (var name in withAmounts.Where(name => warnings.GetValueOrDefault(name) == NoRevenue))
        {
            warnings.Remove(name);
        }

        var imports = spec.Include.Imports == true;
        var labels = spec.Include.TimeLabels == true;
        return new QueryMeta(
            imports ? false : null, imports ? NoImports : null, warnings.Count > 0 ? warnings : null,
            labels ? spec.Buckets?.Labels : null, labels ? other?.Buckets?.Labels : null,
            spec.Include.TotalRows == true ? await TotalAsync(rows, ct) : null);
    }

    // Rows carry the total, so only a page beyond the last has to ask for it.
    private async Task<long> TotalAsync(List<Row> rows, CancellationToken ct)
    {
        if (rows.Count > 0)
        {
            return rows[0].Json!["total_rows"].GetInt64();
        }

        var (sql, values) = QuerySql.CountOf(spec);
        return spec.Pagination.Offset == 0 ? 0 : await clickHouse.ScalarAsync<long>(sql, values, ct);
    }

    private QueryEcho Echo() => new(
        spec.Site.Key, [.. spec.Metrics.Select(metric => metric.Name)], spec.Range.ToTexts(), comparisonRange?.ToTexts(),
        [.. spec.Filter.Nodes.Select(node => node.ToJson())], [.. spec.Dimensions.Select(dimension => dimension.Name)],
        [.. spec.OrderBy.Select(by => (IReadOnlyList<string>)[by.Name, by.Descending ? "desc" : "asc"])], spec.Include, spec.Pagination);

    /// <param name="Json">Null: nothing was counted.</param>
    /// <param name="Values">Of the dimensions, as the store has them; empty in place of time.</param>
    /// <param name="Bucket">Index of the bucket of time, -1 without one.</param>
    private sealed record Row(Dictionary<string, JsonElement>? Json, IReadOnlyList<string> Values, int Bucket)
    {
        /// <summary>The same for rows that stand beside each other.</summary>
        public string Key { get; } = $"{Bucket}\u001f{string.Join('\u001f', Values)}";
    }
}
