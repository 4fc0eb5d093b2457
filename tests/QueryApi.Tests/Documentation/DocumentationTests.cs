using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.QueryApi.Tests.Rights;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

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
        using var client = api.CreateClient();
        var document = await client.GetJsonAsync("/openapi/v1.json");

        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value))).ToList();
        Assert.Equal(
            Address.All(api.Services.GetRequiredService<EndpointDataSource>()).Where(address => !address.IsPublic)
                .Select(address => Parameter.Replace(address.Name, "{}").TrimEnd('/')).Order(StringComparer.Ordinal),
            operations.Select(operation => Parameter.Replace(operation.Name, "{}").TrimEnd('/')).Order(StringComparer.Ordinal));
        foreach (var (name, operation) in operations)
        {
            Assert.True(operation.TryGetProperty("summary", out _), $"{name} has no summary");
            Assert.Equal(2, operation.GetProperty("security").GetArrayLength());
            Assert.True(operation.GetProperty("responses").TryGetProperty("401", out _), name);
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.EnumerateArray().Select(p => p.GetProperty("name").GetString()!).ToList() : [];
            Assert.Equal(parameters.Distinct(), parameters);
            Assert.Equal(name.Count(c => c == '{'), parameters.Count(parameter => name.Contains($"{{{parameter}}}", StringComparison.Ordinal)));
        }

        var overview = operations.Single(operation => operation.Name.EndsWith("/stats/overview", StringComparison.Ordinal)).Value;
        var period = overview.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "period").GetProperty("schema");
        Assert.Equal(("30d", 11), (period.GetProperty("default").GetString(), period.GetProperty("enum").GetArrayLength()));
        Assert.DoesNotContain("\"pattern\"", document.GetRawText(), StringComparison.Ordinal); // how numbers look that may also come as text
        Assert.Contains("bounceRate", document.GetProperty("components").GetProperty("schemas").GetProperty("OverviewResponse").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_names_no_address_of_the_process_that_serves_it()
    {
        using var client = api.CreateClient();
        var document = await client.GetJsonAsync("/openapi/v1.json");

        Assert.Equal("/", Assert.Single(document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
        Assert.Equal(JsonValueKind.Object, document.GetProperty("components").GetProperty("securitySchemes").ValueKind);
    }
}
