using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Exports;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Stats;

/// <summary>What one query may take, so that none takes the store down.</summary>
internal sealed class QueryLimits
{
    /// <summary>Seconds that a query may run.</summary>
    [Range(1, 3600)]
    public int MaxSeconds { get; set; } = 20;

    /// <summary>Bytes of memory that a query may take.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long MaxMemoryBytes { get; set; } = 2L << 30;

    /// <summary>Queries that run in the store at a time. More of them are not faster: each uses all processors that it gets.</summary>
    [Range(1, 1024)]
    public int MaxAtOnce { get; set; } = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>Queries that wait for their turn; with a further one, the oldest of them is told to come back.</summary>
    [Range(0, 100_000)]
    public int MaxWaiting { get; set; } = 512;

    /// <summary>Seconds that a query waits for its turn.</summary>
    [Range(1, 3600)]
    public int MaxWaitSeconds { get; set; } = 20;
}

internal static class StatsGroup
{
    /// <summary>Names the client that may also write, for what keeps settings.</summary>
    public const string Writable = "writable";

    /// <summary>The client of every report: it only reads, limits go with each query, and a query ends when its caller leaves.</summary>
    public static void AddReportStore(this WebApplicationBuilder builder)
    {
        builder.AddClickHouse();
        builder.Services.AddOptions<QueryLimits>().BindConfiguration("Query").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddKeyedSingleton(Writable, (services, _) => ClickHouseRegistration.Create(ConnectionString(services)));
        builder.Services.AddOptions<AnswerOptions>().BindConfiguration("Answers").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services =>
        {
            var limits = services.GetRequiredService<IOptions<QueryLimits>>().Value;
            var answers = ActivatorUtilities.CreateInstance<AnswerCache>(services, services.GetRequiredKeyedService<ClickHouse>(Writable));
            return ClickHouseRegistration.Create(ConnectionString(services), answers, new StoreQueue(limits)).WithSettings(
            [
                new("max_execution_time", limits.MaxSeconds.ToString(CultureInfo.InvariantCulture)),
                new("max_memory_usage", limits.MaxMemoryBytes.ToString(CultureInfo.InvariantCulture)),
                new("max_bytes_before_external_group_by", (limits.MaxMemoryBytes / 2).ToString(CultureInfo.InvariantCulture)),
                new("readonly", "2"), // and a server ends only read-only queries whose caller has gone
                new("cancel_http_readonly_queries_on_client_close", "1"),
            ]);
        });
    }

    private static string ConnectionString(IServiceProvider services) =>
        services.GetRequiredService<IConfiguration>().GetConnectionString(ClickHouse.ConnectionName)
        ?? throw new InvalidOperationException("There is no connection string 'clickhouse' (ConnectionStrings__clickhouse).");

    /// <summary>The group of a site's reports: what they share is said here once.</summary>
    public static RouteGroupBuilder MapStats(this IEndpointRouteBuilder app)
    {
        var stats = app.MapGroup("/api/sites/{site}/stats").RequireAuthorization(Scopes.Query).WithTables().RefuseBadQueries().AuditedWhereNoted()
            .WithTags("Reports");
        stats.ProducesProblem(StatusCodes.Status404NotFound);
        return stats;
    }
}
