using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.QueryApi.Tests.Rights;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Analytics.QueryApi.Tests.Documentation;

public sealed partial class DocumentationTests(Api api)
{
    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter { get; }

    [Theory]
    [InlineData("/docs/index.html", "swagger-ui")]
    [InlineData("/redoc/index.html", "redoc-container")]
    public async Task The_viewers_need_no_key_and_may_ask_nobody_but_us(string path, string content)
    {
        using var client = api.CreateClient();
        using var response = await client.GetAsync(path);

        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains(content, page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'self';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_of_a_viewer_asks_no_third_party_for_a_picture()
    {
        using var client = api.CreateClient();

        var script = await client.GetStringAsync("/redoc/redoc.standalone.js");

        Assert.True(script.Length > 100_000);
        Assert.DoesNotContain("https://cdn.redoc.ly", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/redoc")]
    public async Task Their_short_addresses_lead_there(string path)
    {
        using var client = api.CreateClient();
        using var response = await client.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, $"{path}/index.html"), (response.StatusCode, response.RequestMessage?.RequestUri?.AbsolutePath));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_takes_and_refuses()
    {
        var document = await DocumentAsync();
        foreach (var (name, operation) in Operations(document))
        {
            Assert.True(Text(operation, "summary").Length > 3, $"{name} has no summary");
            Assert.True(operation.GetProperty("tags").GetArrayLength() == 1, $"{name} has no tag");
            Assert.Equal(2, operation.GetProperty("security").GetArrayLength());
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().ToList() : [];
            Assert.Equal(parameters.Select(p => Text(p, "name")).Distinct(), parameters.Select(p => Text(p, "name")));
            Assert.Equal(name.Count(c => c == '{'), parameters.Count(p => name.Contains($"{{{Text(p, "name")}}}", StringComparison.Ordinal)));
            foreach (var parameter in parameters)
            {
                Assert.True(Text(parameter, "description").Length > 3, $"{name}: {Text(parameter, "name")} is not described");
                Assert.True(parameter.TryGetProperty("example", out _), $"{name}: {Text(parameter, "name")} has no example");
            }

            var responses = operation.GetProperty("responses");
            var refusals = new List<string> { "401", "429", "503" };
            refusals.AddRange(parameters.Count > 0 || operation.TryGetProperty("requestBody", out _) ? ["400"] : []);
            refusals.AddRange(name.Contains('{', StringComparison.Ordinal) ? ["404"] : []);
            foreach (var status in refusals)
            {
                Assert.True(responses.TryGetProperty(status, out var refusal), $"{name} has no {status}");
                Assert.True(Text(refusal, "description").Length > 3, $"{name}: {status}");
                var problem = refusal.GetProperty("content").GetProperty("application/problem+json");
                Assert.Equal("#/components/schemas/Problem", problem.GetProperty("schema").GetProperty("$ref").GetString());
                Assert.Equal(status, problem.GetProperty("example").GetProperty("status").ToString());
            }
        }

        var overview = Operations(document).Single(operation => operation.Name.EndsWith("/stats/overview", StringComparison.Ordinal)).Operation;
        Assert.Equal("getSiteOverview", Text(overview, "operationId"));
        var period = overview.GetProperty("parameters").EnumerateArray().Single(p => Text(p, "name") == "period").GetProperty("schema");
        Assert.Equal(("30d", 11), (period.GetProperty("default").GetString(), period.GetProperty("enum").GetArrayLength()));
        Assert.DoesNotContain("\"pattern\"", document.GetRawText(), StringComparison.Ordinal); // how numbers look that may also come as text
    }

    [Fact]
    public async Task Every_endpoint_is_documented()
    {
        var addresses = Address.All(api.Services.GetRequiredService<EndpointDataSource>()).Where(address => !address.IsPublic).Select(address => Shape(address.Name));

        Assert.Equal(addresses.Order(StringComparer.Ordinal), Operations(await DocumentAsync()).Select(operation => Shape(operation.Name)).Order(StringComparer.Ordinal));

        static string Shape(string name) => Parameter.Replace(name, "{}").TrimEnd('/');
    }

    [Fact]
    public async Task Every_property_of_requests_and_answers_is_described_with_an_example()
    {
        var document = await DocumentAsync();
        var lacking = document.GetProperty("components").GetProperty("schemas").EnumerateObject()
            .Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject().SelectMany(property => Lacking($"{schema.Name}.{property.Name}", property.Value)));

        Assert.Equal("", string.Join("\n", lacking));

        static IEnumerable<string> Lacking(string name, JsonElement property)
        {
            var isNullableRecord = property.TryGetProperty("oneOf", out _); // what it points to is described
            if (!isNullableRecord && !property.TryGetProperty("description", out _))
            {
                yield return $"{name} is not described";
            }

            // Records, and lists and maps of records, have the examples of their properties.
            if (!property.TryGetProperty("examples", out _) && !property.TryGetProperty("example", out _) && !property.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal))
            {
                yield return $"{name} has no example";
            }
        }
    }

    [Fact]
    public async Task Examples_of_maps_are_of_the_documented_type_and_what_may_be_absent_is_not_required()
    {
        var document = await DocumentAsync();
        var schemas = document.GetProperty("components").GetProperty("schemas");

        Assert.Equal("""{"signup":12}""", Example("ActivityStats", "action_stats"));
        Assert.Equal("""{"country":["DE","AT"]}""", Example("NewCohort", "filters"));
        Assert.Equal("""{"plan":"pro"}""", Example("LoggedEvent", "props"));
        Assert.DoesNotContain("total_rows", Required("QueryMeta"));
        Assert.Contains("metrics", Required("QueryResult"));
        Assert.Equal("MIT", document.GetProperty("info").GetProperty("license").GetProperty("identifier").GetString());
        Assert.All(document.GetProperty("tags").EnumerateArray(), tag => Assert.True(Text(tag, "description").Length > 3));

        string Example(string schema, string property) => schemas.GetProperty(schema).GetProperty("properties").GetProperty(property).GetProperty("examples")[0]
            .GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

        string[] Required(string schema) => schemas.GetProperty(schema).TryGetProperty("required", out var names)
            ? [.. names.EnumerateArray().Select(name => name.GetString()!)]
            : [];
    }

    [Fact]
    public async Task Every_success_says_what_it_is()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            var success = operation.GetProperty("responses").EnumerateObject().First(response => response.Name[0] == '2');
            Assert.True(success.Name == "204" || success.Value.GetProperty("content").EnumerateObject().All(form => form.Value.TryGetProperty("schema", out _)), name);
        }
    }

    [Fact]
    public async Task The_document_is_well_formed_and_everything_it_points_to_is_there()
    {
        var document = await DocumentAsync();
        var read = OpenApiDocument.Parse(document.GetRawText(), "json");

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        var ids = Operations(document).Select(operation => Text(operation.Operation, "operationId")).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var schemas = document.GetProperty("components").GetProperty("schemas");
        foreach (var reference in Reference().Matches(document.GetRawText()).Select(match => match.Groups[1].Value).Distinct())
        {
            Assert.True(schemas.TryGetProperty(reference, out _), $"There is no schema {reference}");
        }
    }

    [Fact]
    public async Task Postman_gets_every_operation_with_the_variables_that_it_needs()
    {
        using var client = api.CreateClient();
        var collection = await client.GetJsonAsync("/openapi/postman.json");

        Assert.EndsWith("/collection/v2.1.0/collection.json", Text(collection.GetProperty("info"), "schema"), StringComparison.Ordinal);
        Assert.Equal(["baseUrl", "apiKey"], collection.GetProperty("variable").EnumerateArray().Select(variable => Text(variable, "key")));
        Assert.Equal("{{apiKey}}", collection.GetProperty("auth").GetProperty("bearer")[0].GetProperty("value").GetString());
        var requests = collection.GetProperty("item").EnumerateArray().SelectMany(folder => folder.GetProperty("item").EnumerateArray()).ToList();
        Assert.Equal(Operations(await DocumentAsync()).Count, requests.Count);
        foreach (var item in requests)
        {
            var request = item.GetProperty("request");
            var url = request.GetProperty("url");
            Assert.True(Text(item, "name").Length > 3);
            Assert.StartsWith("{{baseUrl}}/", Text(url, "raw"), StringComparison.Ordinal);
            Assert.Equal(
                url.GetProperty("path").EnumerateArray().Select(part => part.GetString()!).Where(part => part.StartsWith(':')).Select(part => part[1..]),
                url.GetProperty("variable").EnumerateArray().Select(variable => Text(variable, "key")));
            if (request.TryGetProperty("body", out var body))
            {
                Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(Text(body, "raw")).RootElement.ValueKind);
            }
        }
    }

    [Fact]
    public async Task The_document_names_no_address_of_the_process_that_serves_it()
    {
        using var client = api.CreateClient();
        var document = await client.GetJsonAsync("/openapi/v1.json");

        Assert.Equal("/", Assert.Single(document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
        Assert.Equal(JsonValueKind.Object, document.GetProperty("components").GetProperty("securitySchemes").ValueKind);
    }

    private async Task<JsonElement> DocumentAsync()
    {
        using var client = api.CreateClient();
        return await client.GetJsonAsync("/openapi/v1.json");
    }

    private static List<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
    [
        .. document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value))),
    ];

    private static string Text(JsonElement element, string property) => element.TryGetProperty(property, out var text) ? text.GetString() ?? "" : "";

    [GeneratedRegex(@"""\$ref"":\s*""#/components/schemas/([^""]+)""")]
    private static partial Regex Reference();
}
