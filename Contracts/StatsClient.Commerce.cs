namespace Analytics.Contracts;

// What was sold, and how people use forms and pages. Amounts are in the site's base currency unless another of its table of rates is named.
public sealed partial class StatsClient
{
    public Task<CommerceResponse> CommerceAsync(string site, StatsSelection selection, string? currency = null, CancellationToken ct = default) =>
        GetAsync<CommerceResponse>(Report(site, "commerce", selection, ("currency", currency)), ct);

    public Task<CommerceTimeseriesResponse> CommerceTimeseriesAsync(
        string site, StatsSelection selection, string? interval = null, string? currency = null, CancellationToken ct = default) =>
        GetAsync<CommerceTimeseriesResponse>(Report(site, "commerce/timeseries", selection, ("interval", interval), ("currency", currency)), ct);

    /// <param name="by">product, sku, name or category.</param>
    public Task<ProductsResponse> ProductsAsync(
        string site, StatsSelection selection, string by = "product", int limit = 100, int offset = 0, string? currency = null,
        CancellationToken ct = default) =>
        GetAsync<ProductsResponse>(
            Report(site, "commerce/products", selection, ("by", by), ("limit", limit), ("offset", offset), ("currency", currency)), ct);

    public Task<CartsResponse> CartsAsync(string site, StatsSelection selection, string? currency = null, CancellationToken ct = default) =>
        GetAsync<CartsResponse>(Report(site, "commerce/carts", selection, ("currency", currency)), ct);

    public Task<CouponsResponse> CouponsAsync(
        string site, StatsSelection selection, int limit = 100, int offset = 0, string? currency = null, CancellationToken ct = default) =>
        GetAsync<CouponsResponse>(Report(site, "commerce/coupons", selection, ("limit", limit), ("offset", offset), ("currency", currency)), ct);

    public Task<TimeToBuyResponse> TimeToBuyAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<TimeToBuyResponse>(Report(site, "commerce/time-to-buy", selection), ct);

    /// <param name="first">What puts a visitor into a month: purchase or visit.</param>
    public Task<LifetimeResponse> LifetimeAsync(
        string site, StatsSelection selection, string first = "purchase", string? currency = null, CancellationToken ct = default) =>
        GetAsync<LifetimeResponse>(Report(site, "commerce/lifetime", selection, ("first", first), ("currency", currency)), ct);

    public Task<CurrenciesResponse> CurrenciesAsync(string site, CancellationToken ct = default) =>
        GetAsync<CurrenciesResponse>($"api/sites/{Escape(site)}/currencies", ct);

    /// <summary>Sets the base currency and the whole table of rates.</summary>
    public Task<CurrenciesResponse> SetCurrenciesAsync(string site, CurrenciesChange change, CancellationToken ct = default) =>
        SendAsync<CurrenciesResponse>(HttpMethod.Put, $"api/sites/{Escape(site)}/currencies", Json(change), ct);

    public Task DeleteCurrenciesAsync(string site, CancellationToken ct = default) => DeleteAsync($"api/sites/{Escape(site)}/currencies", ct);

    public Task<EngagementResponse> EngagementAsync(string site, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<EngagementResponse>(Report(site, "engagement", selection), ct);

    public Task<FormsResponse> FormsAsync(string site, StatsSelection selection, int limit = 100, int offset = 0, CancellationToken ct = default) =>
        GetAsync<FormsResponse>(Report(site, "forms", selection, ("limit", limit), ("offset", offset)), ct);

    /// <param name="form">Its name, id or selector.</param>
    public Task<FormResponse> FormAsync(string site, string form, StatsSelection selection, CancellationToken ct = default) =>
        GetAsync<FormResponse>(Report(site, $"forms/{Escape(form)}", selection), ct);
}
