using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Analytics.Dashboard.Tests.SignIn;

/// <summary>The dashboard before anybody is known to it. The QueryApi is away in all of them: its address leads nowhere.</summary>
public sealed partial class SignInTests : IDisposable
{
    private readonly WebApplicationFactory<Program> dashboard = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        host.UseSetting("services:queryapi:http:0", "http://127.0.0.1:9").UseSetting("Logging:LogLevel:Default", "Error")); // the discard port

    private readonly HttpClient browser;

    public SignInTests() => browser = dashboard.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    [Theory]
    [InlineData("/")]
    [InlineData("/sites/shop.example")]
    [InlineData("/sites/shop.example/sessions?period=30d")]
    [InlineData("/sites/shop.example/heatmap")]
    [InlineData("/sites/shop.example/commerce")]
    [InlineData("/sites/shop.example/engagement")]
    [InlineData("/tracking/dashboard/")]
    [InlineData("/tracking/sessions/")]
    [InlineData("/tracking/ecommerce/?site=shop.example")]
    [InlineData("/tracking/engagement/")]
    [InlineData("/no/such/page?a=b")]
    public async Task Every_page_leads_to_the_sign_in_and_back(string page)
    {
        using var response = await browser.GetAsync(page);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal($"/login?returnUrl={Uri.EscapeDataString(page)}", new Uri(browser.BaseAddress!, response.Headers.Location!).PathAndQuery);
    }

    [Fact]
    public async Task The_sign_in_is_also_where_the_text_of_an_older_system_has_it()
    {
        using var response = await browser.GetAsync("/admin/login");

        Assert.Equal((HttpStatusCode.Redirect, "/login"), (response.StatusCode, response.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task The_circuit_is_closed_to_strangers()
    {
        using var response = await browser.PostAsync("/_blazor/negotiate?negotiateVersion=1", null);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    [Theory]
    [InlineData("/sites/shop.example", "/sites/shop.example")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public async Task The_way_back_stays_in_the_house(string asked, string kept)
    {
        var page = await browser.GetStringAsync($"/login?returnUrl={Uri.EscapeDataString(asked)}");

        Assert.Contains($"name=\"returnUrl\" value=\"{kept}\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_may_run_our_scripts_only_and_be_framed_by_nobody_else()
    {
        using var response = await browser.GetAsync("/login");
        var policy = string.Join("; ", response.Headers.GetValues("Content-Security-Policy"));

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
    }

    [Fact]
    public async Task With_the_query_service_away_the_sign_in_says_so_and_sets_no_cookie()
    {
        using var response = await SubmitAsync("some-key", await TokenAsync());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("cannot be reached", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(response.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(cookie => cookie.StartsWith("analytics=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_form_from_elsewhere_is_refused_before_the_key_is_looked_at()
    {
        using var response = await SubmitAsync("some-key", token: null);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Guessing_is_slowed_down()
    {
        var token = await TokenAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
        {
            using var response = await SubmitAsync("", token);
            statuses.Add(response.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    public void Dispose()
    {
        browser.Dispose();
        dashboard.Dispose();
    }

    private async Task<string> TokenAsync() => TokenField.Match(await browser.GetStringAsync("/login")).Groups[1].Value;

    private Task<HttpResponseMessage> SubmitAsync(string key, string? token)
    {
        var form = new Dictionary<string, string> { ["key"] = key };
        if (token is not null)
        {
            form["__RequestVerificationToken"] = token;
        }

        return browser.PostAsync("/sign-in", new FormUrlEncodedContent(form));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField { get; }
}
