using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Tests.Auth;

public sealed class KeyTests(Api api)
{
    private static readonly string[] Public = ["GET /openapi/{documentName}.json", "ANY /health", "ANY /alive"];

    public static TheoryData<string, string?> Requests
    {
        get
        {
            var requests = new TheoryData<string, string?>();
            foreach (var key in new[] { null, "", "wrong", Api.Key + "x", Api.Key[..^1], Api.Key.ToUpperInvariant() })
            {
                foreach (var endpoint in (string[])
                [
                    "GET /api/keys/me", "GET /api/sites/", "POST /api/sites/", "GET /api/sites/{site}", "PUT /api/sites/{site}", "DELETE /api/sites/{site}",
                    "GET /api/sites/{site}/stats/overview", "GET /api/sites/{site}/stats/timeseries", "GET /api/sites/{site}/stats/breakdown/{dimension}",
                    "GET /api/sites/{site}/stats/sessions", "GET /api/sites/{site}/stats/sessions/{id}", "GET /api/sites/{site}/stats/heatmap",
                    "GET /api/sites/{site}/stats/heatmap/pages", "GET /api/sites/{site}/stats/realtime",
                    "GET /api/sites/{site}/stats/realtime/feed", "GET /api/sites/{site}/stats/realtime/stream",
                    "GET /api/sites/{site}/stats/users", "GET /api/sites/{site}/stats/users/{id}", "GET /api/sites/{site}/stats/events",
                    "GET /api/sites/{site}/stats/events/log", "GET /api/sites/{site}/stats/events/{name}",
                    "GET /api/sites/{site}/stats/events/{name}/properties/{property}", "GET /api/sites/{site}/stats/errors",
                    "GET /api/sites/{site}/stats/errors/{id}", "GET /api/sites/{site}/stats/vitals", "GET /api/sites/{site}/stats/vitals/{dimension}",
                    "GET /api/sites/{site}/stats/campaigns", "GET /api/sites/{site}/stats/bots",
                    "GET /api/admin/ingest", "GET /api/admin/activities", "GET /api/admin/activity-stats", "GET /api/analytics/user/{user_id}",
                    "GET /stats", "GET /sessions/{session_id}", "GET /api/sessions", "GET /api/sessions/{id}/events", "GET /api/heatmap", "GET /api/pages",
                    .. Saved("goals"), .. Saved("funnels"), .. Saved("cohorts"), "GET /api/sites/{site}/cohorts/{id}/size",
                    "GET /api/sites/{site}/stats/conversions", "GET /api/sites/{site}/stats/attribution", "POST /api/sites/{site}/stats/funnel",
                    "GET /api/sites/{site}/stats/funnel", "GET /api/sites/{site}/stats/paths", "GET /api/sites/{site}/stats/retention",
                    "GET /api/sites/{site}/currencies/", "PUT /api/sites/{site}/currencies/", "DELETE /api/sites/{site}/currencies/",
                    "GET /api/sites/{site}/stats/commerce", "GET /api/sites/{site}/stats/commerce/timeseries", "GET /api/sites/{site}/stats/commerce/products",
                    "GET /api/sites/{site}/stats/commerce/carts", "GET /api/sites/{site}/stats/commerce/coupons",
                    "GET /api/sites/{site}/stats/commerce/time-to-buy", "GET /api/sites/{site}/stats/commerce/lifetime",
                    "GET /api/sites/{site}/stats/forms", "GET /api/sites/{site}/stats/forms/{form}", "GET /api/sites/{site}/stats/engagement",
                    "POST /api/v2/query", .. Saved("segments"),
                ])
                {
                    requests.Add(endpoint, key);
                }
            }

            return requests;
        }
    }

    private static string[] Saved(string things) =>
    [
        $"GET /api/sites/{{site}}/{things}/", $"POST /api/sites/{{site}}/{things}/", $"GET /api/sites/{{site}}/{things}/{{id}}",
        $"PUT /api/sites/{{site}}/{things}/{{id}}", $"DELETE /api/sites/{{site}}/{things}/{{id}}",
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Without_a_known_key_nothing_is_answered(string endpoint, string? key)
    {
        foreach (var header in new[] { "Authorization", ApiKeyHandler.HeaderName })
        {
            using var client = api.CreateClient();
            using var request = new HttpRequestMessage(HttpMethod.Parse(endpoint.Split(' ')[0]), endpoint.Split(' ')[1]);
            if (key is not null)
            {
                request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {key}" : key);
            }

            using var response = await client.SendAsync(request);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public void The_table_above_has_every_endpoint_that_is_not_public()
    {
        var endpoints = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"])
                .Select(method => $"{method} /{endpoint.RoutePattern.RawText?.TrimStart('/')}"));

        Assert.Equal(
            Requests.Select(row => row.Data.Item1).Concat(Public).Distinct().Order(StringComparer.Ordinal), endpoints.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Authorization", "Bearer " + Api.Key)]
    [InlineData("Authorization", "bearer  " + Api.Key + " ")]
    [InlineData(ApiKeyHandler.HeaderName, Api.Key)]
    public async Task A_key_is_taken_from_either_header_and_told_what_it_may(string header, string value)
    {
        using var client = api.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        (await client.GetAsync<KeyResponse>("/api/keys/me")).ShouldBe(new KeyResponse("bootstrap", ["query", "admin"], ["*"]));
    }

    [Theory]
    [InlineData("/api/keys/me?key=" + Api.Key)]
    [InlineData("/api/keys/me?api_key=" + Api.Key)]
    [InlineData("/stats?key=" + Api.Key)]
    public async Task A_key_in_the_address_is_none(string path)
    {
        using var client = api.CreateClient();
        using var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task With_no_key_configured_everything_is_refused()
    {
        await using var server = api.Server(("Auth:BootstrapKey", ""));
        foreach (var key in new[] { "", Api.Key })
        {
            using var client = Api.WithKey(server.CreateClient(), key);
            using var response = await client.GetAsync("/api/sites");

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_key_without_the_scope_is_forbidden_and_one_of_another_site_sees_nothing()
    {
        var mine = await TestSite.With(api, TestEvent.Pageview("/").In("s-of-mine"));
        var other = await TestSite.With(api, TestEvent.Pageview("/").In("s-of-another"));
        await using var server = api.Server().WithWebHostBuilder(host => host.ConfigureTestServices(services =>
            services.PostConfigure<AuthenticationOptions>(options => options.SchemeMap[ApiKeyHandler.SchemeName].HandlerType = typeof(ReaderOfOneSite))
                .AddSingleton(new ApiKey("reader", [Scopes.Query], [mine.Key]))));
        using var client = server.CreateClient();

        Assert.Equal(HttpStatusCode.OK, await Status(client.GetAsync($"/api/sites/{mine.Key}/stats/overview")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync($"/api/sites/{other.Key}")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync($"/api/sites/{other.Key}/stats/overview")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync($"/stats?site={other.Key}")));
        Assert.Equal(HttpStatusCode.OK, await Status(client.GetAsync("/sessions/s-of-mine")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync("/sessions/s-of-another")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync("/api/sessions/s-of-another/events")));
        Assert.Equal(mine.Key, Assert.Single(await client.GetAsync<List<SiteSummary>>("/api/sites")).Site.Key);
        Assert.Equal(1, (await client.GetJsonAsync("/stats")).GetProperty("pageviews").GetInt32());
        Assert.Equal(1, (await client.GetJsonAsync("/api/sessions")).GetArrayLength());
        Assert.Equal(1, (await client.GetJsonAsync("/api/pages")).GetArrayLength());

        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.PostAsJsonAsync("/api/sites", new NewSite("new"))));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.PutAsJsonAsync($"/api/sites/{mine.Key}", new SiteChange("x"))));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.DeleteAsync($"/api/sites/{mine.Key}")));

        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.GetAsync("/api/admin/activities")));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.GetAsync("/api/admin/activity-stats")));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(client.GetAsync("/api/admin/ingest")));
        Assert.Equal(HttpStatusCode.NotFound, await Status(client.GetAsync($"/api/sites/{other.Key}/stats/realtime/feed")));

        static async Task<HttpStatusCode> Status(Task<HttpResponseMessage> response) => (await response).StatusCode;
    }

    // Signs every request in as the one key, which the configuration cannot express yet.
    private sealed class ReaderOfOneSite(
        ApiKey key, IOptionsMonitor<AuthenticationSchemeOptions> options, Microsoft.Extensions.Logging.ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(ApiKeyHandler.SignIn(key));
    }
}
