using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Analytics.Storage;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>Sends bodies as trackers do and reads back what was stored of a site.</summary>
internal static class Posts
{
    public const string Browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    public sealed record Answer(HttpStatusCode Status, string Body, HttpResponseHeaders Headers)
    {
        public int Accepted => JsonDocument.Parse(Body).RootElement.GetProperty("accepted").GetInt32();

        public string Detail => JsonDocument.Parse(Body).RootElement.GetProperty("detail").GetString()!;

        /// <summary>One line a field: its path and what is wrong with it.</summary>
        public string[] Errors => JsonDocument.Parse(Body).RootElement.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateObject().SelectMany(error => error.Value.EnumerateArray().Select(text => $"{error.Name}: {text.GetString()}"))]
            : [];

        public string? Dropped => Headers.TryGetValues("X-Dropped", out var values) ? values.Single() : null;
    }

    public static Task<Answer> PostAsync(
        this CollectorProcess collector, string path, string body, params (string Name, string Value)[] headers) =>
        collector.PostAsync(path, Encoding.UTF8.GetBytes(body), headers);

    public static async Task<Answer> PostAsync(
        this CollectorProcess collector, string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("text/plain");
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Encoding")
            {
                request.Content.Headers.ContentEncoding.Add(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await collector.Http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>One line an event: the columns asked for, in order of time, once as many are stored as expected.</summary>
    public static async Task<string[]> StoredAsync(this Stores stores, string site, int count, string columns)
    {
        var rows = await Eventually.AnswersAsync(
            () => stores.ClickHouse.QueryAsync<Row>(
                $"SELECT concatWithSeparator('|', {string.Join(", ", columns.Split(' ').Select(c => $"toString({c})"))}) AS line "
                + "FROM events WHERE site_id = {site:UInt32} ORDER BY timestamp, name, x",
                new Dictionary<string, object?> { ["site"] = Identifier.OfSite(site) }),
            rows => rows.Count >= count);
        return [.. rows.Select(row => row.Line)];
    }

    /// <summary>Rows of any statement over one site.</summary>
    public static async Task<string[]> LinesAsync(this Stores stores, string site, string sql, int count = 1)
    {
        var rows = await Eventually.AnswersAsync(
            () => stores.ClickHouse.QueryAsync<Row>(sql, new Dictionary<string, object?> { ["site"] = Identifier.OfSite(site) }),
            rows => rows.Count >= count);
        return [.. rows.Select(row => row.Line)];
    }

    internal sealed record Row(string Line);
}
