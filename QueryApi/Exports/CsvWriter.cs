using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Analytics.QueryApi.Exports;

/// <summary>Writes a table as CSV, for programs or for spreadsheets.</summary>
internal sealed class CsvWriter(PipeWriter output, JsonSerializerOptions json, bool forSpreadsheets)
{
    private const int FlushBytes = 1 << 15;

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    // What makes a formula of a cell, in one spreadsheet or another.
    private static readonly SearchValues<char> FormulaStarts = SearchValues.Create("=+-@\t\r\n");

    private readonly string lineEnd = forSpreadsheets ? "\r\n" : "\n";

    public async Task WriteAsync(Table table, CancellationToken ct)
    {
        if (forSpreadsheets)
        {
            output.Write(Encoding.UTF8.Preamble);
        }

        WriteLine(table.Columns.Select(column => Text(column.Name)));
        var waiting = 0L;
        foreach (var row in table.Rows)
        {
            waiting += WriteLine(row.Select((value, i) => value is null ? "" : Cell(value, table.Columns[i].Type)));
            if (waiting >= FlushBytes)
            {
                await output.FlushAsync(ct);
                waiting = 0;
            }
        }

        await output.FlushAsync(ct);
    }

    private long WriteLine(IEnumerable<string> cells) => Encoding.UTF8.GetBytes(string.Join(',', cells) + lineEnd, output);

    private string Cell(object value, CellType type) => type switch
    {
        CellType.Text => Text(value.ToString() ?? ""),
        CellType.Json => Text(JsonSerializer.Serialize(value, json)),
        CellType.Boolean => (bool)value ? "true" : "false",
        CellType.Time => ((DateTimeOffset)value).ToString(forSpreadsheets ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.FFFzzz", CultureInfo.InvariantCulture),
        CellType.Day => ((DateOnly)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
    };

    private string Text(string text)
    {
        if (forSpreadsheets && text.Length > 0 && FormulaStarts.Contains(text[0]))
        {
            text = "'" + text;
        }

        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
