using System.Diagnostics;
using System.Globalization;

namespace Analytics.AspNetCore.Tests.Delivery;

/// <summary>The sample site as a process of its own, ended as a service manager ends it.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_process_that_is_told_to_end_sends_its_last_visit()
    {
        await using var collector = await RecordingCollector.StartAsync();
        using var site = Process.Start(new ProcessStartInfo(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "SampleSite.dll"), "--urls", "http://127.0.0.1:0",
                "--ActivityTracking:Endpoint", collector.Address.ToString(), "--ActivityTracking:FlushInterval", "00:01:00"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            using var visitor = new HttpClient { BaseAddress = await AddressAsync(site) };
            using var answer = await visitor.GetAsync("products/last");
            using var kill = Process.Start("kill", ["-TERM", site.Id.ToString(CultureInfo.InvariantCulture)]);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await site.WaitForExitAsync(timeout.Token);
        }
        finally
        {
            site.Kill();
        }

        Assert.Equal(0, site.ExitCode);
        Assert.EndsWith("/products/last", Assert.Single(collector.Requests).Url, StringComparison.Ordinal);
    }

    private static async Task<Uri> AddressAsync(Process site)
    {
        const string Listening = "Now listening on: ";
        while (await site.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
            {
                // Nobody reads on, and a full pipe would stop the site.
                _ = site.StandardOutput.ReadToEndAsync();
                return new Uri(line[(at + Listening.Length)..]);
            }
        }

        throw new InvalidOperationException("The sample site did not start.");
    }
}
