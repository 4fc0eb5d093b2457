using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Analytics.Contracts;

// Sites, keys and what owners save; and the general query, whose segments are among that.
public sealed partial class StatsClient
{
    // What is absent is not sent: there a default stands in, here nothing would.
    private static readonly JsonSerializerOptions Absent = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Any metrics, split by any dimensions, of what any filters keep.</summary>
    public Task<QueryResponse> QueryAsync(QueryRequest query, CancellationToken ct = default) =>
        SendAsync<QueryResponse>(HttpMethod.Post, "api/v2/query", Json(query), ct);

    /// <summary>What the key of these requests may do.</summary>
    public Task<KeyResponse> KeyAsync(CancellationToken ct = default) => GetAsync<KeyResponse>("api/keys/me", ct);

    public Task<IReadOnlyList<ApiKeyResponse>> KeysAsync(CancellationToken ct = default) => GetAsync<IReadOnlyList<ApiKeyResponse>>("api/keys", ct);

    public Task<ApiKeyResponse> FindKeyAsync(string id, CancellationToken ct = default) => GetAsync<ApiKeyResponse>($"api/keys/{Escape(id)}", ct);

    /// <summary>The answer is the only place where the key is ever shown.</summary>
    public Task<CreatedApiKey> CreateKeyAsync(NewApiKey key, CancellationToken ct = default) =>
        SendAsync<CreatedApiKey>(HttpMethod.Post, "api/keys", Json(key), ct);

    public Task RevokeKeyAsync(string id, CancellationToken ct = default) => DeleteAsync($"api/keys/{Escape(id)}", ct);

    /// <summary>Who read what single people did, newest first.</summary>
    public Task<AuditResponse> AuditAsync(int days = 30, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<AuditResponse>($"api/admin/audit?days={days}&limit={limit}&offset={offset}", ct);

    public Task<IReadOnlyList<SiteSummary>> SitesAsync(CancellationToken ct = default) => GetAsync<IReadOnlyList<SiteSummary>>("api/sites", ct);

    public Task<SiteResponse> SiteAsync(string site, CancellationToken ct = default) => GetAsync<SiteResponse>($"api/sites/{Escape(site)}", ct);

    public Task<SiteResponse> CreateSiteAsync(NewSite site, CancellationToken ct = default) =>
        SendAsync<SiteResponse>(HttpMethod.Post, "api/sites", Json(site), ct);

    /// <summary>Changes what <paramref name="change"/> names, and leaves the rest.</summary>
    public Task<SiteResponse> ChangeSiteAsync(string site, SiteChange change, CancellationToken ct = default) =>
        SendAsync<SiteResponse>(HttpMethod.Put, $"api/sites/{Escape(site)}", Json(change), ct);

    public Task DeleteSiteAsync(string site, CancellationToken ct = default) => DeleteAsync($"api/sites/{Escape(site)}", ct);

    public Task<SitePrivacy> PrivacyAsync(string site, CancellationToken ct = default) =>
        GetAsync<SitePrivacy>($"api/sites/{Escape(site)}/privacy", ct);

    /// <summary>Changes what <paramref name="change"/> names, and leaves the rest.</summary>
    public Task<SitePrivacy> ChangePrivacyAsync(string site, SitePrivacyChange change, CancellationToken ct = default) =>
        SendAsync<SitePrivacy>(HttpMethod.Patch, $"api/sites/{Escape(site)}/privacy", Json(change), ct);

    public Task<IReadOnlyList<Segment>> SegmentsAsync(string site, CancellationToken ct = default) => ListAsync<Segment>(site, "segments", ct);

    public Task<Segment> SegmentAsync(string site, string id, CancellationToken ct = default) => FindAsync<Segment>(site, "segments", id, ct);

    public Task<Segment> CreateSegmentAsync(string site, NewSegment segment, CancellationToken ct = default) =>
        CreateAsync<Segment, NewSegment>(site, "segments", segment, ct);

    public Task<Segment> ReplaceSegmentAsync(string site, string id, NewSegment segment, CancellationToken ct = default) =>
        ReplaceAsync<Segment, NewSegment>(site, "segments", id, segment, ct);

    public Task DeleteSegmentAsync(string site, string id, CancellationToken ct = default) => DeleteAsync(Saved(site, "segments", id), ct);

    private async Task DeleteAsync(string address, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Delete, address, null, ct);
    }

    private static JsonContent Json<T>(T value) => JsonContent.Create(value, options: Absent);
}
