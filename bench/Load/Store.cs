using System.Data.Common;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Analytics.Load;

internal sealed record TableSize(string Table, long Rows, long Bytes);

/// <summary>How many of a site's events are stored: asked of ClickHouse where its address is known, else of the query API.</summary>
internal sealed class Store : IDisposable
{
    private static readonly string[] OfStats = ["pageviews", "identify_events", "custom_events", "click_events"];

    private readonly HttpClient http;
    private readonly Uri? clickHouse;
    private readonly Uri stats;
    private readonly uint site;
    private long before;

    private Store(LoadOptions options, string site, Uri? clickHouse)
    {
        this.clickHouse = clickHouse;
        stats = new Uri(options.Url, "/stats");

        // As the system itself does, so that no table has to be asked for it.
        this.site = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(site)));
        http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        if (clickHouse is null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        }
    }

    public bool IsClickHouse => clickHouse is not null;

    /// <param name="connectionString">In the words of ClickHouse's .NET drivers.</param>
    public static async Task<Store?> OpenAsync(LoadOptions options, string site, string? connectionString)
    {
        if (connectionString is null && options.ApiKey is null)
        {
            return null;
        }

        var store = new Store(options, site, connectionString is null ? null : Address(connectionString));
        if (!store.IsClickHouse)
        {
            store.before = await store.OfAllSitesAsync();
        }

        return store;
    }

    /// <summary>Without ClickHouse: what all sites have more than at the start.</summary>
    public async Task<long> CountAsync() => IsClickHouse
        ? long.Parse(await AskAsync($"SELECT count() FROM events WHERE site_id = {site}"), CultureInfo.InvariantCulture)
        : await OfAllSitesAsync() - before;

    public async Task<List<TableSize>> SizesAsync(bool merge)
    {
        if (!IsClickHouse)
        {
            return [];
        }

        const string Sizes = """
            SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts
            WHERE active AND database = currentDatabase() GROUP BY table HAVING sum(rows) > 0 ORDER BY sum(bytes_on_disk) DESC
            """;
        if (merge)
        {
            foreach (var table in Rows(await AskAsync(Sizes)).Where(row => row.Rows > 1_000))
            {
                await AskAsync($"OPTIMIZE TABLE `{table.Table}` FINAL");
            }
        }

        return Rows(await AskAsync(Sizes));
    }

    public void Dispose() => http.Dispose();

    private static List<TableSize> Rows(string answer) =>
    [
        .. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).Select(columns => new TableSize(
            columns[0], long.Parse(columns[1], CultureInfo.InvariantCulture), long.Parse(columns[2], CultureInfo.InvariantCulture))),
    ];

    private async Task<string> AskAsync(string sql)
    {
        using var content = new StringContent(sql);
        using var response = await http.PostAsync(clickHouse, content);
        var answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? answer.TrimEnd() : throw new LoadException($"ClickHouse: {answer}");
    }

    private async Task<long> OfAllSitesAsync()
    {
        using var json = JsonDocument.Parse(await http.GetByteArrayAsync(stats));
        return OfStats.Sum(name => json.RootElement.GetProperty(name).GetInt64());
    }

    private static Uri Address(string connectionString)
    {
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        string Part(string name, string otherwise) => parts.TryGetValue(name, out var value) && $"{value}" is { Length: > 0 } text ? text : otherwise;
        var host = Part("Host", "localhost");
        if (!LoadOptions.IsLoopback(host))
        {
            throw new LoadException($"--clickhouse: {host} is not this machine.");
        }

        var user = $"user={Uri.EscapeDataString(Part("Username", "default"))}&password={Uri.EscapeDataString(Part("Password", ""))}";
        return new($"http://{host}:{Part("Port", "8123")}/?database={Uri.EscapeDataString(Part("Database", "analytics"))}&{user}");
    }
}
