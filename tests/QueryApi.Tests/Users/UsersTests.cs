using System.Net;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Users;

public sealed class UsersTests(Api api)
{
    private static string Hex(string visitor) => IdText.Hex(Identifier.Of(visitor));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-20T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static TestEvent Identify(string user, params (string Name, string Value)[] traits) => Custom("identify").Having(row =>
    {
        row.UserId = user;
        row.Props = [.. traits.Select(trait => KeyValuePair.Create(trait.Name, trait.Value))];
    });

    // u1: two visitors (ann before and after she was named, and her phone); bob: nobody named him.
    private static TestEvent[] TwoPeople() =>
    [
        Pageview("/").By("ann").In("a1").OnDay("2026-11-18").At("09:00").From("Search"),
        Pageview("/").By("ann").In("a2").At("10:00").From("Newsletter").Having(row => (row.Country, row.Device) = ("ES", "desktop")),
        Identify("u1", ("name", "Ann"), ("plan", "free")).By("ann").In("a2").At("10:01").Having(row => (row.Country, row.Device) = ("ES", "desktop")),
        Pageview("/buy").By("phone").In("p1").At("11:00").Having(row => (row.UserId, row.Country, row.Device, row.Browser, row.Os) = ("u1", "FR", "mobile", "Safari", "iOS")),
        Custom("purchase").By("phone").In("p1").At("11:05").Having(row => (row.UserId, row.Revenue) = ("u1", 49.9m)),
        Pageview("/").By("bob").In("b1").At("11:30").From("Search").Having(row => row.Country = "DE"),
    ];

    private static readonly UserSummary U1 = new(
        "u1", true, new Dictionary<string, string> { ["name"] = "Ann", ["plan"] = "free" },
        new(2026, 11, 18, 9, 0, 0, TimeSpan.Zero), At("11:05"), 2, 2, 4, 49.9m, "FR", "mobile", "Safari", "iOS", "Newsletter");

    private static readonly UserSummary Bob = new(
        Hex("bob"), false, new Dictionary<string, string>(), At("11:30"), At("11:30"), 1, 1, 1, 0, "DE", "", "", "", "Search");

    [Fact]
    public async Task A_user_has_the_sessions_of_all_its_visitors_and_who_is_not_named_is_a_visitor()
    {
        var site = await TestSite.With(api, TwoPeople());

        (await site.Get<UsersResponse>("users")).ShouldBe(new UsersResponse([Bob, U1], 2));
    }

    [Fact]
    public async Task Sessions_of_before_the_naming_count_for_the_user()
    {
        var site = await TestSite.With(api, TwoPeople());

        var users = await site.Get<UsersResponse>("users?sort=sessions", "from=2026-11-18&to=2026-11-20");

        users.ShouldBe(new UsersResponse([U1 with { Sessions = 3, Pageviews = 3, Events = 5, Source = "Search" }, Bob], 2));
    }

    [Theory]
    [InlineData("sort=last_seen", "bob u1")]
    [InlineData("sort=sessions", "u1 bob")]
    [InlineData("sort=pageviews", "u1 bob")]
    [InlineData("sort=events", "u1 bob")]
    [InlineData("sort=revenue", "u1 bob")]
    [InlineData("kind=users", "u1")]
    [InlineData("kind=visitors", "bob")]
    [InlineData("search=U1", "u1")]
    [InlineData("search=nobody", "")]
    [InlineData("search=ANN", "u1")]
    [InlineData("search=bob", "bob")]
    [InlineData("search=phone", "u1")]
    [InlineData("country=FR", "u1")]
    [InlineData("source=Search", "bob")]
    [InlineData("page=/buy", "u1")]
    [InlineData("event=purchase", "u1")]
    public async Task The_list_is_sorted_and_searched(string query, string people)
    {
        var site = await TestSite.With(api, TwoPeople());

        var users = await site.Get<UsersResponse>($"users?{query}");

        Assert.Equal(people.Replace("bob", Hex("bob"), StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries), users.Users.Select(user => user.Id));
        Assert.Equal(users.Users.Count, users.Total);
    }

    [Fact]
    public async Task Pages_of_the_list_and_a_page_beyond_it_know_the_total()
    {
        var site = await TestSite.With(api, TwoPeople());

        (await site.Get<UsersResponse>("users?limit=1&offset=1")).ShouldBe(new UsersResponse([U1], 2));
        (await site.Get<UsersResponse>("users?limit=1&offset=2")).ShouldBe(new UsersResponse([], 2));
    }

    [Fact]
    public async Task A_site_without_events_has_nobody()
    {
        var site = await TestSite.With(api);

        (await site.Get<UsersResponse>("users")).ShouldBe(new UsersResponse([], 0));
    }

    [Fact]
    public async Task On_a_browser_that_two_people_share_nameless_sessions_are_the_first_ones()
    {
        var site = await TestSite.With(api,
            Identify("first").By("pc").In("s1").At("09:00"), Pageview("/").By("pc").In("s2").At("10:00"), Identify("second").By("pc").In("s3").At("11:00"));

        var users = (await site.Get<UsersResponse>("users?sort=sessions")).Users;

        Assert.Equal([("first", 2L), ("second", 1L)], users.Select(user => (user.Id, user.Sessions)));
    }

    [Fact]
    public async Task A_profile_is_all_there_is_of_a_user()
    {
        var site = await TestSite.With(api, "Pacific/Auckland",
        [
            .. TwoPeople(),
            Identify("u1", ("plan", "pro")).By("phone").In("p1").At("11:06"),
            Pageleave("/buy", 80, 4000).By("phone").In("p1").At("11:04").Having(row => row.UserId = "u1"),
        ]);

        var profile = await site.Get<UserProfile>("users/u1", "");

        Assert.Equal(("u1", true), (profile.Id, profile.Identified));
        Assert.Equal([Hex("phone"), Hex("ann")], profile.Visitors);
        profile.Traits.ShouldBe(new Dictionary<string, string> { ["name"] = "Ann", ["plan"] = "pro" });
        profile.First.ShouldBe(new UserOrigin("Search", "", "", "", "", "", "shop.example", "/"));
        profile.Latest.ShouldBe(new UserPlace("", "", "", "", "", "", ""));
        profile.Totals.ShouldBe(new UserTotals(
            new(2026, 11, 18, 9, 0, 0, TimeSpan.Zero), At("11:06"), Sessions: 3, Pageviews: 3, Events: 7, DwellMs: 4000, SessionSeconds: (0 + 60 + 360) / 3.0, 49.9m));

        // Auckland is 13 hours ahead: 10:00 and 11:00 are the evening of the 20th and the first minutes of the 21st.
        profile.Days.ShouldBe([new(new(2026, 11, 18), 1, 1), new(new(2026, 11, 20), 1, 2), new(new(2026, 11, 21), 1, 4)]);
        profile.Pages.ShouldBe([new("shop.example", "/", 2, 0), new("shop.example", "/buy", 1, 4000)]);
        profile.EventNames.ShouldBe([new("pageview", 3), new("identify", 2), new("pageleave", 1), new("purchase", 1)]);
        Assert.Equal(["p1", "a2", "a1"], profile.Sessions.Select(session => session.Id));
        Assert.Equal(3, profile.SessionsTotal);
        Assert.Equal(["identify", "purchase", "pageleave", "pageview", "identify", "pageview", "pageview"], profile.Recent.Select(e => e.Name));
    }

    [Fact]
    public async Task A_visitor_of_a_user_leads_to_the_user_and_one_that_nobody_named_to_itself()
    {
        var site = await TestSite.With(api, TwoPeople());

        Assert.Equal("u1", (await site.Get<UserProfile>($"users/{Hex("phone")}", "")).Id);
        Assert.Equal("u1", (await site.Get<UserProfile>("users/ann", "")).Id);
        var bob = await site.Get<UserProfile>("users/bob", "");
        Assert.Equal((Hex("bob"), false, 1L), (bob.Id, bob.Identified, bob.Totals.Events));
        Assert.Equal([Hex("bob")], bob.Visitors);
    }

    [Fact]
    public async Task Sessions_of_a_profile_are_paged_through()
    {
        var site = await TestSite.With(api, TwoPeople());

        var profile = await site.Get<UserProfile>("users/u1?limit=1&offset=1", "");

        Assert.Equal(("a2", 3L), (profile.Sessions.Single().Id, profile.SessionsTotal));
    }

    [Fact]
    public async Task An_id_may_have_any_characters()
    {
        var site = await TestSite.With(api, Identify("ann/b@shop.example?x'").By("ann"));

        Assert.Equal("ann/b@shop.example?x'", (await site.Get<UserProfile>($"users/{Uri.EscapeDataString("ann/b@shop.example?x'")}", "")).Id);
    }

    [Theory]
    [InlineData("users/nobody", HttpStatusCode.NotFound)]
    [InlineData("users/0123456789abcdef", HttpStatusCode.NotFound)]
    [InlineData("users?sort=name", HttpStatusCode.BadRequest)]
    [InlineData("users?kind=robots", HttpStatusCode.BadRequest)]
    [InlineData("users/nobody?period=7d", HttpStatusCode.BadRequest)]
    public async Task What_is_not_there_is_said(string report, HttpStatusCode status)
    {
        var site = await TestSite.With(api, TwoPeople());

        using var response = await site.Ask(report);

        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_trait_that_arrives_late_does_not_replace_what_was_said_after_it()
    {
        var site = await TestSite.With(api, Identify("u1", ("plan", "pro")).At("11:00"));
        await api.ClickHouse.InsertAsync<EventRow>([Identify("u1", ("plan", "free")).At("10:00").ToRow(site.Id)]);

        Assert.Equal("pro", (await site.Get<UserProfile>("users/u1", "")).Traits["plan"]);
    }
}
