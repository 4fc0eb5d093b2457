using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Analytics.Contracts;

// Who was there, what they did, what went wrong, and what happens now.
public sealed partial class StatsClient
{
    /// <param name="kind">all, users (those that identify named) or visitors.</param>
    /// <param name="sort">last_seen, sessions, pageviews, events or revenue.</param>
    /// <param name="search">Part of a user id or of a trait; null for everybody.</param>
    public Task<UsersResponse> UsersAsync(
        string site, StatsSelection selection, string kind = "all", string sort = "last_seen", string? search = null, int limit = 100,
        int offset = 0, CancellationToken ct = default) =>
        GetAsync<UsersResponse>(
            Report(site, "users", selection, ("kind", kind), ("sort", sort), ("search", search), ("limit", limit), ("offset", offset)), ct);

    /// <param name="id">A user's, or a visitor's.</param>
    /// <param name="limit">Of the sessions.</param>
    public Task<UserProfile> UserAsync(string site, string id, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<UserProfile>(Report(site, $"users/{Escape(id)}", null, ("limit", limit), ("offset", offset)), ct);

    /// <param name="kind">all, custom or automatic.</param>
    public Task<EventNamesResponse> EventNamesAsync(
        string site, StatsSelection selection, string kind = "all", int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<EventNamesResponse>(Report(site, "events", selection, ("kind", kind), ("limit", limit), ("offset", offset)), ct);

    public Task<EventPropertiesResponse> EventPropertiesAsync(
        string site, string name, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<EventPropertiesResponse>(Report(site, $"events/{Escape(name)}", selection, ("limit", limit), ("offset", offset)), ct);

    public Task<PropertyValuesResponse> PropertyValuesAsync(
        string site, string name, string property, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<PropertyValuesResponse>(
            Report(site, $"events/{Escape(name)}/properties/{Escape(property)}", selection, ("limit", limit), ("offset", offset)), ct);

    /// <summary>Single events, newest first.</summary>
    /// <param name="cursor">Next of the answer before; null for the newest.</param>
    public Task<EventLogResponse> EventLogAsync(
        string site, StatsSelection selection, int limit = 100, string? cursor = null, CancellationToken ct = default) =>
        GetAsync<EventLogResponse>(Report(site, "events/log", selection, ("limit", limit), ("cursor", cursor)), ct);

    /// <param name="sort">count, visitors, sessions, first_seen or last_seen.</param>
    /// <param name="search">Part of the message, type or script; null for all.</param>
    public Task<PageErrorsResponse> PageErrorsAsync(
        string site, StatsSelection selection, string sort = "count", string? search = null, int limit = 100, int offset = 0,
        CancellationToken ct = default) =>
        GetAsync<PageErrorsResponse>(
            Report(site, "errors", selection, ("sort", sort), ("search", search), ("limit", limit), ("offset", offset)), ct);

    public Task<PageErrorDetail> PageErrorAsync(string site, string id, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<PageErrorDetail>(Report(site, $"errors/{Escape(id)}", selection), ct);

    public Task<VitalsResponse> VitalsAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<VitalsResponse>(Report(site, "vitals", selection), ct);

    /// <param name="dimension">page, device, country, ...</param>
    /// <param name="metric">LCP, INP, CLS, FCP or TTFB.</param>
    public Task<VitalBreakdownResponse> VitalBreakdownAsync(
        string site, string dimension, StatsSelection selection, string metric = "LCP", int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<VitalBreakdownResponse>(
            Report(site, $"vitals/{Escape(dimension)}", selection, ("metric", metric), ("limit", limit), ("offset", offset)), ct);

    public Task<CampaignsResponse> CampaignsAsync(
        string site, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<CampaignsResponse>(Report(site, "campaigns", selection, ("limit", limit), ("offset", offset)), ct);

    /// <param name="period">Its filters are not looked at.</param>
    public Task<BotsResponse> BotsAsync(string site, StatsSelection period, CancellationToken ct = default) =>
        GetAsync<BotsResponse>(Report(site, "bots", period with { Filters = [] }), ct);

    /// <param name="site">Null: all sites that the key sees.</param>
    public Task<IngestResponse> IngestAsync(string? site = null, CancellationToken ct = default) =>
        GetAsync<IngestResponse>(site is null ? "api/admin/ingest" : $"api/admin/ingest?site={Escape(site)}", ct);

    /// <summary>Each event as it arrives, until the stream ends (after half an hour) or is cancelled.</summary>
    public IAsyncEnumerable<LiveEvent> LiveEventsAsync(string site, CancellationToken ct = default) =>
        ListenAsync<LiveEvent>(Report(site, "realtime/feed", null), ct);

    /// <summary>The numbers of the last minutes, at once and whenever they change, until the stream ends (after half an hour) or is cancelled.</summary>
    public IAsyncEnumerable<RealtimeResponse> LiveNumbersAsync(string site, CancellationToken ct = default) =>
        ListenAsync<RealtimeResponse>(Report(site, "realtime/stream", null), ct);

    // Server-sent events whose data is one line of JSON; a heartbeat has none, or null.
    private async IAsyncEnumerable<T> ListenAsync<T>(string address, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        using var lines = new StreamReader(await OpenAsync(address, ct));
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line[5..].Trim() is { Length: > 0 } data
                && JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Web) is { } item)
            {
                yield return item;
            }
        }
    }
}
