using Analytics.QueryApi.Stats;
using Microsoft.Net.Http.Headers;

namespace Analytics.QueryApi.Exports;

/// <summary>A form in which an answer can be had, chosen by <c>?format=</c> or by the Accept header.</summary>
internal sealed record ExportFormat(string Name, string MediaType, string Extension, string Description)
{
    public static readonly ExportFormat Json = new("json", "application/json", "json", "the answer whole");

    public static readonly ExportFormat Csv = new("csv", "text/csv", "csv", "RFC 4180 with a header line, UTF-8, cells exactly as they are");

    public static readonly ExportFormat Excel = new(
        "excel", "application/vnd.ms-excel", "csv",
        "CSV as spreadsheets open it: byte order mark, CRLF, times without their offset, an apostrophe before text that would be a formula");

    public static readonly ExportFormat NdJson = new("ndjson", "application/x-ndjson", "ndjson", "a JSON object a line");

    public static readonly ExportFormat Parquet = new("parquet", "application/vnd.apache.parquet", "parquet", "Apache Parquet");

    public static IReadOnlyList<ExportFormat> All { get; } = [Json, Csv, Excel, NdJson, Parquet];

    private const string ParameterName = "format";

    public bool IsCsv => this == Csv || this == Excel;

    /// <summary>Spreadsheets read bytes as text only when told so; the excel form is CSV to everyone else.</summary>
    public string ContentType => IsCsv ? "text/csv; charset=utf-8" : MediaType;

    /// <summary>The parameter that chooses one of <paramref name="formats"/>, the first where it is absent.</summary>
    public static ChoiceParameter Parameter(IReadOnlyList<ExportFormat> formats) => new(
        ParameterName,
        $"Form of the answer, also taken from the Accept header: {string.Join("; ", formats.Select(format => $"{format.Name} ({format.Description})"))}.",
        [.. formats.Select(format => format.Name)],
        formats[0].Name);

    public static ExportFormat Read(HttpContext context, ChoiceParameter parameter)
    {
        var reader = QueryReader.Of(context);
        var wanted = reader.Has(parameter) ? null : Accepted(context.Request, parameter);
        return wanted ?? All.Single(format => format.Name == reader.Read(parameter));
    }

    // The caller's first choice among ours; who accepts anything, or nothing that there is, gets the usual form.
    private static ExportFormat? Accepted(HttpRequest request, ChoiceParameter parameter) => request.GetTypedHeaders().Accept
        .OrderByDescending(accepted => accepted.Quality ?? 1)
        .Select(accepted => All.FirstOrDefault(format => Names(accepted, format) && parameter.Allowed.Contains(format.Name)))
        .FirstOrDefault(format => format is not null);

    private static bool Names(MediaTypeHeaderValue accepted, ExportFormat format) =>
        accepted.MediaType.Equals(format.MediaType, StringComparison.OrdinalIgnoreCase);
}
