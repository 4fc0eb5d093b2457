using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Analytics.Contracts;

namespace Analytics.QueryApi.Tests.Auth;

internal static class TestKeys
{
    /// <summary>A stored key, made as its owner would.</summary>
    public static async Task<CreatedApiKey> MakeKeyAsync(
        this HttpClient admin, string[] scopes, string[] sites, DateTimeOffset? expires = null, int? requestsPerMinute = null)
    {
        using var response = await admin.PostAsJsonAsync("/api/keys", new NewApiKey("a test", scopes, sites, expires, requestsPerMinute));
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<CreatedApiKey>())!;
    }

    /// <summary>Sends with another key than the client's own; none where that is null.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, string? key, string method, string address, HttpContent? body = null, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), address) { Content = body };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public static async Task<HttpStatusCode> StatusAsync(this HttpClient client, string? key, string method, string address, HttpContent? body = null)
    {
        using var response = await client.SendAsync(key, method, address, body);
        return response.StatusCode;
    }
}
