using System.Diagnostics;
using System.Net;

namespace Analytics.Load;

/// <summary>What was sent, and what came of it.</summary>
internal sealed class Outcome
{
    public Histogram Latency { get; } = new();

    public long Requests { get; set; }

    public long Events { get; set; }

    /// <summary>Answered by anything but an acceptance, by status; 202 is one that was dropped on purpose.</summary>
    public SortedDictionary<int, long> Refused { get; } = [];

    /// <summary>Requests without an answer.</summary>
    public long Errors { get; set; }

    public string? FirstError { get; set; }

    public TimeSpan Took { get; set; }

    public void Add(Outcome other)
    {
        Latency.Add(other.Latency);
        Requests += other.Requests;
        Events += other.Events;
        Errors += other.Errors;
        FirstError ??= other.FirstError;
        foreach (var (status, count) in other.Refused)
        {
            Refused[status] = Refused.GetValueOrDefault(status) + count;
        }
    }
}

/// <summary>
/// Sends a scenario over its connections. With a rate, latency counts from the moment at which a request was due, so that a server
/// which stalls is not asked less and then called fast.
/// </summary>
internal sealed class LoadRun(LoadOptions options, IPEndPoint server, string site)
{
    private readonly ulong seed = (ulong)Random.Shared.NextInt64();
    private readonly Template[] templates = options.Scenario.Templates(options.Url, site);
    private long next = -1;
    private long started;

    /// <summary>Each kind of request once, before the clock starts: the site is made at its first sight.</summary>
    /// <returns>How many events that were.</returns>
    public async Task<int> TryOutAsync()
    {
        using var connection = new HttpConnection(server);
        var events = 0;
        for (var i = 0; i < templates.Length; i++)
        {
            // Numbers that no request of the run itself comes to.
            var answer = await connection.SendAsync(templates[i].Fill(seed, (1L << 40) + i, (1L << 40) + i, Now()));
            events += answer.IsAccepted
                ? templates[i].Events
                : throw new LoadException(
                    $"Request {i + 1} of the scenario was answered {answer.Status}{(answer.IsDropped ? " and dropped" : "")}.");
        }

        return events;
    }

    public async Task<Outcome> RunAsync(CancellationToken stop)
    {
        started = Stopwatch.GetTimestamp();
        var outcome = new Outcome();
        var senders = Enumerable.Range(0, options.Connections).Select(_ => Task.Run(() => SendAsync(stop), CancellationToken.None));
        foreach (var part in await Task.WhenAll(senders))
        {
            outcome.Add(part);
        }

        outcome.Took = Stopwatch.GetElapsedTime(started);
        return outcome;
    }

    private async Task<Outcome> SendAsync(CancellationToken stop)
    {
        var outcome = new Outcome();
        var mine = Array.ConvertAll(templates, template => template.Copy());
        using var connection = new HttpConnection(server);
        while (!stop.IsCancellationRequested && Interlocked.Increment(ref next) is var number && number < options.Requests)
        {
            var begun = Stopwatch.GetTimestamp();
            if (options.Rate > 0)
            {
                var due = TimeSpan.FromSeconds((double)number / options.Rate);
                if (due > options.Duration)
                {
                    break;
                }

                begun = started + (long)(due.TotalSeconds * Stopwatch.Frequency);
                if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, CancellationToken.None);
                }
            }
            else if (Stopwatch.GetElapsedTime(started) > options.Duration)
            {
                break;
            }

            var template = mine[number % mine.Length];
            try
            {
                var answer = await connection.SendAsync(template.Fill(seed, number, number / options.Scenario.RequestsPerSession, Now()));
                outcome.Latency.Record(Stopwatch.GetElapsedTime(begun));
                if (answer.IsAccepted)
                {
                    outcome.Requests++;
                    outcome.Events += template.Events;
                }
                else
                {
                    outcome.Refused[answer.Status] = outcome.Refused.GetValueOrDefault(answer.Status) + 1;
                }
            }
            catch (IOException e)
            {
                outcome.Errors++;
                outcome.FirstError ??= e.Message;
                await Task.Delay(100, CancellationToken.None);
            }
        }

        return outcome;
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
