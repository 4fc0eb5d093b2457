using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Analytics.TrafficGenerator;
using Analytics.TrafficGenerator.Layout;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(GeneratorOptions.Usage);
    return 0;
}

GeneratorOptions options;
try
{
    options = GeneratorOptions.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine();
    Console.Error.WriteLine(GeneratorOptions.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    return await SendAsync(options, stop);
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine();
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine();
    Console.Error.WriteLine("Stopped.");
    return 1;
}

// Visits are made in order by one writer, so that a seed decides them all; any number of readers send them.
static async Task<int> SendAsync(GeneratorOptions options, CancellationTokenSource stop)
{
    var watch = Stopwatch.StartNew();
    var now = DateTimeOffset.UtcNow;
    var totals = new Totals();
    var progress = new Progress(Console.Out, !Console.IsOutputRedirected);
    var queue = Channel.CreateBounded<(Batch Batch, string UserAgent)>(new BoundedChannelOptions(1_000) { SingleWriter = true });
    using var sender = new BatchSender(options);
    await sender.CheckKeyAsync(stop.Token);

    Console.WriteLine($"Sending {options.Days} days of about {options.VisitsPerDay} visits each to {options.Url}");
    Task[] work = [MakeAsync(), .. Enumerable.Range(0, options.Concurrency).Select(_ => PostAsync())];
    // The first fault ends the rest: none of them would fare better.
    await foreach (var done in Task.WhenEach(work))
    {
        if (!done.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
            await done;
        }
    }

    progress.Show(1, $"{sender.Accepted:N0} events");
    progress.End();
    var retries = sender.Retries > 0 ? $"; {sender.Retries:N0} retries" : "";
    Console.WriteLine($"""
        {totals.Visits:N0} visits ({totals.VisitsToday:N0} today), {totals.Pageviews:N0} pageviews, {sender.Accepted:N0} events
        {totals.Purchases:N0} purchases, {totals.Revenue:N2} EUR
        {sender.Requests:N0} requests in {watch.Elapsed.TotalSeconds:N1} s{retries}
        """);
    foreach (var (reason, count) in sender.Refusals)
    {
        Console.Error.WriteLine($"{count:N0} events not stored: {reason}");
    }

    return sender.Refusals.Count > 0 ? 1 : 0;

    async Task MakeAsync()
    {
        var dice = new Dice(options.Seed);
        var layout = DemoLayout.Load();
        var audience = new Audience(dice);
        var schedule = new Schedule(options, now, dice);
        var made = 0;
        foreach (var day in schedule.Days)
        {
            var visits = schedule.VisitsOf(day);
            foreach (var (i, start) in visits.Index())
            {
                var visitor = audience.Next(start);
                var visit = new Visit(layout, options, dice, visitor, audience.SourceOf(visitor, start), start, now);
                foreach (var batch in visit.Pages())
                {
                    totals.Add(batch);
                    await queue.Writer.WriteAsync((batch, visitor.Device.UserAgent), stop.Token);
                }

                totals.AddVisit(day == schedule.Today);
                progress.Show((made + ((i + 1.0) / visits.Count)) / options.Days * 0.999, $"{day:yyyy-MM-dd}  {sender.Accepted:N0} events");
            }

            made++;
        }

        queue.Writer.Complete();
    }

    async Task PostAsync()
    {
        await foreach (var (batch, userAgent) in queue.Reader.ReadAllAsync(stop.Token))
        {
            await sender.SendAsync(batch, userAgent, stop.Token);
        }
    }
}
