using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Analytics.Contracts;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.WebUtilities;

namespace Analytics.Dashboard;

/// <summary>The dashboard's only way to data: the QueryApi's reports, asked with the key of the person who is signed in.</summary>
internal sealed class StatsClient(HttpClient http, AuthenticationStateProvider authentication)
{
    public const string KeyClaim = "api_key";

    /// <summary>What a key may do, or null where it is not valid.</summary>
    public async Task<KeyResponse?> KeyAsync(string key, CancellationToken ct)
    {
        try
        {
            return await SendAsync<KeyResponse>("api/keys/me", key, ct);
        }
        catch (StatsException e) when (e.Failure is StatsFailure.SignedOut or StatsFailure.Forbidden)
        {
            return null;
        }
    }

    public Task<IReadOnlyList<SiteSummary>> SitesAsync(CancellationToken ct) => GetAsync<IReadOnlyList<SiteSummary>>("api/sites", ct);

    public Task<SiteResponse> SiteAsync(string site, CancellationToken ct) => GetAsync<SiteResponse>($"api/sites/{Uri.EscapeDataString(site)}", ct);

    public Task<OverviewComparison> OverviewAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<OverviewComparison>(Report(site, "overview", selection.ToQuery()), ct);

    public Task<TimeseriesResponse> TimeseriesAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<TimeseriesResponse>(Report(site, "timeseries", selection.ToQuery()), ct);

    public Task<BreakdownResponse> BreakdownAsync(string site, string dimension, Selection selection, int limit, CancellationToken ct) =>
        GetAsync<BreakdownResponse>(Report(site, $"breakdown/{dimension}", [.. selection.ToQuery(), Of("limit", limit)]), ct);

    public Task<RealtimeResponse> RealtimeAsync(string site, CancellationToken ct) =>
        GetAsync<RealtimeResponse>(Report(site, "realtime", []), ct);

    public Task<SessionsResponse> SessionsAsync(string site, Selection selection, int limit, int offset, CancellationToken ct) =>
        GetAsync<SessionsResponse>(Report(site, "sessions", [.. selection.ToQuery(), Of("limit", limit), Of("offset", offset)]), ct);

    public Task<JourneyResponse> JourneyAsync(string site, string session, CancellationToken ct) =>
        GetAsync<JourneyResponse>(Report(site, $"sessions/{Uri.EscapeDataString(session)}", []), ct);

    public Task<IReadOnlyList<HeatmapPage>> HeatmapPagesAsync(string site, Period period, CancellationToken ct) =>
        GetAsync<IReadOnlyList<HeatmapPage>>(Report(site, "heatmap/pages", period.ToQuery()), ct);

    /// <param name="device">desktop, mobile, ...; empty for all.</param>
    public Task<HeatmapResponse> HeatmapAsync(
        string site, Period period, string hostname, string path, string kind, string device, CancellationToken ct) =>
        GetAsync<HeatmapResponse>(
            Report(site, "heatmap", [.. period.ToQuery(), new("hostname", hostname), new("path", path), new("kind", kind), new("device", device)]), ct);

    public Task<CommerceResponse> CommerceAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<CommerceResponse>(Report(site, "commerce", selection.ToQuery()), ct);

    public Task<CommerceTimeseriesResponse> CommerceTimeseriesAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<CommerceTimeseriesResponse>(Report(site, "commerce/timeseries", selection.ToQuery()), ct);

    /// <param name="by">product, category, ...</param>
    public Task<ProductsResponse> ProductsAsync(string site, Selection selection, string by, int limit, CancellationToken ct) =>
        GetAsync<ProductsResponse>(Report(site, "commerce/products", [.. selection.ToQuery(), new("by", by), Of("limit", limit)]), ct);

    public Task<CartsResponse> CartsAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<CartsResponse>(Report(site, "commerce/carts", selection.ToQuery()), ct);

    public Task<CouponsResponse> CouponsAsync(string site, Selection selection, int limit, CancellationToken ct) =>
        GetAsync<CouponsResponse>(Report(site, "commerce/coupons", [.. selection.ToQuery(), Of("limit", limit)]), ct);

    public Task<TimeToBuyResponse> TimeToBuyAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<TimeToBuyResponse>(Report(site, "commerce/time-to-buy", selection.ToQuery()), ct);

    public Task<LifetimeResponse> LifetimeAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<LifetimeResponse>(Report(site, "commerce/lifetime", selection.ToQuery()), ct);

    public Task<EngagementResponse> EngagementAsync(string site, Selection selection, CancellationToken ct) =>
        GetAsync<EngagementResponse>(Report(site, "engagement", selection.ToQuery()), ct);

    private static KeyValuePair<string, string?> Of(string name, int value) => new(name, value.ToString(CultureInfo.InvariantCulture));

    private static string Report(string site, string report, IEnumerable<KeyValuePair<string, string?>> query) =>
        QueryHelpers.AddQueryString($"api/sites/{Uri.EscapeDataString(site)}/stats/{report}", query);

    private async Task<T> GetAsync<T>(string uri, CancellationToken ct)
    {
        var state = await authentication.GetAuthenticationStateAsync();
        var key = state.User.FindFirst(KeyClaim)?.Value
            ?? throw new StatsException(StatsFailure.SignedOut, "Sign in to see this.");
        return await SendAsync<T>(uri, key, ct);
    }

    private async Task<T> SendAsync<T>(string uri, string key, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
            {
                throw await ReadProblemAsync(response, ct);
            }

            return await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, ct)
                ?? throw new StatsException(StatsFailure.Failed, "The query service gave an empty answer.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new StatsException(StatsFailure.Away, "The query service cannot be reached.", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new StatsException(StatsFailure.Away, $"The query service did not answer within {http.Timeout.TotalSeconds:0} seconds.", e);
        }
        catch (JsonException e)
        {
            throw new StatsException(StatsFailure.Failed, "The query service gave an answer this dashboard does not understand. Are both of the same version?", e);
        }
    }

    private static async Task<StatsException> ReadProblemAsync(HttpResponseMessage response, CancellationToken ct)
    {
        Problem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            try
            {
                problem = await response.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web, ct);
            }
            catch (JsonException)
            {
                // The status says enough.
            }
        }

        var words = problem?.Errors?.Values.SelectMany(e => e).FirstOrDefault() ?? problem?.Detail;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new(StatsFailure.SignedOut, words ?? "The API key is not valid any more."),
            HttpStatusCode.Forbidden => new(StatsFailure.Forbidden, words ?? "This key has no access here."),
            HttpStatusCode.NotFound => new(StatsFailure.NotFound, words ?? "There is nothing here by that name."),
            HttpStatusCode.BadRequest => new(StatsFailure.Invalid, words ?? problem?.Title ?? "The query service did not understand the question."),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                new(StatsFailure.Away, words ?? "The store is not answering right now."),
            _ => new(StatsFailure.Failed, words ?? problem?.Title ?? $"The query service answered {(int)response.StatusCode}."),
        };
    }

    private sealed record Problem(
        string? Title, string? Detail, [property: JsonPropertyName("errors")] IReadOnlyDictionary<string, string[]>? Errors);
}

internal static class StatsClientRegistration
{
    public static void AddStatsClient(this WebApplicationBuilder builder) =>
        builder.Services.AddHttpClient<StatsClient>(client =>
        {
            client.BaseAddress = new Uri("http://queryapi");
            client.Timeout = TimeSpan.FromSeconds(15);
        });
}
