using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Analytics.Load;

/// <summary>
/// Once a second an event of its own site and session: how long from its 202 until the query API shows the session. Asked every 25 ms,
/// which is as exact as the figure gets.
/// </summary>
internal sealed class Freshness : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;

    public Freshness(LoadOptions options)
    {
        http = new HttpClient { BaseAddress = options.Url, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
    }

    public List<TimeSpan> Samples { get; } = [];

    /// <summary>Events that were not seen within a minute.</summary>
    public int Unseen { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var clock = Stopwatch.StartNew();
            if (await SendAsync() is { } session)
            {
                await WaitAsync(session);
            }

            if (Interval - clock.Elapsed is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, CancellationToken.None);
            }
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<string?> SendAsync()
    {
        var session = Guid.CreateVersion7().ToString();
        using var content = new StringContent(
            $$"""
            {"type":"pageview","websiteId":"bench-probe","href":"https://probe.example/","visitorId":"{{session}}","sessionId":"{{session}}"}
            """);
        try
        {
            using var response = await http.PostAsync("/collect", content);
            return response.StatusCode == HttpStatusCode.Accepted ? session : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private async Task WaitAsync(string session)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            try
            {
                using var response = await http.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/sessions/{session}"));
                if (response.IsSuccessStatusCode)
                {
                    Samples.Add(clock.Elapsed);
                    return;
                }

                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    throw new LoadException("--api-key: the query API does not know this key.");
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // asked again
            }

            await Task.Delay(Step, CancellationToken.None);
        }

        Unseen++;
    }
}
