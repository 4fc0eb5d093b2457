using System.Globalization;
using System.Text;

namespace Analytics.Load;

/// <summary>The figures of one measurement, in one table.</summary>
internal static class Report
{
    private const double MiB = 1 << 20;

    public static void Print(
        LoadOptions options, Outcome outcome, long? stored, TimeSpan untilStored, Freshness? freshness,
        List<ProcessSample> before, List<ProcessSample> after, List<TableSize> sizes)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        var seconds = outcome.Took.TotalSeconds;

        Line($"");
        var pace = options.Rate == 0 ? "as fast as answers come" : Number(options.Rate) + " requests/s";
        Line($"{options.Scenario.Name}: {options.Connections} connections, {pace}, {seconds:0.0} s");
        Line($"  accepted    {Number(outcome.Requests),13} requests {Number(outcome.Events),13} events");
        Line($"              {Number(outcome.Requests / seconds),13} /s       {Number(outcome.Events / seconds),13} /s");
        if (stored is { } count)
        {
            var late = Math.Max(0, (untilStored - outcome.Took).TotalSeconds);
            var difference = count == outcome.Events ? "" : $"  ({Number(count - outcome.Events)} against those accepted)";
            var rate = Number(count / untilStored.TotalSeconds);
            Line($"  stored                               {Number(count),13} events{difference}");
            Line($"                                       {rate,13} /s, the last {late:0.00} s after the last answer");
        }

        var refused = string.Join(
            ", ", outcome.Refused.Select(r => $"{Number(r.Value)} answered {r.Key}{(r.Key is 200 or 202 ? " and dropped" : "")}"));
        Line($"  refused     {Number(outcome.Refused.Values.Sum()),13} requests {refused}");
        Line($"  errors      {Number(outcome.Errors),13} requests {outcome.FirstError}");
        Line($"  latency ms  p50 {Ms(outcome, 0.5)}  p90 {Ms(outcome, 0.9)}  p99 {Ms(outcome, 0.99)}  max {Ms(outcome, 1)}");
        if (freshness is { Samples.Count: > 0 })
        {
            var samples = freshness.Samples.Order().ToList();
            var (median, slowest) = (samples[samples.Count / 2].TotalMilliseconds, samples[^1].TotalMilliseconds);
            Line($"  fresh ms    p50 {median:0}  max {slowest:0}  ({samples.Count} samples, {freshness.Unseen} not seen)");
        }

        Line($"  process              CPU s   cores   µs/event   memory MB   peak MB");
        foreach (var row in Processes(before, after))
        {
            var (cores, each) = (row.Cpu / untilStored.TotalSeconds, Each(row.Cpu * 1e6, outcome.Events));
            Line($"    {row.Name,-17}{row.Cpu,7:0.00} {cores,7:0.00} {each,10} {row.Resident / MiB,11:0} {row.Peak / MiB,9:0}");
        }

        if (sizes.FirstOrDefault(table => table.Table == "events") is { Rows: > 0 } events)
        {
            Line($"  on disk, all runs of this data directory{(options.Merge ? ", merged" : "")}");
            Line($"    table                   rows         bytes   bytes/event");
            foreach (var table in sizes)
            {
                Line($"    {table.Table,-15}{Number(table.Rows),13} {Number(table.Bytes),13} {(double)table.Bytes / events.Rows,13:0.00}");
            }

            var sum = sizes.Sum(table => table.Bytes);
            Line($"    {"all",-15}{"",13} {Number(sum),13} {(double)sum / events.Rows,13:0.00}");
        }

        Console.Write(text);
    }

    /// <summary>By name: replicas, and a process that was started again, count together.</summary>
    private static List<ProcessSample> Processes(List<ProcessSample> before, List<ProcessSample> after)
    {
        var earlier = before.ToDictionary(process => process.Id, process => process.Cpu);
        var rows = after.GroupBy(process => process.Name)
            .Select(group => new ProcessSample(
                0,
                group.Count() > 1 ? $"{group.Key} x{group.Count()}" : group.Key,
                group.Sum(process => process.Cpu - earlier.GetValueOrDefault(process.Id)),
                group.Sum(process => process.Resident),
                group.Sum(process => process.Peak)))
            .OrderByDescending(row => row.Cpu).ToList();
        var own = Stack.Self().Name;
        var stack = rows.Where(row => row.Name != own).ToList();
        var sum = new ProcessSample(
            0, "all but this", stack.Sum(row => row.Cpu), stack.Sum(row => row.Resident), stack.Sum(row => row.Peak));
        return stack.Count == 0 ? rows : [.. rows, sum];
    }

    private static string Number(double value) => Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture);

    private static string Each(double value, long count) =>
        count == 0 ? "" : (value / count).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Ms(Outcome outcome, double share) =>
        outcome.Latency.Percentile(share).TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
