using System.Globalization;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Oracle;

internal sealed partial class Truth
{
    private static readonly string[] SentByThemselves = ["pageleave", "click"];

    public static bool Matches(EventMatch match, EventRow e) =>
        e.Name == (match.Event ?? "pageview")
        && (match.Page is null || Like(match.Page, e.Path))
        && (match.Props ?? []).All(prop =>
        {
            var value = e.Props.FirstOrDefault(p => p.Key == prop.Name).Value ?? "";
            return prop.Operator switch
            {
                "is" => prop.Values!.Contains(value),
                "is_not" => !prop.Values!.Contains(value),
                "contains" => prop.Values!.Any(part => value.Contains(part, StringComparison.Ordinal)),
                _ => double.TryParse(value, CultureInfo.InvariantCulture, out var number)
                    && number.CompareTo(double.Parse(prop.Values![0], CultureInfo.InvariantCulture)) == (prop.Operator == "greater" ? 1 : -1),
            };
        });

    private static bool Like(string pattern, string path)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return path == pattern;
        }

        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = path.IndexOf(part, Math.Min(at, path.Length), StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return path.StartsWith(parts[0], StringComparison.Ordinal) && path.EndsWith(parts[^1], StringComparison.Ordinal) && path.Length - parts[^1].Length >= at;
    }

    public (long Conversions, long Converters, double Rate, decimal Revenue) Conversions(Question question, EventMatch goal, string currency)
    {
        var events = Events(question);
        var conversions = events.Where(e => Matches(goal, e)).ToList();
        return (conversions.Count, Visitors(conversions), Share(Visitors(conversions), Visitors(events)), conversions.Where(e => e.Currency == currency).Sum(e => e.Revenue));
    }

    public Dictionary<string, (decimal Conversions, long Converters, decimal Revenue)> Attribution(
        Question question, EventMatch goal, string currency, string model, string by, int lookback)
    {
        var ofVisitor = sessions.Values.GroupBy(session => session[0].VisitorId)
            .ToDictionary(visitor => visitor.Key, visitor => visitor.OrderBy(session => session[0].Timestamp).ToList());
        var credits = new List<(string Value, decimal Share, EventRow Conversion)>();
        foreach (var conversion in Events(question).Where(e => Matches(goal, e)))
        {
            var touches = ofVisitor[conversion.VisitorId].Where(session => session[0].Timestamp <= conversion.Timestamp
                && (session[0].Timestamp >= conversion.Timestamp.AddDays(-lookback) || session[0].SessionId == conversion.SessionId)).ToList();
            touches = model switch { "first" => touches[..1], "last" => touches[^1..], _ => touches };
            credits.AddRange(touches.Select(touch => (SessionDimensions[by](touch), 1m / touches.Count, conversion)));
        }

        return credits.GroupBy(credit => credit.Value).ToDictionary(
            value => value.Key,
            value => (value.Sum(credit => credit.Share), Visitors(value.Select(credit => credit.Conversion)),
                value.Sum(credit => credit.Conversion.Currency == currency ? credit.Conversion.Revenue * credit.Share : 0)));
    }

    /// <summary>For each step how many got there, and the median and mean seconds from the first.</summary>
    public List<(long Count, double? Median, double? Average)> Funnel(Question question, NewFunnel funnel, TimeSpan window)
    {
        var steps = funnel.Steps!;
        var times = steps.Select(_ => new List<double>()).ToList();
        foreach (var actor in Events(question).GroupBy(e => funnel.Unit == "session" ? e.SessionId : e.VisitorId))
        {
            var walk = actor
                .Select(e => (Time: e.Timestamp, Takes: steps.Select(step => Matches(step, e)).ToList(), e.Name))
                .Where(e => e.Takes.Contains(true) || (funnel.Mode == "strict" && !SentByThemselves.Contains(e.Name)))
                .OrderBy(e => e.Time).ThenBy(e => e.Takes.Select((takes, i) => takes ? 1 << i : 0).Sum())
                .ToList();

            // Of each event, for each step: the beginnings of all chains that end there.
            var chains = walk.Select(_ => steps.Select(_ => new HashSet<DateTimeOffset>()).ToList()).ToList();
            for (var step = 0; step < steps.Count; step++)
            {
                for (var i = 0; i < walk.Count; i++)
                {
                    if (walk[i].Takes[step])
                    {
                        chains[i][step].UnionWith(step == 0
                            ? [walk[i].Time]
                            : Enumerable.Range(0, i).Where(before => funnel.Mode != "strict" || before == i - 1)
                                .SelectMany(before => chains[before][step - 1]).Where(begin => walk[i].Time - begin <= window));
                    }
                }

                var first = chains.FindIndex(chain => chain[step].Count > 0);
                if (first >= 0)
                {
                    times[step].Add((walk[first].Time - chains[first][step].Max()).TotalMilliseconds);
                }
            }
        }

        return [.. times.Select((taken, step) => ((long)taken.Count,
            step == 0 || taken.Count == 0 ? (double?)null : Median(taken) / 1000, step == 0 || taken.Count == 0 ? (double?)null : taken.Sum() / taken.Count / 1000))];

        static double Median(List<double> values)
        {
            var sorted = values.Order().ToList();
            return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    /// <summary>Nodes and links by their names; the rest of a step is called *.</summary>
    public (Dictionary<(int Step, string Page), (long Sessions, long Ended)> Nodes, Dictionary<(int Step, string From, string To), long> Links) Paths(
        Question question, string start, string end, int steps, int nodes)
    {
        var walks = new List<(List<(int Step, string Page)> Pages, bool Ended)>();
        foreach (var session in Sessions(question))
        {
            var pages = new List<string>();
            foreach (var view in session.Where(IsPageview).Select(e => e.Path))
            {
                if (pages.Count == 0 || pages[^1] != view)
                {
                    pages.Add(view);
                }
            }

            var at = start.Length > 0 ? pages.FindIndex(page => Like(start, page)) : end.Length > 0 ? pages.FindLastIndex(page => Like(end, page)) : pages.Count > 0 ? 0 : -1;
            if (at >= 0)
            {
                walks.Add(end.Length > 0
                    ? ([.. Enumerable.Range(0, at + 1).Select(i => (steps - (at - i), pages[i])).Where(page => page.Item1 >= 1)], false)
                    : ([.. pages.Skip(at).Take(steps).Select((page, i) => (i + 1, page))], pages.Count - at <= steps));
            }
        }

        var named = walks.SelectMany(walk => walk.Pages).GroupBy(page => page.Step).SelectMany(step => step.GroupBy(page => page.Page)
            .OrderByDescending(page => page.Count()).ThenBy(page => page.Key, StringComparer.Ordinal).Take(nodes).Select(page => (step.Key, page.Key))).ToHashSet();
        var renamed = walks.Select(walk => (Pages: walk.Pages.Select(page => (page.Step, Page: named.Contains(page) ? page.Page : "*")).ToList(), walk.Ended)).ToList();
        return (
            renamed.SelectMany(walk => walk.Pages.Select(page => (page, Ended: walk.Ended && page.Step == walk.Pages[^1].Step)))
                .GroupBy(visit => visit.page).ToDictionary(node => node.Key, node => ((long)node.Count(), (long)node.Count(visit => visit.Ended))),
            renamed.SelectMany(walk => walk.Pages.Zip(walk.Pages.Skip(1), (from, to) => (from.Step, from.Page, to.Page)))
                .GroupBy(link => link).ToDictionary(link => link.Key, link => (long)link.Count()));
    }

    public List<RetentionCohort> Retention(Question question, string interval, EventMatch? start, EventMatch? back)
    {
        var (from, to) = Span(question);
        var visitors = Events(question).GroupBy(e => e.VisitorId)
            .Select(visitor => (Starts: visitor.Where(e => start is null || Matches(start, e)).Select(e => e.Timestamp).ToList(),
                Returns: visitor.Where(e => back is null || Matches(back, e)).Select(e => e.Timestamp).ToList()))
            .Where(visitor => visitor.Starts.Count > 0)
            .Select(visitor => (Cohort: Bucket(visitor.Starts.Min(), interval),
                Returns: visitor.Returns.Where(time => time >= visitor.Starts.Min()).Select(time => Bucket(time, interval)).ToHashSet()))
            .ToLookup(visitor => visitor.Cohort, visitor => visitor.Returns);
        var buckets = Buckets(from, to, interval);
        return [.. buckets.Select((cohort, i) =>
        {
            var members = visitors[cohort].ToList();
            var returned = buckets.Skip(i).Select(bucket => (long)members.Count(member => member.Contains(bucket))).ToList();
            return new RetentionCohort(cohort, members.Count, returned, [.. returned.Select(count => Share(count, members.Count))]);
        })];
    }

    /// <summary>Members of a cohort without filters of sessions.</summary>
    public HashSet<ulong> Cohort(NewCohort cohort, DateTimeOffset now) =>
    [
        .. all.Where(e => e.Timestamp < now).GroupBy(e => e.VisitorId).Where(visitor =>
            cohort.Conditions!.All(condition => visitor.Count(e => e.Timestamp >= now.AddDays(-condition.Days) && Matches(condition, e)) is var times
                && (condition.Done ? times >= condition.Times : times == 0))
            && (cohort.Filters ?? new Dictionary<string, IReadOnlyList<string>>()).All(filter =>
                visitor.Any(e => e.Timestamp >= now.AddDays(-cohort.Days) && filter.Value.Contains(EventDimensions[filter.Key](e))))
            && visitor.Any(e => e.Timestamp >= now.AddDays(-cohort.Conditions!.Max(condition => condition.Days))))
            .Select(visitor => visitor.Key),
    ];
}
