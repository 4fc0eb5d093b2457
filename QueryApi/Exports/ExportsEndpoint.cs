using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Sessions;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Exports;

/// <summary>What exports may take. They are long by nature, and share the store with the reports.</summary>
internal sealed class ExportLimits
{
    /// <summary>Seconds that an export may take, its caller's pauses among them.</summary>
    [Range(1, 86_400)]
    public int MaxSeconds { get; set; } = 3600;

    /// <summary>Exports at a time; a further one is told to come back.</summary>
    [Range(1, 64)]
    public int MaxAtOnce { get; set; } = 8;
}

/// <summary>Columns of an export, for the documentation.</summary>
internal sealed record ExportMetadata(IReadOnlyList<ExportColumn> Columns);

/// <summary>Everything stored of a site, row by row, as ClickHouse writes it.</summary>
internal static class ExportsEndpoint
{
    private const string Store = "exports";

    private const string Order = "Rows come as they are read, in no order that may be relied on. The answer is written while it is read: "
        + "one that could not be finished breaks off and is no well-formed answer.";

    public static IReadOnlyList<ExportFormat> Formats { get; } = [ExportFormat.NdJson, ExportFormat.Csv, ExportFormat.Excel, ExportFormat.Parquet];

    public static void AddExports(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExportLimits>().BindConfiguration("Exports").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ExportSlots>();
        builder.Services.AddKeyedSingleton(Store, (services, _) =>
        {
            var memory = services.GetRequiredService<IOptions<QueryLimits>>().Value.MaxMemoryBytes;
            return services.GetRequiredKeyedService<ClickHouse>(StatsGroup.Writable).WithSettings(
            [
                new("max_execution_time", services.GetRequiredService<IOptions<ExportLimits>>().Value.MaxSeconds.ToString(CultureInfo.InvariantCulture)),
                new("max_memory_usage", memory.ToString(CultureInfo.InvariantCulture)),
                new("max_bytes_before_external_group_by", (memory / 2).ToString(CultureInfo.InvariantCulture)),
                new("readonly", "2"), // and a server ends only read-only queries whose caller has gone
                new("cancel_http_readonly_queries_on_client_close", "1"),
                new("http_write_exception_in_output_format", "0"), // an error breaks the answer off and is no row of it
                new("output_format_json_quote_64bit_integers", "0"),
                new("output_format_json_quote_decimals", "0"),
                new("date_time_output_format", "iso"),
                new("output_format_parquet_row_group_size", "100000"), // what is held in memory until it is written
            ]);
        });
    }

    public static void MapExports(this IEndpointRouteBuilder app)
    {
        var exports = app.MapGroup("/api/sites/{site}/export").RequireAuthorization(Scopes.Query).RefuseBadQueries().Audited("export").WithTags("Exports");
        exports.ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        exports.MapGet("/events", Events)
            .WithMetadata(new ExportMetadata(ExportColumns.OfEvents))
            .WithSummary("Every event of a period, as a stream")
            .WithDescription($"Filters keep the events that match. {Order}");
        exports.MapGet("/sessions", Sessions)
            .WithMetadata(new ExportMetadata(ExportColumns.OfSessions))
            .WithSummary("Every session that began in a period, as a stream")
            .WithDescription($"Filters keep the sessions that match. {Order}");
        exports.MapGet("/replay", Replay)
            .WithMetadata(new ExportMetadata(ExportColumns.OfReplay))
            .WithSummary("Every recorded chunk of a period, as a stream")
            .WithDescription($"A session's recording is its chunks in the order of seq. {Order}");
    }

    private static IResult Events(StatsQuery query, ExportForm form, [FromKeyedServices(Store)] ClickHouse clickHouse, ExportSlots slots) =>
        slots.Run(form.Format, ct => clickHouse.OpenAsync(
            $"SELECT {ExportColumn.Select(ExportColumns.OfEvents, form.Format)} FROM {EventRows.Of(query)} {form.Clauses}", query.Values, ct));

    private static IResult Sessions(StatsQuery query, ExportForm form, [FromKeyedServices(Store)] ClickHouse clickHouse, ExportSlots slots) =>
        slots.Run(form.Format, ct => clickHouse.OpenAsync(
            $"SELECT {ExportColumn.Select(ExportColumns.OfSessions, form.Format)} FROM {SessionRows.Of(query, SessionRow.Columns)} {form.Clauses}",
            query.Values, ct));

    private static IResult Replay(SitePeriod range, ExportForm form, [FromKeyedServices(Store)] ClickHouse clickHouse, ExportSlots slots)
    {
        var values = new Dictionary<string, object?> { ["site"] = range.Site.SiteId, ["from"] = range.Period.From, ["to"] = range.Period.To };
        return slots.Run(form.Format, ct => clickHouse.OpenAsync(
            $"SELECT {ExportColumn.Select(ExportColumns.OfReplay, form.Format)} {ReplayRows} {form.Clauses}", values, ct));
    }

    private const string ReplayRows =
        "FROM replay AS chunk WHERE chunk.site_id = {site:UInt32} AND chunk.timestamp >= {from:DateTime64(3, 'UTC')} AND chunk.timestamp < {to:DateTime64(3, 'UTC')}";
}

/// <summary>In which form the rows are wanted.</summary>
internal sealed record ExportForm(ExportFormat Format) : IQueryPart
{
    private static readonly ChoiceParameter FormatName = ExportFormat.Parameter(ExportsEndpoint.Formats);

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [FormatName];

    /// <summary>The end of a statement, which tells ClickHouse how to write its answer.</summary>
    public string Clauses => Format == ExportFormat.Excel ? "SETTINGS date_time_output_format = 'simple', output_format_csv_crlf_end_of_line = 1 FORMAT CSVWithNames"
        : Format == ExportFormat.Csv ? "FORMAT CSVWithNames"
        : Format == ExportFormat.Parquet ? "FORMAT Parquet"
        : "FORMAT JSONEachRow";

    public static ValueTask<ExportForm> BindAsync(HttpContext context) => ValueTask.FromResult(new ExportForm(ExportFormat.Read(context, FormatName)));
}

/// <summary>Lets a few exports run at a time: each holds one of the store's connections for as long as its caller reads.</summary>
internal sealed class ExportSlots(IOptions<ExportLimits> limits)
{
    private const string RetryAfterSeconds = "30";

    private int running;

    public IResult Run(ExportFormat format, Func<CancellationToken, Task<Stream>> open) => new Slot(this, new StoreStream(open, format));

    private sealed class Slot(ExportSlots slots, StoreStream export) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            try
            {
                if (Interlocked.Increment(ref slots.running) > slots.Limit)
                {
                    httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
                    await Busy(slots.Limit).ExecuteAsync(httpContext);
                    return;
                }

                await export.ExecuteAsync(httpContext);
            }
            finally
            {
                Interlocked.Decrement(ref slots.running);
            }
        }
    }

    private int Limit => limits.Value.MaxAtOnce;

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Busy(int limit) => TypedResults.Problem(
        string.Create(CultureInfo.InvariantCulture, $"There are {limit} exports running already. Ask again when one has ended."),
        statusCode: StatusCodes.Status503ServiceUnavailable);
}
