using System.Net.Http.Headers;
using System.Text.Json;
using Analytics.Contracts;
using Analytics.ServiceDefaults;

namespace Analytics.QueryApi.Ingest;

/// <summary>
/// Asks every collector how it goes. The buffer's keys are the collectors' own affair; they publish what is in it, so that is asked for and
/// Redis is not read a second time.
/// </summary>
internal sealed class CollectorReports(IHttpClientFactory clients, IConfiguration configuration)
{
    private const string Service = "collector";

    /// <summary>How long a collector may take: a report on health must not hang with what it reports on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<CollectorHealth>> AskAsync(CancellationToken ct) =>
        await Task.WhenAll(configuration.ServiceAddresses(Service).Select(address => AskAsync(address, ct)));

    private async Task<CollectorHealth> AskAsync(Uri address, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient(nameof(CollectorReports));
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "api/ingest/health"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", configuration["Auth:BootstrapKey"]);
            using var response = await client.SendAsync(request, timeout.Token);
            return response.IsSuccessStatusCode
                ? new(address.Authority, null, await response.Content.ReadFromJsonAsync<CollectorReport>(JsonSerializerOptions.Web, timeout.Token))
                : new(address.Authority, $"It answers {(int)response.StatusCode}.", null);
        }
        catch (HttpRequestException e)
        {
            return new(address.Authority, e.Message, null);
        }
        catch (JsonException)
        {
            return new(address.Authority, "Its answer is of another version.", null);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(address.Authority, $"It does not answer within {Patience.TotalSeconds:0} seconds.", null);
        }
    }
}
