using System.Net;
using System.Text.Json;

namespace Analytics.QueryApi.Tests.Query;

/// <summary>Questions to POST /api/v2/query in the words of a test, and their answers in few letters.</summary>
internal static class Queries
{
    /// <summary>The day on which test events happen.</summary>
    public const string Today = """
        "date_range": ["2026-11-20", "2026-11-20"]
        """;

    /// <param name="fields">The request without its site and, where it names none, with the day of the events.</param>
    public static async Task<JsonElement> Query(this TestSite site, string fields)
    {
        using var response = await site.AskQuery(fields);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{fields}: {(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public static Task<HttpResponseMessage> AskQuery(this TestSite site, string fields) => site.Post(
        "/api/v2/query",
        $$"""{"site_id": "{{site.Key}}", {{(fields.Contains("date_range", StringComparison.Ordinal) ? "" : Today + ", ")}}{{fields}}}""");

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Its rows as "dimensions: metrics": <c>/pricing, Google: 2 3</c>.</summary>
    public static async Task<string[]> Rows(this TestSite site, string fields) => Rows(await site.Query(fields));

    public static string[] Rows(JsonElement answer) => [.. answer.GetProperty("results").EnumerateArray().Select(Row)];

    public static string Row(JsonElement row)
    {
        var dimensions = string.Join(", ", row.GetProperty("dimensions").EnumerateArray().Select(value => value.GetString()));
        var metrics = string.Join(' ', row.GetProperty("metrics").EnumerateArray().Select(value => JsonSerializer.Serialize(value, Readable)));
        return dimensions.Length == 0 && row.GetProperty("dimensions").GetArrayLength() == 0 ? metrics : $"{dimensions}: {metrics}";
    }

    /// <summary>The one row of a query without dimensions.</summary>
    public static async Task<string> Number(this TestSite site, string fields) => Assert.Single(await site.Rows(fields));

    /// <summary>What is wrong with a query, by field.</summary>
    public static async Task<Dictionary<string, string[]>> Refused(this TestSite site, string fields)
    {
        using var response = await site.AskQuery(fields);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{fields}: {(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(text).RootElement.GetProperty("errors").Deserialize<Dictionary<string, string[]>>()!;
    }
}
