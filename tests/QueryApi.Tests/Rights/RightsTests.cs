using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Tests.Auth;
using Analytics.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>Every endpoint of the running API with no key, a wrong one, one without the scope, one of another site.</summary>
public sealed class RightsTests(Api api)
{
    // Names of a site as parameters and fields have it, in whatever case.
    private static readonly string[] SiteNames = ["site", "sites", "site_id", "siteid", "site_ids", "websiteid", "website_id"];

    /// <summary>What is answered where a request about a site of others is not 404: lists of what the key sees, and what it may not make.</summary>
    private static readonly Dictionary<string, int> ForAnotherSite = new()
    {
        ["GET /api/keys/me"] = 200,
        ["GET /api/keys/"] = 200,
        ["GET /api/sites/"] = 200,
        ["GET /api/admin/audit"] = 200,
        ["POST /api/keys/"] = 400,
        ["POST /api/sites/"] = 403,
    };

    private IReadOnlyList<Address> Addresses => Address.All(api.Services.GetRequiredService<EndpointDataSource>());

    [Fact]
    public void Whatever_is_not_on_the_short_list_needs_a_key_and_a_scope()
    {
        Assert.Empty(Addresses.Where(address => address.NeedsKey == address.IsPublic).Select(address => address.Name));
        Assert.Empty(Addresses.Where(address => address.NeedsKey && !address.IsOfAnyKey && address.Policies.Count == 0).Select(address => address.Name));
        Assert.True(Addresses.Count(address => address.IsPublic || address.IsOfAnyKey) < 10);
    }

    [Fact]
    public async Task Without_a_known_key_nothing_is_answered()
    {
        var site = await TestSite.With(api);
        var (expired, revoked) = (await ExpiredAsync(), await RevokedAsync());
        using var client = api.CreateClient();
        foreach (var key in new[] { null, "", "wrong", Api.Key + "x", Api.Key[..^1], Api.Key.ToUpperInvariant(), ApiKeyText.Create().Key, expired, revoked })
        {
            foreach (var address in Addresses.Where(address => !address.IsPublic))
            {
                foreach (var header in new[] { "Authorization", ApiKeyHandler.HeaderName })
                {
                    using var request = new HttpRequestMessage(
                        HttpMethod.Parse(address.Method), address.Fill(parameter => parameter == "site" ? site.Key : "1"));
                    if (key is not null)
                    {
                        request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {key}" : key);
                    }

                    using var response = await client.SendAsync(request);

                    Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{address.Name} with the key '{key}': {(int)response.StatusCode}");
                    Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
                    Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
                }
            }
        }
    }

    [Fact]
    public async Task A_key_without_the_scope_is_forbidden()
    {
        var site = await TestSite.With(api);
        using var client = api.CreateClient();
        foreach (var missing in Scopes.All)
        {
            var key = await api.Client.MakeKeyAsync([.. Scopes.All.Where(scope => scope != missing)], ["*"], requestsPerMinute: 1_000_000);
            foreach (var address in Addresses.Where(address => address.Policies.Contains(missing)))
            {
                using var response = await client.SendAsync(key.Key, address.Method, address.Fill(parameter => parameter == "site" ? site.Key : "1"));

                Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{address.Name} without {missing}: {(int)response.StatusCode}");
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            }
        }
    }

    [Fact]
    public async Task A_key_of_another_site_sees_and_changes_nothing()
    {
        var victim = await Victim.MakeAsync(api.Client, api.ClickHouse);
        var own = await TestSite.With(api);
        var key = (await api.Client.MakeKeyAsync([.. Scopes.All], [own.Key], requestsPerMinute: 1_000_000)).Key;
        using var client = api.CreateClient();
        var operations = Operation.All(await client.GetJsonAsync("/openapi/v1.json")).ToDictionary(operation => operation.Name);
        foreach (var address in Addresses.Where(address => !address.IsPublic))
        {
            operations.TryGetValue(address.Name.TrimEnd('/'), out var operation);
            operation ??= operations.GetValueOrDefault(address.Name);
            var path = address.Fill(parameter => SiteNames.Contains(parameter) ? victim.Key : victim.Session) + Query(operation, victim);
            var body = operation?.Body(
                name => SiteNames.Contains(name.ToLowerInvariant()) || (name == "key" && address.Name == "POST /api/sites/") ? victim.Key
                    : name switch { "timezone" => "UTC", "domains" => "shop.example", _ => "2026-11-20" },
                name => SiteNames.Contains(name.ToLowerInvariant()) ? victim.Key : "all");
            using var content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(key, address.Method, path, content);
            var status = (int)response.StatusCode;

            Assert.True(status == ForAnotherSite.GetValueOrDefault(address.Name, 404), $"{address.Name}: {status}");
            Assert.False(status < 300 && NamesVictim(body, victim), $"{address.Name} took a body about a site of others: {status}");

            if (status >= 300 || operation is null or { IsEndless: false })
            {
                var answer = await response.Content.ReadAsStringAsync();
                Assert.True(victim.ShownIn(answer) is null, $"{address.Name} ({path}) shows what it must not: {answer}");
            }
        }

        await victim.IsUntouchedAsync();
    }

    [Fact]
    public async Task The_lists_of_a_key_hold_its_sites_alone()
    {
        await Victim.MakeAsync(api.Client, api.ClickHouse);
        var own = await TestSite.With(api, TestEvent.Pageview("/own").In($"s-{Guid.NewGuid():n}"));
        using var client = api.CreateClient((await api.Client.MakeKeyAsync(["query"], [own.Key])).Key);

        Assert.Equal(1, (await client.GetJsonAsync("/api/sites")).GetArrayLength());
        Assert.Equal(1, (await client.GetJsonAsync("/api/sessions")).GetArrayLength());
        Assert.Equal(1, (await client.GetJsonAsync("/api/pages")).GetArrayLength());
        Assert.Equal(1, (await client.GetJsonAsync("/stats")).GetProperty("pageviews").GetInt32());
        Assert.Equal(0, (await client.GetJsonAsync("/stats")).GetProperty("rrweb_events").GetInt32());
    }

    // Required parameters, and every one that could name the site of others.
    private static string Query(Operation? operation, Victim victim)
    {
        var parts = (operation?.Parameters ?? []).Where(parameter => !parameter.InPath && (parameter.Required || SiteNames.Contains(parameter.Name)))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(SiteNames.Contains(parameter.Name) ? victim.Key : "/")}");
        return string.Join('&', parts) is { Length: > 0 } query ? "?" + query : "";
    }

    private static bool NamesVictim(JsonNode? body, Victim victim) => body?.ToJsonString().Contains(victim.Key, StringComparison.Ordinal) == true;

    private async Task<string> ExpiredAsync()
    {
        var (text, id) = ApiKeyText.Create();
        await new ApiKeys(api.ClickHouse).SaveAsync(
            new ApiKey(id, "expired", Scopes.All, [ApiKey.AllSites]) { Hash = ApiKeyText.Hash(text), Created = Api.Now, Expires = Api.Now }, Api.Now);
        await Task.Delay(TimeSpan.FromSeconds(1));
        return text;
    }

    private async Task<string> RevokedAsync()
    {
        var key = await api.Client.MakeKeyAsync(["query", "admin"], ["*"]);
        Assert.Equal(HttpStatusCode.NoContent, await api.Client.StatusAsync(Api.Key, "DELETE", $"/api/keys/{key.Details.Id}"));
        return key.Key;
    }
}
