using System.Net;
using System.Text;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Query;

public sealed class QueryErrorTests(Api api)
{
    [Theory]
    [InlineData("""  "metrics": ["visitrs"]  """, "metrics[0]", "Did you mean 'visitors'?")]
    [InlineData("""  "metrics": ["visitors", 5]  """, "metrics[1]", "must be a text")]
    [InlineData("""  "metrics": []  """, "metrics", "must have 1 to")]
    [InlineData("""  "metrics": "visitors"  """, "metrics", "must be a list")]
    [InlineData("""  "metrics": ["visitors", "visitors"]  """, "metrics[1]", "there already")]
    [InlineData("""  "filters": []  """, "metrics", "required")]
    [InlineData("""  "metrics": ["visitors"], "date_range": "7ds"  """, "date_range", "Did you mean '7d'?")]
    [InlineData("""  "metrics": ["visitors"], "date_range": null  """, "date_range", "required")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["2026-11-20"]  """, "date_range", "must have 2 elements")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["2026-11-20", "20.11.2026"]  """, "date_range[1]", "'20.11.2026' is no date like 2026-11-20")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["2026-11-20", "2026-11-19"]  """, "date_range[1]", "before the begin")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["2026-11-20", "2026-11-20T10:00"]  """, "date_range[1]", "Two dates or two times")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["1999-11-20", "2026-11-20"]  """, "date_range[0]", "in the years 2000 to 2099")]
    [InlineData("""  "metrics": ["visitors"], "dimensions": ["visit:sorce"]  """, "dimensions[0]", "Did you mean 'visit:source'?")]
    [InlineData("""  "metrics": ["visitors"], "dimensions": ["event:props:"]  """, "dimensions[0]", "is not one of")]
    [InlineData("""  "metrics": ["visitors"], "dimensions": ["visit:source", "visit:source"]  """, "dimensions[1]", "there already")]
    [InlineData("""  "metrics": ["visitors"], "dimensions": ["time:day", "time:hour"]  """, "dimensions[1]", "One dimension of time")]
    [InlineData("""  "metrics": ["visitors"], "dimensions": ["user:props:plan"]  """, "dimensions[0]", "filtered on")]
    [InlineData("""  "metrics": ["visitors"], "date_range": ["2020-01-01", "2026-01-01"], "dimensions": ["time:minute"]  """, "dimensions[0]", "more than 10000 buckets")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["iss", "event:page", ["/"]]]  """, "filters[0][0]", "Did you mean 'is'?")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:pge", ["/"]]]  """, "filters[0][1]", "Did you mean 'event:page'?")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "time:day", ["2026-11-20"]]]  """, "filters[0][1]", "Time is no filter")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:page", "/"]]  """, "filters[0][2]", "must be a list")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:page", []]]  """, "filters[0][2]", "must have 1 to")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:page", [null]]]  """, "filters[0][2][0]", "must be a text")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:page"]]  """, "filters[0]", "[operator, dimension, [values]]")]
    [InlineData("""  "metrics": ["visitors"], "filters": ["is"]  """, "filters[0]", "must be a list")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["and", []]]  """, "filters[0][1]", "must have 1 to")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["not", ["not", ["is", "event:x", ["/"]]]]]  """, "filters[0][1][1][1]", "is not one of")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["has_done", ["has_done", ["is", "event:page", ["/"]]]]]  """, "filters[0][1][0]", "cannot be part")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:page", ["/"], {"case": false}]]  """, "filters[0][3].case", "case_sensitive")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["is", "event:goal", ["Signup"]]]  """, "filters[0][2][0]", "There is no goal 'Signup': the site has none.")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["matches", "event:goal", ["Signup"]]]  """, "filters[0][0]", "Goals take")]
    [InlineData("""  "metrics": ["visitors"], "filters": [["matches", "event:page", ["("]]]  """, "filters", "RE2")]
    [InlineData("""  "metrics": ["visitors"], "order_by": [["visits", "desc"]]  """, "order_by[0][0]", "Order by a metric or a dimension of this query")]
    [InlineData("""  "metrics": ["visitors"], "order_by": [["visitors", "down"]]  """, "order_by[0][1]", "is not one of: asc, desc")]
    [InlineData("""  "metrics": ["percentage"]  """, "metrics[0]", "'percentage' needs dimensions")]
    [InlineData("""  "metrics": ["scroll_depth"]  """, "metrics[0]", "event:page")]
    [InlineData("""  "metrics": ["conversion_rate"], "dimensions": ["visit:source"]  """, "metrics[0]", "event:goal")]
    [InlineData("""  "metrics": ["visitors"], "include": {"time_labels": true}  """, "include.time_labels", "time dimension")]
    [InlineData("""  "metrics": ["visitors"], "include": {"total_rows": "yes"}  """, "include.total_rows", "true or false")]
    [InlineData("""  "metrics": ["visitors"], "include": {"comparisons": {"mode": "previous"}}  """, "include.comparisons.mode", "previous_period")]
    [InlineData("""  "metrics": ["visitors"], "include": {"comparisons": {"mode": "custom"}}  """, "include.comparisons.date_range", "two dates")]
    [InlineData("""  "metrics": ["visitors"], "pagination": {"limit": 0}  """, "pagination.limit", "from 1 to 10000")]
    [InlineData("""  "metrics": ["visitors"], "pagination": {"page": 2}  """, "pagination.page", "There are: limit, offset")]
    [InlineData("""  "metrics": ["visitors"], "dimension": ["event:page"]  """, "dimension", "Did you mean 'dimensions'?")]
    public async Task What_is_wrong_is_said_under_the_path_of_the_field(string fields, string path, string message)
    {
        var site = await TestSite.With(api);

        var errors = await site.Refused(fields);

        Assert.Contains(message, string.Join('\n', errors.Single(error => error.Key == path).Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var site = await TestSite.With(api);

        var errors = await site.Refused("""
            "metrics": ["visitrs"], "dimensions": ["visit:sorce"], "date_range": "never", "pagination": {"limit": -1}
            """);

        Assert.Equal(["date_range", "dimensions[0]", "metrics[0]", "pagination.limit"], errors.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"site_id": 5, "metrics": ["visitors"], "date_range": "7d"}""")]
    [InlineData("""{"site_id": "\ud800", "metrics": ["visitors"], "date_range": "7d"}""")]
    [InlineData("""{"\udc00": 1}""")]
    public async Task A_body_that_is_no_query_is_refused(string body)
    {
        using var response = await api.Client.PostAsync("/api/v2/query", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Filters_have_a_greatest_depth_and_number()
    {
        var site = await TestSite.With(api);
        var deep = string.Concat(Enumerable.Repeat("[\"not\", ", 20)) + """["is", "event:page", ["/"]]""" + new string(']', 20);
        var many = string.Join(", ", Enumerable.Repeat("""["is", "event:page", ["/"]]""", 201));

        Assert.Contains("10 deep", Assert.Single((await site.Refused($$"""  "metrics": ["visitors"], "filters": [{{deep}}]  """)).Values)[0], StringComparison.Ordinal);
        Assert.NotEmpty(await site.Refused($$"""  "metrics": ["visitors"], "filters": [{{many}}]  """));
    }

    [Theory]
    [InlineData("is")]
    [InlineData("contains_not")]
    [InlineData("matches")]
    [InlineData("matches_wildcard")]
    public async Task A_thousand_long_values_are_one_question(string name)
    {
        var site = await TestSite.With(api, Pageview("/product/999").By("ann"), Pageview("/").By("bob"));
        var values = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"\"/product/{i}\"").Append($"\"/{new string('x', 4095)}\"").Skip(1));

        Assert.Equal("1", await site.Number($$"""  "metrics": ["visitors"], "filters": [["{{name}}", "event:page", [{{values}}]]]  """));
    }

    [Fact]
    public async Task Lists_have_a_greatest_length_and_values_too()
    {
        var site = await TestSite.With(api);
        var tooMany = string.Join(", ", Enumerable.Repeat("\"/\"", 1001));

        Assert.Contains("1 to 1000", (await site.Refused($$"""  "metrics": ["visitors"], "filters": [["is", "event:page", [{{tooMany}}]]]  """))["filters[0][2]"][0], StringComparison.Ordinal);
        Assert.Contains("4096", (await site.Refused($$"""  "metrics": ["visitors"], "filters": [["is", "event:page", ["{{new string('x', 4097)}}"]]]  """))["filters[0][2][0]"][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_more_than_256_KiB_is_refused()
    {
        await using var server = api.Server();
        server.UseKestrel(0); // the one that counts bytes
        using var client = Api.WithKey(server.CreateClient(), Api.Key);

        using var response = await client.PostAsync(
            "/api/v2/query", new StringContent($$"""{"site_id": "{{new string('x', 300_000)}}"}""", Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    // RE2 takes time in proportion to the text, and refuses what would need too much memory.
    [Theory]
    [InlineData("(a+)+$", true)]
    [InlineData("(a|a)*b", true)]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$", true)]
    [InlineData("((a{0,100}){0,100}){0,100}", false)]
    [InlineData("(?=a)", false)]
    [InlineData("(a)\\\\1", false)]
    public async Task Expressions_do_not_hold_up_the_store(string expression, bool isOne)
    {
        var site = await TestSite.With(api, Pageview("/" + new string('a', 2000) + "!"));

        using var response = await site.AskQuery($$"""  "metrics": ["visitors"], "filters": [["matches", "event:page", ["{{expression}}"]]]  """);

        Assert.Equal(isOne ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("previous_period")]
    [InlineData("year_over_year")]
    public async Task The_longest_range_can_be_compared(string mode)
    {
        var site = await TestSite.With(api, Pageview("/"));

        var answer = await site.Query($$"""
            "metrics": ["visitors"], "date_range": ["2000-01-01", "2099-12-31"], "include": {"comparisons": {"mode": "{{mode}}"} }
            """);

        var row = answer.GetProperty("results")[0];
        Assert.Equal((1, 0), (row.GetProperty("metrics")[0].GetInt32(), row.GetProperty("comparison").GetProperty("metrics")[0].GetInt32()));
    }

    [Fact]
    public async Task A_site_that_is_not_there_is_404_and_without_a_key_nothing_is()
    {
        const string body = """{"site_id": "nobody.example", "metrics": ["visitors"], "date_range": "7d"}""";
        using var unknown = await api.Client.PostAsync("/api/v2/query", new StringContent(body, Encoding.UTF8, "application/json"));
        using var client = api.CreateClient();
        using var refused = await client.PostAsync("/api/v2/query", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (unknown.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task A_site_is_found_in_whatever_case()
    {
        var site = await TestSite.With(api, Pageview("/"));

        using var response = await site.Post("/api/v2/query", $$"""{"site_id": "{{site.Key.ToUpperInvariant()}}", "metrics": ["visitors"], "date_range": "day"}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
