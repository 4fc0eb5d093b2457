using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Analytics.Load;

/// <summary>
/// One measurement: (1) find the system's processes, (2) send each kind of request once and see it stored, (3) send the load, (4) wait
/// until all of it is stored, (5) print.
/// </summary>
internal static class Bench
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <returns>Whether every accepted event was stored.</returns>
    public static async Task<bool> RunAsync(LoadOptions options, CancellationToken stop)
    {
        var site = $"bench-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
        var server = await ServerAsync(options.Url);

        // (1)
        var stack = Stack.Find(options);
        using var store = await Store.OpenAsync(options, site, options.ClickHouse ?? stack?.Variable("ConnectionStrings__clickhouse"));

        // (2)
        var run = new LoadRun(options, server, site);
        var triedOut = await run.TryOutAsync();
        if (store is not null && await StoredAsync(store, triedOut) is var stored && stored != triedOut)
        {
            throw new LoadException($"{triedOut} events were accepted to try out, {stored} were stored.");
        }

        // (3)
        using var freshness = options is { Probe: true, ApiKey: not null } ? new Freshness(options) : null;
        using var probing = new CancellationTokenSource();
        var before = Samples(stack);
        var clock = Stopwatch.StartNew();
        var probe = freshness?.RunAsync(probing.Token) ?? Task.CompletedTask;
        var outcome = await run.RunAsync(stop);
        await probing.CancelAsync();

        // (4) Without ClickHouse, the probe's events are among those counted.
        long? kept = null;
        var others = triedOut;
        if (store is { IsClickHouse: false })
        {
            await probe;
            others += freshness is null ? 0 : freshness.Samples.Count + freshness.Unseen;
        }

        if (store is not null)
        {
            kept = await StoredAsync(store, others + outcome.Events) - others;
        }

        var took = clock.Elapsed;
        var after = Samples(stack);
        await probe;

        // (5)
        var sizes = store is null ? [] : await store.SizesAsync(options.Merge);
        Report.Print(options, outcome, kept, took, freshness, before, after, sizes);
        return kept is null || kept >= outcome.Events;
    }

    private static List<ProcessSample> Samples(Stack? stack) => [.. stack?.Sample() ?? [], Stack.Self()];

    /// <summary>Waits for so many events; for more where requests without an answer may have been taken, there is no wait.</summary>
    private static async Task<long> StoredAsync(Store store, long wanted)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var count = await store.CountAsync();
            if (count >= wanted || clock.Elapsed > StorePatience)
            {
                return count;
            }

            await Task.Delay(PollInterval);
        }
    }

    /// <summary>The address that answers: a server may listen on one of the two families only.</summary>
    private static async Task<IPEndPoint> ServerAsync(Uri url)
    {
        foreach (var address in await Dns.GetHostAddressesAsync(url.DnsSafeHost))
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, url.Port);
                return new(address, url.Port);
            }
            catch (SocketException)
            {
                // the next one
            }
        }

        throw new LoadException($"Nobody listens at {url}.");
    }
}
