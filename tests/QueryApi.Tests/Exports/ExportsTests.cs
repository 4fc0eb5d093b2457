using System.Net;
using System.Text.Json;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Exports;
using Analytics.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Exports;

public sealed class ExportsTests(Api api)
{
    private const string Day = "from=2026-11-20&to=2026-11-20";

    [Fact]
    public async Task An_event_is_exported_with_everything_that_is_stored_of_it()
    {
        var site = await TestSite.With(api, Custom("purchase", "/checkout").By("ann").In("session-1").At("10:00:00.250").From("Google").Having(row =>
        {
            (row.UserId, row.Title, row.Query, row.Country, row.Revenue, row.Currency, row.OrderId) = ("u-1", "Größe \"L\"", "?a=1", "DE", 49.9m, "EUR", "A-1");
            (row.ElementX, row.ElementY, row.X, row.Y) = (65535, 65535, 640, 408);
            row.Items = [new EventRow.Item("mug-1", "Mug", "Mugs", 24.95m, 2)];
            row.Props = [new("coupon", "X")];
        }));

        var row = Assert.Single(await Rows(site, "events"));

        row.ShouldBeJson($$"""
            {
              "timestamp": "2026-11-20T10:00:00.250Z", "name": "purchase", "visitor_id": "{{Identifier.Of("ann"):x16}}", "session_id": "session-1",
              "user_id": "u-1", "contract": "test", "hostname": "shop.example", "path": "/checkout", "query": "?a=1", "title": "Größe \"L\"",
              "referrer": "", "source": "Google", "channel": "", "utm_source": "", "utm_medium": "", "utm_campaign": "", "utm_term": "", "utm_content": "",
              "click_id": "", "device": "", "browser": "", "browser_version": "", "os": "", "os_version": "", "screen_width": 0, "screen_height": 0,
              "viewport_width": 0, "viewport_height": 0, "document_width": 0, "document_height": 0, "language": "", "timezone": "", "country": "DE",
              "region": "", "city": "", "ip": "", "element_selector": "", "element_id": "", "element_tag": "", "element_class": "", "element_text": "",
              "element_href": "", "element_x": null, "element_y": null, "x": 640, "y": 408, "scroll_depth": 0, "dwell_ms": 0,
              "revenue": 49.9, "currency": "EUR", "order_id": "A-1",
              "items": [ { "sku": "mug-1", "name": "Mug", "category": "Mugs", "price": 24.95, "quantity": 2 } ], "props": { "coupon": "X" }
            }
            """);
    }

    [Fact]
    public async Task In_CSV_lists_and_maps_are_JSON_and_the_first_line_names_the_columns()
    {
        var site = await TestSite.With(api, Pageview("/").Having(row => row.Props = [new("plan", "pro")]));

        var lines = (await Text(site, $"events?{Day}&format=csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(ExportColumns.OfEvents.Select(column => $"\"{column.Name}\""), lines[0].Split(','));
        Assert.EndsWith(""","[]","{""plan"":""pro""}" """.TrimEnd(), Assert.Single(lines[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_spreadsheets_no_cell_is_a_formula_and_times_are_read_as_such()
    {
        var titles = new[] { "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,\"b\"", "Größe", "'quoted" };
        var site = await TestSite.With(api, [.. titles.Select(title => Pageview("/").At("10:00:00.250").Having(row => (row.Title, row.X) = (title, 7)))]);
        using var response = await Ask(site, $"events?{Day}&format=excel");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = System.Text.Encoding.UTF8.GetString(bytes, 3, bytes.Length - 3).Split("\r\n");
        Assert.Equal(titles.Length + 2, lines.Length);
        Assert.All(lines[1..^1], line => Assert.StartsWith("\"2026-11-20 10:00:00.250\",", line, StringComparison.Ordinal));
        foreach (var cell in new[] { "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "a,\"\"b\"\"", "Größe", "'quoted" })
        {
            Assert.Single(lines, line => line.Contains($",\"{cell}\",", StringComparison.Ordinal));
        }

        Assert.All(lines[1..^1], line => Assert.Contains(",7,0,0,0,0,", line, StringComparison.Ordinal)); // x, and the numbers after it
        Assert.DoesNotContain('\n', string.Concat(lines));
    }

    [Fact]
    public async Task Parquet_keeps_types_lists_and_maps()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").At("10:00").Having(row =>
        {
            row.Items = [new EventRow.Item("mug-1", "Mug", "Mugs", 24.95m, 2)];
            row.Props = [new("plan", "pro")];
        }));
        using var response = await Ask(site, $"events?{Day}&format=parquet");

        Assert.Equal("application/vnd.apache.parquet", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            """["2026-11-20 10:00:00.000","pageview",0,[{"sku":"mug-1","name":"Mug","category":"Mugs","price":24.95,"quantity":2}],{"plan":"pro"}]""",
            await Parquet.ReadAsync(
                api, await response.Content.ReadAsByteArrayAsync(),
                "timestamp DateTime64(3, 'UTC'), name String, x UInt16, "
                + "items Array(Tuple(sku String, name String, category String, price Decimal(18, 4), quantity UInt32)), props Map(String, String)"));
    }

    [Fact]
    public async Task A_session_is_exported_whole_and_once()
    {
        var site = await TestSite.With(
            api, Pageview("/").By("ann").In("s-1").OnDay("2026-11-19").At("23:50"), Pageview("/pricing").By("ann").In("s-1").At("00:10"), Pageview("/").By("bob").In("s-2").At("09:00"));

        var sessions = (await Rows(site, "sessions", "from=2026-11-19&to=2026-11-20")).OrderBy(row => row.GetProperty("session_id").GetString()).ToList();

        Assert.Equal(["s-1", "s-2"], sessions.Select(row => row.GetProperty("session_id").GetString()));
        sessions[0].ShouldBeJson($$"""
            {
              "session_id": "s-1", "visitor_id": "{{Identifier.Of("ann"):x16}}", "user_id": "", "start": "2026-11-19T23:50:00.000Z", "end": "2026-11-20T00:10:00.000Z",
              "pageviews": 2, "events": 2, "clicks": 0, "entry_page": "/", "exit_page": "/pricing", "source": "", "channel": "", "device": "", "browser": "",
              "os": "", "country": "", "revenue": 0
            }
            """);
    }

    [Fact]
    public async Task Recorded_chunks_are_exported_as_they_were_sent()
    {
        var site = await TestSite.With(api);
        await api.ClickHouse.InsertAsync<ReplayRow>([new ReplayRow
        {
            SiteId = site.Id, SessionId = Identifier.Of("s-1"), VisitorId = Identifier.Of("ann"), Seq = 3, Timestamp = Api.Now, Events = 1, Chunk = """[{"type":4}]"""u8.ToArray(),
        }]);

        Assert.Single(await Rows(site, "replay")).ShouldBeJson($$"""
            {
              "session_id": "{{Identifier.Of("s-1"):x16}}", "visitor_id": "{{Identifier.Of("ann"):x16}}", "seq": 3, "timestamp": "2026-11-20T12:00:30.000Z",
              "events": 1, "chunk": "[{\"type\":4}]"
            }
            """);
    }

    [Fact]
    public async Task Period_filters_and_the_sites_clock_choose_the_rows()
    {
        var site = await TestSite.With(
            api, "America/New_York",
            Pageview("/").By("ann").At("2026-11-20T04:59:59Z"), Pageview("/in").By("bob").At("2026-11-20T05:00:00Z"),
            Pageview("/other").By("cat").At("2026-11-20T06:00:00Z"), Pageview("/").By("dan").At("2026-11-21T05:00:00Z"));

        Assert.Equal(["/in", "/other"], (await Rows(site, "events")).Select(row => row.GetProperty("path").GetString()).Order());
        Assert.Equal(["/in"], (await Rows(site, "events", $"{Day}&page=/in")).Select(row => row.GetProperty("path").GetString()));
        Assert.Equal(["/other"], (await Rows(site, "sessions", $"{Day}&page=/other")).Select(row => row.GetProperty("entry_page").GetString()));
    }

    [Fact]
    public async Task Nothing_stored_is_an_answer_without_rows()
    {
        var site = await TestSite.With(api);

        Assert.Empty(await Rows(site, "events"));
        Assert.Empty(await Rows(site, "sessions"));
        Assert.Empty(await Rows(site, "replay"));
        Assert.Single((await Text(site, "events?format=csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("events?format=xml", "ndjson, csv, excel, parquet")]
    [InlineData("events?format=json", "ndjson, csv, excel, parquet")]
    [InlineData("events?limit=5", "limit")]
    [InlineData("events?period=30days", "30days")]
    [InlineData("replay?page=/", "page")]
    public async Task What_cannot_be_exported_is_refused_before_anything_is_read(string export, string words)
    {
        var site = await TestSite.With(api);
        using var response = await Ask(site, export);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains(words, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_may_be_accepted_and_the_file_has_a_name()
    {
        var site = await TestSite.With(api, Pageview("/"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sites/{site.Key}/export/events?{Day}");
        request.Headers.TryAddWithoutValidation("Accept", "text/csv");
        using var response = await api.Client.SendAsync(request);

        Assert.Equal("text/csv", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"{site.Key}-export-events-2026-11-20.csv", response.Content.Headers.ContentDisposition?.FileNameStar);
    }

    [Fact]
    public void Each_export_is_kept_as_a_read_of_what_single_people_did()
    {
        var exports = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/sites/{site}/export/", StringComparison.Ordinal)).ToList();

        Assert.Equal(3, exports.Count);
        Assert.All(exports, endpoint => Assert.Equal("export", endpoint.Metadata.GetMetadata<AuditedRead>()?.What));
    }

    private async Task<List<JsonElement>> Rows(TestSite site, string export, string query = Day) =>
        [.. (await Text(site, $"{export}?{query}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private async Task<string> Text(TestSite site, string export)
    {
        using var response = await Ask(site, export);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private Task<HttpResponseMessage> Ask(TestSite site, string export) => api.Client.GetAsync($"/api/sites/{site.Key}/export/{export}");
}
