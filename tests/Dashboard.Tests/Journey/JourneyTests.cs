using Analytics.Contracts;

namespace Analytics.Dashboard.Tests.Journey;

public sealed class JourneyTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Each_page_view_begins_a_visit_of_its_page() =>
        Assert.Equal(
            ["/: pageview click pageleave", "/cart: pageview", "/cart: pageview click"],
            Told(Event(0, "pageview", "/"), Event(2, "click", "/"), Event(5, "pageleave", "/"),
                Event(5, "pageview", "/cart"), Event(9, "pageview", "/cart"), Event(10, "click", "/cart")));

    [Fact]
    public void The_leave_of_a_page_that_arrives_after_the_next_view_goes_to_the_page_it_left()
    {
        var visits = Components.Journey.Journey.Pages(
            [Event(0, "pageview", "/"), Event(5, "pageview", "/cart"), Event(5, "pageleave", "/") with { DwellMs = 4_900, ScrollDepth = 60 }, Event(7, "click", "/cart")]);

        Assert.Equal(["/", "/cart"], visits.Select(visit => visit.Path));
        Assert.Equal((TimeSpan.FromMilliseconds(4_900), 60), (visits[0].Dwell, visits[0].Depth));
        Assert.Equal(["click"], visits[1].Acts.Select(act => act.Name));
    }

    [Fact]
    public void Events_without_a_page_view_still_have_a_place() =>
        Assert.Equal(["/: click", "/b: purchase"], Told(Event(0, "click", "/"), Event(1, "purchase", "/b")));

    [Fact]
    public void No_events_are_no_visits() => Assert.Empty(Told());

    private static IEnumerable<string> Told(params JourneyEvent[] events) =>
        Components.Journey.Journey.Pages(events).Select(visit => $"{visit.Path}: {string.Join(' ', visit.Events.Select(e => e.Name))}");

    private static JourneyEvent Event(int second, string name, string path) => new(
        Start.AddSeconds(second), name, "shop.example", path, "", "", "", "", 0, 0, 0, 0, 0, "", new Dictionary<string, string>());
}
