using System.Net;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Events;

public sealed class EventsTests(Api api)
{
    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static TestEvent Signup(string visitor, string time, decimal revenue, params (string Name, string Value)[] props) =>
        Custom("signup").By(visitor).At(time).Having(row => (row.Revenue, row.Props) = (revenue, [.. props.Select(prop => KeyValuePair.Create(prop.Name, prop.Value))]));

    private static TestEvent[] Signups() =>
    [
        Signup("ann", "10:00", 10, ("plan", "pro"), ("from", "footer")), Signup("ann", "10:05", 0, ("plan", "free")), Signup("bob", "11:00", 5, ("plan", "pro")),
        Pageview("/").By("eve").At("12:00"),
    ];

    [Fact]
    public async Task Names_tell_how_often_by_how_many_and_when_last()
    {
        var site = await TestSite.With(api, Signups());

        (await site.Get<EventNamesResponse>("events")).ShouldBe(new EventNamesResponse(
            [new("signup", true, 3, 2, 2, 15, At("11:00")), new("pageview", false, 1, 1, 1, 0, At("12:00"))], 2));
    }

    [Theory]
    [InlineData("events?kind=custom", "signup")]
    [InlineData("events?kind=automatic", "pageview")]
    [InlineData("events?visitor=bob", "signup")]
    [InlineData("events?limit=1&offset=1", "pageview")]
    [InlineData("events?event=nothing", "")]
    public async Task Names_can_be_narrowed(string report, string names)
    {
        var site = await TestSite.With(api, Signups());

        Assert.Equal(names.Split(' ', StringSplitOptions.RemoveEmptyEntries), (await site.Get<EventNamesResponse>(report)).Events.Select(row => row.Name));
    }

    [Fact]
    public async Task An_event_has_properties()
    {
        var site = await TestSite.With(api, Signups());

        (await site.Get<EventPropertiesResponse>("events/signup")).ShouldBe(new EventPropertiesResponse(
            "signup", 3, 2, At("10:00"), At("11:00"), [new("plan", 3, 2, "pro"), new("from", 1, 1, "footer")], 2));
        (await site.Get<EventPropertiesResponse>("events/pageview")).ShouldBe(new EventPropertiesResponse("pageview", 1, 1, At("12:00"), At("12:00"), [], 0));
        (await site.Get<EventPropertiesResponse>("events/nothing")).ShouldBe(new EventPropertiesResponse("nothing", 0, 0, null, null, [], 0));
    }

    [Fact]
    public async Task A_property_has_values()
    {
        var site = await TestSite.With(api, Signups());

        (await site.Get<PropertyValuesResponse>("events/signup/properties/plan")).ShouldBe(
            new PropertyValuesResponse("signup", "plan", [new("pro", 2, 2, 15), new("free", 1, 1, 0)], 2));
        (await site.Get<PropertyValuesResponse>("events/signup/properties/plan?limit=1&offset=2")).ShouldBe(new PropertyValuesResponse("signup", "plan", [], 2));
        (await site.Get<PropertyValuesResponse>("events/signup/properties/nothing")).ShouldBe(new PropertyValuesResponse("signup", "nothing", [], 0));
    }

    [Fact]
    public async Task Names_and_properties_may_have_any_characters()
    {
        const string Name = "a/b 'c' {name:String}";
        var site = await TestSite.With(api, Custom(Name).Having(row => row.Props = [new(Name, "x")]));
        var address = Uri.EscapeDataString(Name);

        (await site.Get<PropertyValuesResponse>($"events/{address}/properties/{address}")).ShouldBe(new PropertyValuesResponse(Name, Name, [new("x", 1, 1, 0)], 1));
    }

    [Fact]
    public async Task A_day_follows_the_clock_of_the_site()
    {
        var site = await TestSite.With(api, "Asia/Kolkata", Custom("late").At("18:31"), Custom("early").At("18:29"));

        Assert.Equal(["early"], (await site.Get<EventNamesResponse>("events")).Events.Select(row => row.Name));
    }

    [Fact]
    public async Task The_log_has_events_as_they_are_stored_newest_first()
    {
        var site = await TestSite.With(api,
            Click("/a", 5, 6, "#buy", "Buy").By("ann").In("s1").At("10:00").Having(row => (row.Title, row.Country, row.Device, row.Browser, row.Os, row.ElementHref) = ("A", "ES", "mobile", "Safari", "iOS", "/x")),
            Signup("bob", "10:01", 9.5m, ("plan", "pro")).Having(row => (row.UserId, row.Currency, row.Source) = ("u1", "EUR", "Search")));

        var log = await site.Get<EventLogResponse>("events/log");

        Assert.Null(log.Next);
        log.Events.Select(e => e with { Id = 0 }).ToList().ShouldBe(
        [
            new(0, At("10:01"), "signup", IdText.Hex(Identifier.Of("bob")), "session-of-bob", "u1", "shop.example", "/", "", "Search", "", "", "", "", "", "", "", 9.5m, "EUR",
                new Dictionary<string, string> { ["plan"] = "pro" }),
            new(0, At("10:00"), "click", IdText.Hex(Identifier.Of("ann")), "s1", "", "shop.example", "/a", "A", "", "ES", "mobile", "Safari", "iOS", "#buy", "Buy", "/x", 0, "",
                new Dictionary<string, string>()),
        ]);
        Assert.All(log.Events, e => Assert.InRange(e.Id, 1, (1L << 53) - 1));
        Assert.Equal(log.Events.Select(e => e.Id), (await site.Get<EventLogResponse>("events/log")).Events.Select(e => e.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Pages_of_the_log_miss_nothing_and_repeat_nothing_also_within_one_millisecond(int limit)
    {
        var site = await TestSite.With(api,
        [
            .. Enumerable.Range(0, 10).Select(i => Custom($"same-{i}").At("10:00")), .. Enumerable.Range(0, 5).Select(i => Custom($"other-{i}").At($"10:0{i + 1}")),
            Custom("late").At("10:00:00.500"),
        ]);
        var all = (await site.Get<EventLogResponse>("events/log")).Events.Select(e => e.Name).ToList();
        Assert.Equal(16, all.Count);

        var names = new List<string>();
        var cursor = "";
        do
        {
            var page = await site.Get<EventLogResponse>($"events/log?limit={limit}{cursor}");
            Assert.InRange(page.Events.Count, 1, limit);
            names.AddRange(page.Events.Select(e => e.Name));
            cursor = page.Next is null ? "" : $"&cursor={page.Next}";

            // What arrives while one reads is newer, and moves nothing.
            await api.ClickHouse.InsertAsync<EventRow>([Custom("new").At("11:00").ToRow(site.Id)]);
        }
        while (cursor.Length > 0);

        Assert.Equal(all, names);
    }

    [Theory]
    [InlineData("event=click", 1)]
    [InlineData("event=signup", 1)]
    [InlineData("page=/a", 1)]
    [InlineData("country=ES", 1)]
    [InlineData("country=FR", 0)]
    [InlineData("source=Search", 2)]
    public async Task The_log_takes_the_filters_of_every_report(string filter, int count)
    {
        var site = await TestSite.With(api,
            Pageview("/").By("ann").At("09:59").From("Search"), Click("/a").By("ann").At("10:00").Having(row => row.Country = "ES"), Custom("signup").By("bob").At("10:01"));

        Assert.Equal(count, (await site.Get<EventLogResponse>($"events/log?{filter}")).Events.Count);
    }

    [Theory]
    [InlineData("events/log?cursor=x", "cursor")]
    [InlineData("events/log?cursor=1", "cursor")]
    [InlineData("events/log?cursor=-1.0", "cursor")]
    [InlineData("events/log?cursor=99999999999999999.0", "cursor")]
    [InlineData("events/log?limit=1001", "limit")]
    [InlineData("events?kind=mine", "kind")]
    [InlineData("events/x?kind=custom", "kind")]
    [InlineData("events/x/properties/y?cursor=1.1", "cursor")]
    public async Task A_wrong_parameter_is_named(string report, string name)
    {
        var site = await TestSite.With(api);

        using var response = await site.Ask(report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"\"{name}\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_without_events_has_an_empty_log()
    {
        var site = await TestSite.With(api);

        (await site.Get<EventLogResponse>("events/log")).ShouldBe(new EventLogResponse([], null));
        (await site.Get<EventNamesResponse>("events")).ShouldBe(new EventNamesResponse([], 0));
    }
}
