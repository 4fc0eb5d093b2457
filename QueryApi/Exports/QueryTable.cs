using System.Globalization;
using System.Text.Json;
using Analytics.Contracts;

namespace Analytics.QueryApi.Exports;

/// <summary>The answer of the general query as a table: its columns are the query's dimensions and metrics, and those of what is compared with.</summary>
internal static class QueryTable
{
    public static Table Of(QueryResponse answer)
    {
        var (dimensions, metrics, rows) = (answer.Query.Dimensions, answer.Query.Metrics, answer.Results);
        var columns = dimensions.Select(name => new Column(name, CellType.Text))
            .Concat(metrics.Select((name, i) => new Column(name, TypeOf(rows.Select(row => row.Metrics[i])))))
            .ToList();
        if (rows.Any(row => row.Comparison is not null))
        {
            columns.AddRange(metrics.Select((name, i) => new Column($"comparison_{name}", TypeOf(rows.Select(row => row.Comparison?.Metrics[i])))));
            columns.AddRange(metrics.Select(name => new Column($"change_{name}", CellType.Real)));
        }

        return new Table(columns, rows.Select(row => Cells(row, columns)));
    }

    private static object?[] Cells(QueryResult row, List<Column> columns)
    {
        object?[] values = [.. row.Dimensions, .. row.Metrics, .. row.Comparison?.Metrics ?? [], .. row.Comparison?.Change.Cast<object?>() ?? []];
        return [.. columns.Select((column, i) => i < values.Length ? Cell(values[i], column.Type) : null)];
    }

    private static object? Cell(object? value, CellType type) => (Plain(value), type) switch
    {
        (null, _) => null,
        (var number, CellType.Money) => Convert.ToDecimal(number, CultureInfo.InvariantCulture),
        (var number, CellType.Real) => Convert.ToDouble(number, CultureInfo.InvariantCulture),
        (var other, _) => other,
    };

    private static object? Plain(object? value) => value switch
    {
        QueryMoney money => money.Value,
        JsonElement { ValueKind: JsonValueKind.Number } number => number.TryGetInt64(out var whole) ? whole : number.GetDouble(),
        _ => value,
    };

    // A metric's values are of one kind; where there is none at all, any will do.
    private static CellType TypeOf(IEnumerable<object?> values)
    {
        var present = values.Select(Plain).ToList();
        return present.Exists(value => value is decimal) ? CellType.Money : present.Exists(value => value is double) ? CellType.Real : CellType.Integer;
    }
}
