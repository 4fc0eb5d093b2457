using Analytics.Contracts;

namespace Analytics.Dashboard.Components.Journey;

/// <summary>A session as a reader follows it: the pages in their order, and on each what was done there.</summary>
internal static class Journey
{
    /// <summary>Longer silences are worth a line of their own.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Groups events, in the order of time, into visits of pages. A page view begins one; so does an event of another page.</summary>
    public static IReadOnlyList<PageVisit> Pages(IReadOnlyList<JourneyEvent> events)
    {
        var visits = new List<PageVisit>();
        var earlier = new List<JourneyEvent>();
        foreach (var e in events)
        {
            // Batches of two pages can overlap by milliseconds: what belongs to the page just left goes there.
            if (e.Name != "pageview" && earlier.Count > 0 && !SamePage(earlier[^1], e) && visits.LastOrDefault() is { } before && SamePage(before.Events[^1], e))
            {
                before.Add(e);
                continue;
            }

            if (earlier.Count > 0 && (e.Name == "pageview" || !SamePage(earlier[^1], e)))
            {
                visits.Add(new PageVisit(earlier));
                earlier = [];
            }

            earlier.Add(e);
        }

        if (earlier.Count > 0)
        {
            visits.Add(new PageVisit(earlier));
        }

        return visits;
    }

    private static bool SamePage(JourneyEvent a, JourneyEvent b) => a.Path == b.Path && a.Hostname == b.Hostname;
}

/// <summary>The events of one page, from its view to the next page's.</summary>
public sealed class PageVisit(List<JourneyEvent> events)
{
    public IReadOnlyList<JourneyEvent> Events => events;

    public DateTimeOffset Start => events[0].Time;

    public DateTimeOffset End => events[^1].Time;

    public string Path => events[0].Path;

    public string Hostname => events[0].Hostname;

    public string Title => events.FirstOrDefault(e => e.Title.Length > 0)?.Title ?? "";

    /// <summary>Visible time, summed over the times the page was left; null where none was told.</summary>
    public TimeSpan? Dwell => events.Sum(e => e.DwellMs) is > 0 and var ms ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>Greatest scroll depth, 0 to 100.</summary>
    public int Depth => events.Max(e => e.ScrollDepth);

    /// <summary>What was done, without the view and the leave that frame it: they are the heading.</summary>
    public IEnumerable<JourneyEvent> Acts => events.Where(e => e.Name is not ("pageview" or "pageleave" or "scroll"));

    public void Add(JourneyEvent e) => events.Add(e);
}
