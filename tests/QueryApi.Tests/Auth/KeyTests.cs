using System.Net;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.Storage;
using Microsoft.AspNetCore.Http;

namespace Analytics.QueryApi.Tests.Auth;

public sealed class KeyTests(Api api)
{
    [Theory]
    [InlineData("Authorization", "Bearer " + Api.Key)]
    [InlineData("Authorization", "bearer  " + Api.Key + " ")]
    [InlineData(ApiKeyHandler.HeaderName, Api.Key)]
    public async Task A_key_is_taken_from_either_header_and_told_what_it_may(string header, string value)
    {
        using var client = api.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        (await client.GetAsync<KeyResponse>("/api/keys/me")).ShouldBe(new KeyResponse("bootstrap", ["query", "collect", "admin"], ["*"]));
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
    public async Task With_no_key_configured_only_stored_ones_are_let_in()
    {
        var stored = await api.Client.MakeKeyAsync(["query"], ["*"]);
        await using var server = api.Server(("Auth:BootstrapKey", ""));
        using var client = server.CreateClient();

        Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync("", "GET", "/api/sites"));
        Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(Api.Key, "GET", "/api/sites"));
        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(stored.Key, "GET", "/api/sites"));
    }

    [Fact]
    public async Task A_key_is_made_shown_once_listed_and_revoked()
    {
        var site = await TestSite.With(api);
        var expires = Api.Now.AddDays(30);

        using var made = await api.Client.PostAsJsonAsync(
            "/api/keys", new NewApiKey(" Nightly import ", ["query", "collect", "query"], [site.Key.ToUpperInvariant()], expires, 120));
        var created = (await made.Content.ReadFromJsonAsync<CreatedApiKey>())!;
        var details = new ApiKeyResponse(
            created.Details.Id, "Nightly import", ["query", "collect"], [site.Key], Api.Now, expires, LastUsed: null, RequestsPerMinute: 120);

        Assert.Equal((HttpStatusCode.Created, $"/api/keys/{details.Id}"), (made.StatusCode, made.Headers.Location?.ToString()));
        Assert.Matches($"^{details.Id}_[0-9a-f]{{64}}$", created.Key);
        created.Details.ShouldBe(details);
        (await api.Client.GetAsync<ApiKeyResponse>($"/api/keys/{details.Id}")).ShouldBe(details);
        Assert.Contains(await api.Client.GetAsync<List<ApiKeyResponse>>("/api/keys"), key => key.Id == details.Id);
        using var client = api.CreateClient(created.Key);
        (await client.GetAsync<KeyResponse>("/api/keys/me")).ShouldBe(new KeyResponse("Nightly import", ["query", "collect"], [site.Key]));

        Assert.Equal(HttpStatusCode.NoContent, await api.Client.StatusAsync(Api.Key, "DELETE", $"/api/keys/{details.Id}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await client.StatusAsync(created.Key, "GET", "/api/keys/me"));
        Assert.Equal(HttpStatusCode.NotFound, await api.Client.StatusAsync(Api.Key, "DELETE", $"/api/keys/{details.Id}"));
        Assert.DoesNotContain(await api.Client.GetAsync<List<ApiKeyResponse>>("/api/keys"), key => key.Id == details.Id);
    }

    [Fact]
    public async Task What_is_stored_is_not_the_key()
    {
        var made = await api.Client.MakeKeyAsync(["query"], ["*"]);

        var stored = await api.ClickHouse.ScalarAsync<string>(
            "SELECT concat(id, ' ', hash, ' ', name) FROM api_keys FINAL WHERE id = {id:String}", new Dictionary<string, object?> { ["id"] = made.Details.Id });

        Assert.Equal($"{made.Details.Id} {ApiKeyText.Hash(made.Key)} a test", stored);
        Assert.DoesNotContain(made.Key[(made.Details.Id.Length + 1)..], stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_replica_knows_a_new_key_at_once_and_refuses_a_revoked_one_within_a_second()
    {
        await using var replica = api.Server();
        using var other = replica.CreateClient();
        var made = await api.Client.MakeKeyAsync(["query"], ["*"]);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await other.StatusAsync(made.Key, "GET", "/api/sites"));

        await api.Client.StatusAsync(Api.Key, "DELETE", $"/api/keys/{made.Details.Id}");
        await Task.Delay(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.Unauthorized, await other.StatusAsync(made.Key, "GET", "/api/sites"));
    }

    [Fact]
    public async Task A_key_ends_when_it_expires()
    {
        var (text, id) = ApiKeyText.Create();
        var key = new ApiKey(id, "short", [ApiKey.QueryScope], [ApiKey.AllSites]) { Hash = ApiKeyText.Hash(text), Created = Api.Now };
        var keys = new ApiKeys(api.ClickHouse);

        await keys.SaveAsync(key with { Expires = Api.Now.AddMilliseconds(1) }, Api.Now);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await api.Client.StatusAsync(text, "GET", "/api/sites"));

        await keys.SaveAsync(key with { Expires = Api.Now }, Api.Now.AddMilliseconds(1));
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await api.Client.StatusAsync(text, "GET", "/api/sites"));
    }

    [Theory]
    [InlineData("""{}""", "name,scopes,sites")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*"],"expires":"2026-11-20T12:00:30Z"}""", "expires")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*"],"expires":"tomorrow"}""", "expires")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*"],"requestsPerMinute":0}""", "requestsPerMinute")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*"],"requestsPerMinute":1.5}""", "requestsPerMinute")]
    [InlineData("""{"name":"n","scopes":[],"sites":["*"]}""", "scopes")]
    [InlineData("""{"name":"n","scopes":["query",null],"sites":["*"]}""", "scopes")]
    [InlineData("""{"name":"n","scopes":"query","sites":["*"]}""", "scopes")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["nobody.example"]}""", "sites")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*","nobody.example"]}""", "sites")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":[null]}""", "sites")]
    [InlineData("""{"name":"\u0007","scopes":["query"],"sites":["*"]}""", "name")]
    [InlineData("""{"name":"n","scopes":["query"],"sites":["*"],"expire":"2027-01-01T00:00:00Z"}""", "expire")]
    public async Task What_is_no_key_is_refused_by_field(string body, string fields)
    {
        using var response = await api.Client.PostAsync("/api/keys", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!;
        Assert.Equal(fields, string.Join(',', problem.Errors.Keys.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task The_nearest_name_is_said()
    {
        using var scope = await api.Client.PostAsJsonAsync("/api/keys", new { name = "n", scopes = new[] { "querry" }, sites = new[] { "*" } });
        using var field = await api.Client.PostAsJsonAsync("/api/keys", new { name = "n", scope = new[] { "query" }, sites = new[] { "*" } });

        Assert.Equal(
            ["'querry' is not one of: query, collect, admin. Did you mean 'query'?"],
            (await scope.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors["scopes"]);
        Assert.Equal(
            ["'scope' is not one of: name, scopes, sites, expires, requestsPerMinute. Did you mean 'scopes'?"],
            (await field.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!.Errors["scope"]);
    }

    [Fact]
    public async Task Nobody_hands_out_more_than_they_have()
    {
        var (mine, other) = (await TestSite.With(api), await TestSite.With(api));
        var admin = await api.Client.MakeKeyAsync(["admin"], [mine.Key]);
        using var client = api.CreateClient(admin.Key);

        Assert.Equal(HttpStatusCode.Forbidden, await Make(["admin"], ["*"]));
        Assert.Equal(HttpStatusCode.Forbidden, await Make(["query"], [mine.Key]));
        Assert.Equal(HttpStatusCode.BadRequest, await Make(["admin"], [other.Key]));
        var same = await client.MakeKeyAsync(["admin"], [mine.Key]);

        var wide = await api.Client.MakeKeyAsync(["query"], [mine.Key, other.Key]);
        Assert.Equal(
            new[] { admin.Details.Id, same.Details.Id }.Order(StringComparer.Ordinal),
            (await client.GetAsync<List<ApiKeyResponse>>("/api/keys")).Select(key => key.Id).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, await client.StatusAsync(admin.Key, "GET", $"/api/keys/{wide.Details.Id}"));
        Assert.Equal(HttpStatusCode.NotFound, await client.StatusAsync(admin.Key, "DELETE", $"/api/keys/{wide.Details.Id}"));
        Assert.Equal(HttpStatusCode.NoContent, await client.StatusAsync(admin.Key, "DELETE", $"/api/keys/{same.Details.Id}"));

        async Task<HttpStatusCode> Make(string[] scopes, string[] sites)
        {
            using var response = await client.PostAsJsonAsync("/api/keys", new NewApiKey("n", scopes, sites));
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task When_a_key_was_last_used_is_written_when_the_service_ends()
    {
        var made = await api.Client.MakeKeyAsync(["query"], ["*"]);
        await using (var server = api.Server())
        {
            using var client = server.CreateClient();
            Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(made.Key, "GET", "/api/keys/me"));
            Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(made.Key, "GET", "/api/keys/me"));
        }

        var used = (await api.Client.GetAsync<ApiKeyResponse>($"/api/keys/{made.Details.Id}")).LastUsed;
        Assert.Equal(Api.Now, used);
    }
}
