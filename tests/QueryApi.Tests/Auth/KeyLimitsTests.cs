using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;

namespace Analytics.QueryApi.Tests.Auth;

public sealed class KeyLimitsTests(Api api)
{
    [Fact]
    public async Task A_key_is_told_where_it_stands_and_when_to_ask_again()
    {
        var key = await api.Client.MakeKeyAsync(["query"], ["*"], requestsPerMinute: 3);
        using var client = api.CreateClient();

        var (first, second, third) = (await Ask(), await Ask(), await Ask());
        using var refused = await client.SendAsync(key.Key, "GET", "/api/sites");

        Assert.Equal((HttpStatusCode.OK, 3, 2, 20), first);
        Assert.Equal((HttpStatusCode.OK, 3, 1, 40), second);
        Assert.Equal((HttpStatusCode.OK, 3, 0, 60), third);
        Assert.Equal((HttpStatusCode.TooManyRequests, 3, 0, 60), Standing(refused));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 20);
        var problem = (await refused.Content.ReadFromJsonAsync<ProblemDetails>())!;
        Assert.StartsWith("This key may make 3 requests a minute. Ask again in ", problem.Detail, StringComparison.Ordinal);

        async Task<(HttpStatusCode, int, int, int)> Ask()
        {
            using var response = await client.SendAsync(key.Key, "GET", "/api/sites");
            return Standing(response);
        }
    }

    [Fact]
    public async Task What_was_used_comes_back_with_time()
    {
        var key = await api.Client.MakeKeyAsync(["query"], ["*"], requestsPerMinute: 120);
        using var client = api.CreateClient();
        await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => client.StatusAsync(key.Key, "GET", "/api/keys/me")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Burst());

        await Task.Delay(TimeSpan.FromSeconds(2));

        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(key.Key, "GET", "/api/keys/me"));

        // The requests above took a moment themselves, in which some came back.
        async Task<HttpStatusCode> Burst()
        {
            for (var i = 0; i < 20; i++)
            {
                if (await client.StatusAsync(key.Key, "GET", "/api/keys/me") is HttpStatusCode.TooManyRequests and var status)
                {
                    return status;
                }
            }

            return HttpStatusCode.OK;
        }
    }

    [Fact]
    public async Task Each_key_has_its_own_limit_and_what_is_forbidden_counts_too()
    {
        var (one, two) = (await api.Client.MakeKeyAsync(["query"], ["*"], requestsPerMinute: 1), await api.Client.MakeKeyAsync(["query"], ["*"], requestsPerMinute: 1));
        using var client = api.CreateClient();

        Assert.Equal(HttpStatusCode.Forbidden, await client.StatusAsync(one.Key, "GET", "/api/keys"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await client.StatusAsync(one.Key, "GET", "/api/sites"));
        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(two.Key, "GET", "/api/sites"));
    }

    [Fact]
    public async Task The_configuration_decides_for_keys_without_a_number_and_the_bootstrap_key_has_no_limit()
    {
        var key = await api.Client.MakeKeyAsync(["query"], ["*"]);
        await using var server = api.Server(("RateLimit:RequestsPerMinute", "2"));
        using var client = server.CreateClient();

        for (var i = 0; i < 5; i++)
        {
            using var response = await client.SendAsync(Api.Key, "GET", "/api/sites");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.False(response.Headers.Contains("X-RateLimit-Limit"));
        }

        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(key.Key, "GET", "/api/sites"));
        Assert.Equal(HttpStatusCode.OK, await client.StatusAsync(key.Key, "GET", "/api/sites"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await client.StatusAsync(key.Key, "GET", "/api/sites"));
    }

    private static (HttpStatusCode Status, int Limit, int Remaining, int Reset) Standing(HttpResponseMessage response)
    {
        return (response.StatusCode, Number("X-RateLimit-Limit"), Number("X-RateLimit-Remaining"), Number("X-RateLimit-Reset"));

        int Number(string header) => int.Parse(response.Headers.GetValues(header).Single(), CultureInfo.InvariantCulture);
    }
}
