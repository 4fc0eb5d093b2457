using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Exports;

/// <summary>Marks an endpoint whose answer can be had as a table; the documentation says so by it.</summary>
internal sealed record TableExportMetadata(IReadOnlyList<QueryParameter> Parameters);

internal static class TableExport
{
    private static readonly ChoiceParameter FormatName = ExportFormat.Parameter(ExportFormat.All);

    private static readonly TextParameter TableName = new(
        "table",
        $"Of an answer with several lists, the one that becomes the table, by its name in snake_case; {Table.Headline}: one row of what is no list. "
        + "Where absent, the main one. Not for json.")
    {
        Example = Table.Headline,
    };

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [FormatName, TableName];

    /// <summary>Every answer of these endpoints can be had as a table. Stands before <c>RefuseBadQueries</c>, which refuses what nobody has read.</summary>
    public static TBuilder WithTables<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.AddEndpointFilter(async (context, next) =>
        {
            var format = ExportFormat.Read(context.HttpContext, FormatName);
            var name = QueryReader.Of(context.HttpContext).Read(TableName);
            context.HttpContext.Response.Headers.Append("Vary", "Accept");
            var answer = await next(context);
            if (format == ExportFormat.Json || ValueOf(answer) is not { } value)
            {
                return answer;
            }

            return Table.Of(value, name) is { } table ? new TableResult(table, format) : NoSuchTable(name, value);
        });
        endpoints.WithMetadata(new TableExportMetadata(Parameters));
        return endpoints;
    }

    /// <summary>What the browser saves the answer as: <c>shop.example-breakdown-page-2026-11-20.csv</c>.</summary>
    public static string FileName(HttpContext context, ExportFormat format)
    {
        var report = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part is not ("api" or "sites" or "stats" or "v2"));
        var day = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join('-', report)}-{day:yyyy-MM-dd}");
        return string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-')) + "." + format.Extension;
    }

    private static ValidationProblem NoSuchTable(string name, object answer) => TypedResults.ValidationProblem(new Dictionary<string, string[]>
    {
        [TableName.Name] = Table.NamesOf(answer.GetType()) is { Count: > 0 } names
            ? [NearestName.NotOneOf(name, names)]
            : ["This answer is one list; leave the parameter out."],
    });

    // The value of a 200; a problem, a redirect or a stream of its own is no report.
    private static object? ValueOf(object? answer)
    {
        while (answer is INestedHttpResult nested)
        {
            answer = nested.Result;
        }

        return answer switch
        {
            IStatusCodeHttpResult { StatusCode: not (null or StatusCodes.Status200OK) } => null,
            IValueHttpResult result => result.Value,
            IResult => null,
            _ => answer,
        };
    }

    private sealed class TableResult(Table table, ExportFormat format) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            if (format == ExportFormat.Parquet)
            {
                var clickHouse = httpContext.RequestServices.GetRequiredService<ClickHouse>();
                await new StoreStream(ct => ParquetTable.OpenAsync(table, json, clickHouse, ct), format).ExecuteAsync(httpContext);
                return;
            }

            format.WriteHeaders(httpContext);
            var (output, ct) = (httpContext.Response.BodyWriter, httpContext.RequestAborted);
            await (format == ExportFormat.NdJson
                ? new NdJsonWriter(output, json).WriteAsync(table, ct)
                : new CsvWriter(output, json, forSpreadsheets: format == ExportFormat.Excel).WriteAsync(table, ct));
        }
    }
}

/// <summary>A table as Parquet: ClickHouse writes it, as it does for exports of events, so that there is one writer of it.</summary>
internal static class ParquetTable
{
    public static async Task<Stream> OpenAsync(Table table, JsonSerializerOptions json, ClickHouse clickHouse, CancellationToken ct)
    {
        using var rows = new MemoryStream();
        var output = PipeWriter.Create(rows, new StreamPipeWriterOptions(leaveOpen: true));
        await new NdJsonWriter(output, json, nestedAsText: true).WriteAsync(table, ct);
        await output.CompleteAsync();
        var text = Encoding.UTF8.GetString(rows.GetBuffer(), 0, (int)rows.Length);
        var parts = text.Length == 0 ? ["{}"] : Parts(text); // no text at all has no columns either
        var values = new Dictionary<string, object?>
        {
            ["count"] = text.AsSpan().Count('\n'),
            ["columns"] = string.Join(", ", table.Columns.Select(column => $"{Quoted(column.Name)} Nullable({TypeOf(column.Type)})")),
        };
        foreach (var (i, part) in parts.Index())
        {
            values[$"rows{i}"] = part;
        }

        return await clickHouse.OpenAsync(Sql(parts.Count), values, ct);
    }

    // A server takes 128 KiB as one value (http_max_field_value_size), and each character may be escaped.
    private static List<string> Parts(string text)
    {
        const int most = 1 << 15;
        var parts = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(start + most, text.Length);
            end = end < text.Length && text.LastIndexOf('\n', end - 1, end - start) is >= 0 and var line ? line + 1 : end;
            end -= end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
            parts.Add(text[start..end]);
            start = end;
        }

        return parts;
    }

    private static string Sql(int parts) => $$"""
        SELECT * FROM format(JSONEachRow, {columns:String}, concat({{string.Join(", ", Enumerable.Range(0, parts).Select(i => $"{{rows{i}:String}}"))}}, ''))
        LIMIT {count:UInt64}
        SETTINGS date_time_input_format = 'best_effort'
        FORMAT Parquet
        """;

    private static string Quoted(string name) =>
        $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";

    private static string TypeOf(CellType type) => type switch
    {
        CellType.Boolean => "Bool",
        CellType.Integer => "Int64",
        CellType.Real => "Float64",
        CellType.Money => "Decimal(38, 6)",
        CellType.Time => "DateTime64(3, 'UTC')",
        CellType.Day => "Date32",
        _ => "String",
    };
}
