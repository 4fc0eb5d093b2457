using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

/// <summary>
/// The requests that Plausible's documentation of its Stats API v2 shows, as they stand there, on a site that has what they ask about; answers have
/// its shape throughout: rows, meta and the query that was understood.
/// </summary>
public sealed class PlausibleExampleTests(Api api)
{
    private const string Site = "dummy.site";
    private const string LastWeek = """["2026-11-13T00:00:00+00:00", "2026-11-19T23:59:59+00:00"]""";
    private const string All = """["2024-08-02T00:00:00+00:00", "2026-11-20T23:59:59+00:00"]""";
    private const string Visitors = """[["visitors", "desc"]]""";

    /// <param name="Range">The time in the answer's query.</param>
    /// <param name="Order">Its order.</param>
    /// <param name="Rows">As <see cref="Queries.Rows(JsonElement)"/> writes them.</param>
    private sealed record Example(string Name, string Request, string Range, string Order, string Rows, string Meta = "{}");

    private static readonly Example[] Examples =
    [
        new("curl", """{ "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d" }""", LastWeek, Visitors, "5"),
        new("aggregate", """
            { "site_id": "dummy.site", "metrics": ["visitors", "events"], "date_range": "7d" }
            """, LastWeek, Visitors, "5 11"),
        new("custom-date-range", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": ["2024-08-01", "2024-08-15"] }
            """, """["2024-08-01T00:00:00+00:00", "2024-08-15T23:59:59+00:00"]""", Visitors, "1"),
        new("country-and-city", """
            { "site_id": "dummy.site", "metrics": ["visitors", "pageviews", "bounce_rate"], "date_range": "7d",
              "filters": [ ["is_not", "visit:country_name", [""]] ], "dimensions": ["visit:country_name", "visit:city_name"] }
            """, LastWeek, Visitors, "Estonia, Tallinn: 2 3 50 | United States, Boston: 1 1 100"),
        new("utm", """
            { "site_id": "dummy.site", "metrics": ["visitors", "events", "pageviews"], "date_range": "7d",
              "dimensions": ["visit:utm_medium", "visit:utm_source"] }
            """, LastWeek, Visitors,
            "(not set), (not set): 2 3 2 | email, newsletter: 1 2 1 | social, facebook: 1 3 2 | social, twitter: 1 3 1"),
        new("filtering-basics", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d",
              "filters": [ ["contains", "event:page", ["/docs", "/pricing"]],
                ["or", [ ["not", ["is", "visit:utm_campaign", ["Referral"]]],
                  ["is", "visit:country_name", ["Estonia", "United States of America"]] ]] ] }
            """, LastWeek, Visitors, "3"),
        new("filtering-basics, earlier", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d",
              "filters": [ ["contains", "event:page", ["/docs", "/pricing"]],
                ["is", "visit:country_name", ["Estonia", "United States of America"]] ] }
            """, LastWeek, Visitors, "2"),
        new("filtering-case-insensitive", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d",
              "filters": [ ["contains", "event:page", ["blog"], {"case_sensitive": false}] ] }
            """, LastWeek, Visitors, "1"),
        new("timeseries", """
            { "site_id": "dummy.site", "metrics": ["visitors", "events"], "date_range": "7d",
              "filters": [ ["is", "visit:os", ["GNU/Linux", "Mac"]] ], "dimensions": ["time:day"] }
            """, LastWeek, """[["time:day", "asc"], ["visitors", "desc"]]""", "2026-11-18: 1 3 | 2026-11-19: 1 1"),
        new("time-labels", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "day", "dimensions": ["time:hour"], "include": { "time_labels": true } }
            """, """["2026-11-20T00:00:00+00:00", "2026-11-20T23:59:59+00:00"]""", """[["time:hour", "asc"], ["visitors", "desc"]]""",
            "2026-11-20 09:00:00: 1",
            $$"""{"time_labels": [{{string.Join(", ", Enumerable.Range(0, 24).Select(hour => $"\"2026-11-20 {hour:00}:00:00\""))}}]}"""),
        new("custom-properties", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d", "dimensions": ["time:day", "event:props:is_customer"],
              "order_by": [["time:day", "asc"], ["event:props:is_customer", "desc"]] }
            """, LastWeek, """[["time:day", "asc"], ["event:props:is_customer", "desc"]]""",
            "2026-11-18, true: 1 | 2026-11-18, false: 1 | 2026-11-18, (none): 2 | 2026-11-19, (none): 3"),
        new("pagination", """
            { "site_id": "dummy.site", "metrics": ["visitors", "events", "pageviews"], "date_range": "7d",
              "dimensions": ["visit:utm_medium", "visit:utm_source"], "include": { "total_rows": true }, "pagination": { "limit": 3, "offset": 1 } }
            """, LastWeek, Visitors, "email, newsletter: 1 2 1 | social, facebook: 1 3 2 | social, twitter: 1 3 1", """{"total_rows": 4}"""),
        new("imports", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "all", "dimensions": ["visit:source"], "include": { "imports": true } }
            """, All, Visitors, "Direct / None: 4 | Facebook: 1 | Newsletter: 1 | Twitter: 1",
            """{"imports_included": false, "imports_skip_reason": "no_imported_data"}"""),
        new("imports-bad-filter", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "all", "dimensions": ["visit:source"],
              "filters": [["is", "visit:country_name", ["Estonia"]]], "include": { "imports": true } }
            """, All, Visitors, "Facebook: 1 | Newsletter: 1", """{"imports_included": false, "imports_skip_reason": "no_imported_data"}"""),
        new("revenue-metrics", """
            { "site_id": "dummy.site", "metrics": ["total_revenue"], "date_range": "all", "dimensions": ["event:goal"] }
            """, All, """[["total_revenue", "desc"]]""",
            """North America Purchases: {"short":"$96.3K","value":96336.5,"long":"$96,336.50","currency":"USD"} | """
            + """PurchaseUSD: {"short":"$96.3K","value":96336.5,"long":"$96,336.50","currency":"USD"} | """
            + """PurchaseEUR: {"short":"€20.0","value":20,"long":"€20.00","currency":"EUR"} | Open Support Chat: null | Signup: null | Visit /: null"""),
        new("revenue-warning", """
            { "site_id": "dummy.site", "metrics": ["total_revenue"], "date_range": "all", "filters": [ ["is", "event:goal", ["PurchaseUSD", "PurchaseEUR"]] ] }
            """, All, """[["total_revenue", "desc"]]""", "null",
            """{"metric_warnings": {"total_revenue": {"code": "no_single_revenue_currency", "warning": "Revenue metrics are null where there are several currencies."}}}"""),
        new("behavioral-filters", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "all",
              "filters": [ ["is", "event:goal", ["Signup"]], ["has_done", ["is", "event:page", ["/pricing"]]] ] }
            """, All, Visitors, "1"),
        new("behavioral-filters, later", """
            { "site_id": "dummy.site", "metrics": ["visitors", "pageviews"], "date_range": "7d",
              "filters": [ ["is", "event:page", ["/pricing"]], ["has_done", ["is", "event:goal", ["Open Support Chat"]]],
                ["has_not_done", ["is", "event:goal", ["Register", "Login"]]] ] }
            """, LastWeek, Visitors, "1 1"),
        new("range of times", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": ["2024-01-01T12:00:00+02:00", "2024-01-01T15:59:59+02:00"] }
            """, """["2024-01-01T10:00:00+00:00", "2024-01-01T13:59:59+00:00"]""", Visitors, "0"),
        new("order_by", """
            { "site_id": "dummy.site", "metrics": ["visitors"], "date_range": "7d", "dimensions": ["visit:country_name"],
              "order_by": [["visitors", "desc"], ["visit:country_name", "asc"]] }
            """, LastWeek, """[["visitors", "desc"], ["visit:country_name", "asc"]]""", ": 2 | Estonia: 2 | United States: 1"),
    ];

    /// <summary>The filters of its tables, over the week: visitors and events.</summary>
    private static readonly (string Filters, string Expected)[] Filters =
    [
        ("""["is", "visit:country_name", ["Germany", "Poland"]]""", "0 0"),
        ("""["is_not", "event:page", ["/pricing"]]""", "5 9"),
        ("""["contains", "event:page", ["/login"]]""", "1 1"),
        ("""["contains_not", "event:page", ["docs", "pricing"]]""", "3 5"),
        ("""["matches", "event:page", ["^/user/\\d+$"]]""", "1 1"),
        ("""["matches_not", "event:page", ["^/user/\\d+$"]]""", "5 10"),
        ("""["and", [["is", "visit:country_name", ["Germany"]], ["is", "visit:city_name", ["Berlin"]]]]""", "0 0"),
        ("""["or", [["is", "visit:country_name", ["Germany"]], ["is", "visit:city_name", ["Tallinn"]]]]""", "2 5"),
        ("""["not", ["is", "visit:country_name", ["Germany"]]]""", "5 11"),
    ];

    [Fact]
    public async Task The_examples_run_unchanged()
    {
        var client = await DummySiteAsync();
        foreach (var example in Examples)
        {
            var answer = await AskAsync(client, example.Request);
            var asked = JsonDocument.Parse(example.Request).RootElement;

            Assert.Equal((example.Name, example.Rows), (example.Name, string.Join(" | ", Queries.Rows(answer))));
            answer.GetProperty("meta").ShouldBeJson(example.Meta);
            answer.GetProperty("query").ShouldBeJson($$"""
                {
                  "site_id": "{{Site}}", "metrics": {{asked.GetProperty("metrics")}}, "date_range": {{example.Range}}, "filters": {{Asked("filters", "[]")}},
                  "dimensions": {{Asked("dimensions", "[]")}}, "order_by": {{example.Order}}, "include": {{Asked("include", "{}")}},
                  "pagination": {{(asked.TryGetProperty("pagination", out _) ? """{"offset": 1, "limit": 3}""" : """{"offset": 0, "limit": 10000}""")}}
                }
                """);
            Assert.Equal(["results", "meta", "query"], answer.EnumerateObject().Select(field => field.Name));

            string Asked(string field, string otherwise) => asked.TryGetProperty(field, out var value) ? value.GetRawText() : otherwise;
        }

        foreach (var (filters, expected) in Filters)
        {
            var answer = await AskAsync(client, $$"""
                { "site_id": "dummy.site", "metrics": ["visitors", "events"], "date_range": "7d", "filters": [{{filters}}] }
                """);

            Assert.Equal((filters, expected), (filters, Assert.Single(Queries.Rows(answer))));
        }
    }

    /// <summary>The example names segment 2 by a number: ours have ids and names of letters and digits, and a number finds either.</summary>
    [Fact]
    public async Task The_example_of_segments_runs_where_there_is_such_a_segment()
    {
        const string request = """
            { "site_id": "dummy.site", "metrics": ["visitors", "events"], "filters": [["is", "segment", [2]]], "date_range": "7d" }
            """;
        var client = await DummySiteAsync();
        await SaveAsync(client, "segments", """{"name": "2", "filters": [["has_not_done", ["is", "event:goal", ["Signup"]]], ["is", "visit:source", ["Newsletter"]]]}""");

        var answer = await AskAsync(client, request);

        Assert.Equal(["1 2"], Queries.Rows(answer));
        answer.GetProperty("query").GetProperty("filters").ShouldBeJson(
            """[["has_not_done", ["is", "event:goal", ["Signup"]]], ["is", "visit:source", ["Newsletter"]]]""");
    }

    [Fact]
    public async Task All_metrics_of_the_documentation_are_answered_by_page_and_goal()
    {
        var client = await DummySiteAsync();

        var answer = await AskAsync(client, """
            { "site_id": "dummy.site", "date_range": "7d", "dimensions": ["event:page", "event:goal"], "filters": [["is", "event:goal", ["PurchaseUSD"]]],
              "metrics": ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration", "scroll_depth", "percentage",
                "conversion_rate", "group_conversion_rate", "time_on_page", "average_revenue", "total_revenue"] }
            """);

        Assert.Equal(
            ["""/user/1234, PurchaseUSD: 1 1 0 1 0 100 120 null 100 20 100 null {"short":"$96.3K","value":96336.5,"long":"$96,336.50","currency":"USD"} """
                + """{"short":"$96.3K","value":96336.5,"long":"$96,336.50","currency":"USD"}"""],
            Queries.Rows(answer));
    }

    // What its tests say is wrong is wrong here too, and said in a field "error" that begins with the path, besides ours.
    [Theory]
    [InlineData(""" "metrics": ["conversion_rate"], "date_range": "all", "dimensions": ["event:page"] """, "#/metrics/0: 'conversion_rate' needs the dimension event:goal")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "all", "dimensions": ["badproperty"] """, "#/dimensions/0: 'badproperty' is not one of")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "all", "dimensions": ["event:props:"] """, "#/dimensions/0: 'event:props:' is not one of")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "bad_period", "dimensions": ["event:name"] """, "#/date_range: 'bad_period' is not one of")]
    [InlineData(""" "metrics": ["visitors", "baa"], "date_range": "all" """, "#/metrics/1: 'baa' is not one of")]
    [InlineData(""" "metrics": ["views_per_visit", "visitors", "visitors"], "date_range": "all" """, "#/metrics/2: 'visitors' is there already")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "all", "filters": [["is", "event:goal", ["Register"]]] """, "#/filters/0/2/0: There is no goal 'Register'")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "all", "filters": [["is", "badproperty", ["bar"]]] """, "#/filters/0/1: 'badproperty' is not one of")]
    [InlineData(""" "metrics": ["visitors"], "date_range": "all", "include": {"comparisons": {"mode": "never"}} """, "#/include/comparisons/mode: 'never' is not one of")]
    public async Task Errors_are_where_clients_of_Plausible_look_for_them(string fields, string error)
    {
        var site = await TestSite.With(api);

        using var response = await site.AskQuery(fields);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith(error, answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Single(answer.GetProperty("errors").EnumerateObject());
    }

    [Fact]
    public async Task So_is_that_a_site_is_not_there()
    {
        using var response = await api.Client.PostAsync(
            "/api/v2/query", new StringContent("""{"site_id": "nobody.example", "metrics": ["visitors"], "date_range": "7d"}""", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("nobody.example", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Five visitors of the week before 20 November 2026: ann of Estonia reads the documentation and signs up, bob of the United States buys, eve comes
    /// with a newsletter and asks for help, joe and kim come from nowhere; sue is there today, and one two years ago.
    /// </summary>
    private async Task<HttpClient> DummySiteAsync()
    {
        var (client, clickHouse) = await api.WithDatabaseAsync($"plausible_{Guid.NewGuid():n}");
        using var made = await client.PostAsJsonAsync("/api/sites", new NewSite(Site));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        await SaveAsync(client, "goals", """{"event": "signup", "name": "Signup"}""");
        await SaveAsync(client, "goals", """{"event": "purchase", "name": "PurchaseUSD", "props": [{"name": "shop", "values": ["us"]}], "currency": "USD"}""");
        await SaveAsync(client, "goals", """{"event": "purchase", "name": "PurchaseEUR", "props": [{"name": "shop", "values": ["eu"]}], "currency": "EUR"}""");
        await SaveAsync(client, "goals", """{"event": "purchase", "name": "North America Purchases", "props": [{"name": "shop", "values": ["us"]}], "currency": "USD"}""");
        await SaveAsync(client, "goals", """{"page": "/"}""");
        await SaveAsync(client, "goals", """{"event": "chat", "name": "Open Support Chat"}""");
        await SaveAsync(client, "goals", """{"event": "register", "name": "Register"}""");
        await SaveAsync(client, "goals", """{"event": "login", "name": "Login"}""");
        TestEvent[] events =
        [
            Pageview("/docs/a").By("ann").OnDay("2026-11-18").At("10:00").From("Facebook").Having(Ann),
            Pageview("/pricing").By("ann").OnDay("2026-11-18").At("10:01").Having(row => { Ann(row); row.Props = [new("is_customer", "false")]; }),
            Custom("signup").By("ann").OnDay("2026-11-18").At("10:02").Having(row => { Ann(row); row.Props = [new("is_customer", "true")]; }),
            Pageview("/login").By("bob").OnDay("2026-11-19").At("10:00").From("Twitter").Having(Bob),
            Custom("open").By("bob").OnDay("2026-11-19").At("10:01").Having(Bob),
            Custom("purchase", "/user/1234").By("bob").OnDay("2026-11-19").At("10:02").Having(row =>
            {
                Bob(row);
                (row.Revenue, row.Currency, row.Props) = (96_336.5m, "USD", [new("shop", "us")]);
            }),
            Pageview("/pricing").By("eve").OnDay("2026-11-18").At("11:00").From("Newsletter").Having(Eve),
            Custom("chat", "/docs/help").By("eve").OnDay("2026-11-18").At("11:01").Having(Eve),
            Pageview("/Blog/first").By("joe").OnDay("2026-11-19").Having(row => row.Os = "Mac"),
            Pageview("/docs/b").By("kim").OnDay("2026-11-19"), Custom("open", "/docs/b").By("kim").OnDay("2026-11-19").At("12:01"),
            Pageview("/").By("old").OnDay("2024-08-02"),
            Pageview("/").By("sue").At("09:30"),
            Custom("purchase").By("sue").At("09:40").Having(row => (row.Revenue, row.Currency, row.Props) = (20, "EUR", [new("shop", "eu")])),
        ];
        await clickHouse.InsertAsync<EventRow>([.. events.Select(e => e.ToRow(Identifier.OfSite(Site)))]);
        return client;
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string request)
    {
        using var response = await client.PostAsync("/api/v2/query", new StringContent(request, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{request}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task SaveAsync(HttpClient client, string things, string body)
    {
        using var response = await client.PostAsync($"/api/sites/{Site}/{things}", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
    }

    private static void Ann(EventRow row) =>
        (row.Country, row.City, row.Os, row.UtmMedium, row.UtmSource) = ("EE", "Tallinn", "GNU/Linux", "social", "facebook");

    private static void Bob(EventRow row) =>
        (row.Country, row.City, row.Os, row.UtmMedium, row.UtmSource) = ("US", "Boston", "Windows", "social", "twitter");

    private static void Eve(EventRow row) =>
        (row.Country, row.City, row.Os, row.UtmMedium, row.UtmSource) = ("EE", "Tallinn", "iOS", "email", "newsletter");
}
