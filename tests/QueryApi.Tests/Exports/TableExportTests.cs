using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Exports;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Exports;

public sealed class TableExportTests(Api api)
{
    private const string Day = "from=2026-11-20&to=2026-11-20";

    [Fact]
    public async Task The_rows_of_a_report_are_the_rows_of_its_table()
    {
        var site = await ThreePageviews();

        Assert.Equal(
            "value,visitors,sessions,pageviews,bounce_rate,events\n/,2,2,2,0.5,2\n/pricing,1,1,1,0,1\n",
            await Text(site, $"breakdown/page?{Day}&format=csv"));
        Assert.Equal(
            """
            {"value":"/","visitors":2,"sessions":2,"pageviews":2,"bounce_rate":0.5,"events":2}
            {"value":"/pricing","visitors":1,"sessions":1,"pageviews":1,"bounce_rate":0,"events":1}

            """.ReplaceLineEndings("\n"),
            await Text(site, $"breakdown/page?{Day}&format=ndjson"));
    }

    [Fact]
    public async Task Headline_numbers_are_one_row_whose_records_are_columns()
    {
        var lines = (await Text(await ThreePageviews(), $"overview?{Day}&format=csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.StartsWith("current_visitors,current_sessions,current_pageviews,current_events,current_views_per_session,current_bounce_rate,", lines[0], StringComparison.Ordinal);
        Assert.Contains(",previous_visitors,previous_sessions,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2,2,3,3,1.5,0.5,", lines[1], StringComparison.Ordinal);
        Assert.Equal(lines[0].Count(c => c == ','), lines[1].Count(c => c == ','));
        Assert.EndsWith(",currency", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_a_list_is_a_table_too_and_maps_are_JSON_in_their_cell()
    {
        var site = await TestSite.With(api, Pageview("/").In("s1").At("10:00"), Custom("signup").In("s1").At("10:01").Having(row => row.Props = [new("plan", "a,\"b\"")]));

        var events = (await Text(site, "sessions/s1?format=csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("time,name,hostname,path,title,element,element_text,href,x,y,scroll_depth,dwell_ms,revenue,currency,props", events[0]);
        Assert.Equal("2026-11-20T10:00:00+00:00,pageview,shop.example,/,,,,,0,0,0,0,0,,{}", events[1]);
        Assert.EndsWith("""""  ,"{""plan"":""a,\""b\""""}"  """"".Trim(), events[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_depths_of_a_scroll_map_are_rows_of_their_own()
    {
        var site = await TestSite.With(api, Pageleave("/", depth: 1));

        Assert.Equal("index,depths\n0,1\n1,1\n2,0\n", string.Concat((await Text(site, $"heatmap?{Day}&path=/&kind=scroll&format=csv")).Split('\n').Take(4).Select(line => line + "\n")));
    }

    [Fact]
    public async Task Of_several_lists_one_is_chosen_by_its_name()
    {
        var site = await TestSite.With(api, Click("/", 5, 5, "#buy", "Buy"), Click("/", 5, 5, "#buy", "Buy"));
        var report = $"heatmap?{Day}&path=/&format=csv";

        Assert.StartsWith("x,y,count\n", await Text(site, report), StringComparison.Ordinal);
        Assert.StartsWith("x,y,count\n", await Text(site, $"{report}&table=cells"), StringComparison.Ordinal);
        Assert.StartsWith("selector,text,clicks,share", await Text(site, $"{report}&table=elements"), StringComparison.Ordinal);
        Assert.StartsWith("hostname,path,kind,device,width,height,total", await Text(site, $"{report}&table=answer"), StringComparison.Ordinal);
        using var refused = await site.Ask($"{report}&table=rows");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("answer, cells, elements, ", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_general_query_has_the_columns_that_it_asked_for()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").From("Google"), Pageview("/").By("bob").From("Google"), Pageview("/").By("cat").From("Bing"));
        using var response = await api.Client.PostAsJsonAsync("/api/v2/query?format=csv", new
        {
            site_id = site.Key,
            metrics = new[] { "visitors", "bounce_rate" },
            dimensions = new[] { "visit:source" },
            date_range = new[] { "2026-11-20", "2026-11-20" },
            include = new { comparisons = new { mode = "previous_period" } },
        });

        Assert.Equal(
            "visit:source,visitors,bounce_rate,comparison_visitors,comparison_bounce_rate,change_visitors,change_bounce_rate\nGoogle,2,100,0,0,100,100\nBing,1,100,0,0,100,100\n",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public void Lists_of_numbers_are_columns_and_remarks_are_no_rows()
    {
        var cohorts = Table.Of(new Cohorts([new Cohort("first", [3, 2, 1]), new Cohort("second", [2, 1])], [new Note("n")]))!;
        var numbers = Table.Of(new Numbers(5, [new Note("n")]))!;

        Assert.Equal(["name", "returned_0", "returned_1", "returned_2"], cohorts.Columns.Select(column => column.Name));
        Assert.Equal(new object?[][] { ["first", 3L, 2L, 1L], ["second", 2L, 1L, null] }, cohorts.Rows);
        Assert.Equal(["visitors"], numbers.Columns.Select(column => column.Name));
        Assert.Single(numbers.Rows);
    }

    private sealed record Cohorts(IReadOnlyList<Cohort> Rows, IReadOnlyList<Note> Notes);

    private sealed record Cohort(string Name, IReadOnlyList<long> Returned);

    private sealed record Numbers(long Visitors, IReadOnlyList<Note> Notes);

    [Remark]
    private sealed record Note(string Text);

    [Fact]
    public async Task An_empty_report_is_a_header_line()
    {
        var site = await TestSite.With(api);
        using var parquet = await site.Ask("breakdown/page?format=parquet");

        Assert.Equal("value,visitors,sessions,pageviews,bounce_rate,events\n", await Text(site, "breakdown/page?format=csv"));
        Assert.Equal("", await Text(site, "breakdown/page?format=ndjson"));
        Assert.Equal("", await Parquet.ReadAsync(api, await parquet.Content.ReadAsByteArrayAsync(), "value String, visitors Int64"));
    }

    [Fact]
    public async Task Spreadsheets_get_a_byte_order_mark_CRLF_and_no_formula()
    {
        var titles = new[] { "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a,b", "a \"b\"", "Größe", "'quoted" };
        var site = await TestSite.With(api, [.. titles.Select(title => Pageview("/").Having(row => row.Title = title))]);

        using var response = await site.Ask($"breakdown/title?{Day}&format=excel");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes, 3, bytes.Length - 3).Split("\r\n");
        Assert.Equal("value,visitors,sessions,pageviews,bounce_rate,events", lines[0]);
        Assert.Equal(
            new[] { "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "\"a,b\"", "\"a \"\"b\"\"\"", "Größe", "'quoted" }.Select(cell => $"{cell},1,1,1,0,1").Order(StringComparer.Ordinal),
            lines[1..^1].Order(StringComparer.Ordinal));
        Assert.DoesNotContain('\n', string.Concat(lines));
    }

    [Fact]
    public async Task Numbers_and_times_are_left_as_such_for_spreadsheets()
    {
        var site = await TestSite.With(api, "Europe/Berlin", Pageview("/").In("refunded").At("10:00").Having(row => row.Revenue = -5.5m));

        var sessions = await Text(site, $"sessions?{Day}&format=excel");
        var points = await Text(site, $"timeseries?{Day}&interval=hour&format=excel");

        Assert.Contains(",-5.5,", sessions, StringComparison.Ordinal);
        Assert.Contains(",2026-11-20 10:00:00,", sessions, StringComparison.Ordinal);
        Assert.Contains("\r\n2026-11-20 11:00:00,1,1,1\r\n", points, StringComparison.Ordinal); // on the site's clock
    }

    [Fact]
    public async Task Parquet_has_the_same_rows_with_types()
    {
        var site = await ThreePageviews();
        using var response = await site.Ask($"breakdown/page?{Day}&format=parquet");

        Assert.Equal("application/vnd.apache.parquet", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            """["\/",2,0.5]["\/pricing",1,0]""",
            await Parquet.ReadAsync(api, await response.Content.ReadAsByteArrayAsync(), "value String, visitors Int64, bounce_rate Float64"));
    }

    [Fact]
    public async Task Parquet_has_instants_days_maps_and_nothing_where_there_is_nothing()
    {
        var rows = new object?[][]
        {
            ["a`b\\\t\n'é", true, 9007199254740993, 0.1, 12.34m, new DateTimeOffset(2026, 11, 20, 11, 0, 0, 5, TimeSpan.FromHours(1)), new DateOnly(2026, 11, 20), new[] { 1, 2 }],
            [null, null, null, null, null, null, null, null],
        };
        var types = Enum.GetValues<CellType>();
        var table = new Table([.. types.Select((type, i) => new Column($"c`{i}", type))], rows);

        await using var stream = await ParquetTable.OpenAsync(table, JsonSerializerOptions.Web, api.ClickHouse, TestContext.Current.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);

        Assert.Equal(
            """["a`b\\\t\n'é",true,9007199254740993,0.1,12.34,"2026-11-20 10:00:00.005","2026-11-20","[1,2]"][null,null,null,null,null,null,null,null]""",
            await Parquet.ReadAsync(
                api, bytes.ToArray(),
                "`c\\`0` Nullable(String), `c\\`1` Nullable(Bool), `c\\`2` Nullable(Int64), `c\\`3` Nullable(Float64), `c\\`4` Nullable(Decimal(38, 6)), "
                + "`c\\`5` Nullable(DateTime64(3, 'UTC')), `c\\`6` Nullable(Date32), `c\\`7` Nullable(String)"));
    }

    [Fact]
    public async Task Parquet_takes_tables_of_any_size()
    {
        var rows = Enumerable.Range(0, 20_000).Select(i => new object?[] { (long)i, $"row {i} {(i % 1000 == 7 ? new string('é', 40_000) + "😀" : "😀")}" }).ToList();
        var table = new Table([new Column("n", CellType.Integer), new Column("text", CellType.Text)], rows);

        await using var stream = await ParquetTable.OpenAsync(table, JsonSerializerOptions.Web, api.ClickHouse, TestContext.Current.CancellationToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);

        Assert.Equal(
            $"[{rows.Count},{rows.Sum(row => (long)row[0]!)},{rows.Sum(row => Encoding.UTF8.GetByteCount((string)row[1]!))}]",
            await Parquet.ReadAsync(api, bytes.ToArray(), "n Int64, text String", "count(), sum(n), sum(length(text))"));
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("application/vnd.apache.parquet", "application/vnd.apache.parquet")]
    [InlineData("application/vnd.ms-excel", "text/csv")]
    [InlineData("application/json", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", "application/json")]
    [InlineData("application/json;q=0.5, text/csv", "text/csv")]
    [InlineData("text/csv;q=0.5, application/json", "application/json")]
    public async Task The_form_is_also_taken_from_what_the_caller_accepts(string accept, string mediaType)
    {
        var site = await TestSite.With(api);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sites/{site.Key}/stats/breakdown/page");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await api.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, mediaType), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task A_table_is_saved_under_a_name_that_says_what_it_is()
    {
        var site = await TestSite.With(api);
        using var table = await site.Ask("breakdown/page?format=excel");
        using var answer = await site.Ask("breakdown/page?format=json");

        Assert.Equal($"attachment; filename={site.Key}-breakdown-page-2026-11-20.csv; filename*=UTF-8''{site.Key}-breakdown-page-2026-11-20.csv", table.Content.Headers.ContentDisposition?.ToString());
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Theory]
    [InlineData("breakdown/page?format=xml", HttpStatusCode.BadRequest, "json, csv, excel, ndjson, parquet")]
    [InlineData("breakdown/nothing?format=csv", HttpStatusCode.BadRequest, "dimension")]
    [InlineData("breakdown/page?format=csv&period=30days", HttpStatusCode.BadRequest, "period")]
    [InlineData("sessions/nobody?format=csv", HttpStatusCode.NotFound, "nobody")]
    public async Task What_is_refused_is_a_problem_in_every_form(string report, HttpStatusCode status, string words)
    {
        var site = await TestSite.With(api);
        using var response = await site.Ask(report);

        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains(words, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_report_that_the_documentation_names_can_be_had_in_every_form()
    {
        var site = await TestSite.With(api, Pageview("/pricing").In("8f14e45fceea167a"), Click("/pricing", 5, 5, "#buy", "Buy").In("8f14e45fceea167a"));
        var document = await api.Client.GetJsonAsync("/openapi/v1.json");
        var reports = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api/sites/{site}/stats/", StringComparison.Ordinal)))
        {
            if (!path.Value.TryGetProperty("get", out var operation)
                || !operation.GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/csv", out _))
            {
                continue; // an answer that never ends is no table
            }

            var address = path.Name.Replace("{site}", site.Key, StringComparison.Ordinal);
            var query = "";
            foreach (var parameter in operation.GetProperty("parameters").EnumerateArray().Where(parameter => parameter.TryGetProperty("required", out var required) && required.GetBoolean()))
            {
                var (name, example) = (parameter.GetProperty("name").GetString(), Uri.EscapeDataString(parameter.GetProperty("example").ToString()));
                address = address.Replace($"{{{name}}}", example, StringComparison.Ordinal);
                query += parameter.GetProperty("in").GetString() == "query" ? $"&{name}={example}" : "";
            }

            using var json = await api.Client.GetAsync($"{address}?format=json{query}");
            foreach (var format in ExportFormat.All.Where(format => json.IsSuccessStatusCode && format != ExportFormat.Json))
            {
                using var response = await api.Client.GetAsync($"{address}?format={format.Name}{query}");
                Assert.True(response.IsSuccessStatusCode, $"{address}?format={format.Name}{query}: {await response.Content.ReadAsStringAsync()}");
                Assert.Equal(format.ContentType, response.Content.Headers.ContentType?.ToString());
                reports++;
            }
        }

        Assert.True(reports >= 8 * 4, $"Only {reports} answers were tables.");
    }

    private Task<TestSite> ThreePageviews() => TestSite.With(
        api, Pageview("/").By("ann").At("10:00"), Pageview("/pricing").By("ann").At("10:05"), Pageview("/").By("bob").At("10:00"));

    private static async Task<string> Text(TestSite site, string report)
    {
        using var response = await site.Ask(report);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEqual(new MediaTypeHeaderValue("application/json"), response.Content.Headers.ContentType);
        return await response.Content.ReadAsStringAsync();
    }
}
