using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Microsoft.AspNetCore.Http;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Goals;

public sealed class GoalsTests(Api api)
{
    [Fact]
    public async Task A_goal_is_made_read_replaced_and_removed()
    {
        var site = await TestSite.With(api);
        var goals = $"/api/sites/{site.Key}/goals";

        using var made = await api.Client.PostAsJsonAsync(goals, new NewGoal("signup", Props: [new("plan", "is", ["pro", "team"])], Currency: "eur"));
        var goal = (await made.Content.ReadFromJsonAsync<Goal>())!;
        Assert.Equal((HttpStatusCode.Created, $"{goals}/{goal.Id}"), (made.StatusCode, made.Headers.Location?.ToString()));
        Assert.Equal(("signup", "signup", null, "EUR"), (goal.Name, goal.Event, goal.Page, goal.Currency));
        (await api.Client.GetAsync<Goal>($"{goals}/{goal.Id}")).ShouldBe(goal);
        (await api.Client.GetAsync<Goal>($"{goals}/SignUp")).ShouldBe(goal);

        using var replaced = await api.Client.PutAsJsonAsync($"{goals}/{goal.Id}", new NewGoal(Page: "/thanks*", Name: " Thanks "));
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        (await api.Client.GetAsync<List<Goal>>(goals)).ShouldBe([new Goal(goal.Id, "Thanks", null, "/thanks*", [], null, goal.Created)]);

        using var removed = await api.Client.DeleteAsync($"{goals}/{goal.Id}");
        using var gone = await api.Client.GetAsync($"{goals}/{goal.Id}");
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed.StatusCode, gone.StatusCode));
        Assert.Equal("application/problem+json", gone.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await api.Client.GetAsync<List<Goal>>(goals));
    }

    [Fact]
    public async Task A_goal_on_the_wire_is_flat_and_in_camel_case()
    {
        var site = await TestSite.With(api);
        using var made = await api.Client.PostAsync($"/api/sites/{site.Key}/goals", Json("""{"page":"/thanks"}"""));

        var goal = await made.Content.ReadFromJsonAsync<JsonElement>();

        goal.ShouldBeJson($$"""
            {"id":"{{goal.GetProperty("id").GetString()}}","name":"Visit /thanks","currency":null,"created":"2026-11-20T12:00:30+00:00","event":null,"page":"/thanks","props":[]}
            """);
    }

    [Fact]
    public async Task A_goal_is_found_by_a_name_with_a_slash_and_the_nearest_name_is_said()
    {
        var site = await TestSite.With(api);
        var goal = await site.Save<Goal>("goals", new NewGoal(Page: "/thanks"));

        (await api.Client.GetAsync<Goal>($"/api/sites/{site.Key}/goals/Visit%20%2Fthanks")).ShouldBe(goal);
        using var misspelt = await api.Client.GetAsync($"/api/sites/{site.Key}/goals/Visit%20%2Fthnaks");
        using var asked = await site.Ask("attribution?goal=visit%20/thank");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (misspelt.StatusCode, asked.StatusCode));
        Assert.Contains("Did you mean 'Visit /thanks'?", Regex.Unescape(await misspelt.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'Visit /thanks'?", Regex.Unescape(await asked.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goals_are_those_of_their_site_and_the_store_keeps_them()
    {
        var (mine, other) = (await TestSite.With(api), await TestSite.With(api));
        await api.Client.PostAsJsonAsync($"/api/sites/{mine.Key}/goals", new NewGoal("signup"));

        Assert.Empty(await api.Client.GetAsync<List<Goal>>($"/api/sites/{other.Key}/goals"));
        await using var restarted = api.Server();
        using var client = Api.WithKey(restarted.CreateClient(), Api.Key);
        Assert.Equal("signup", Assert.Single(await client.GetAsync<List<Goal>>($"/api/sites/{mine.Key}/goals")).Name);
    }

    [Fact]
    public async Task A_name_can_be_taken_once_a_site()
    {
        var site = await TestSite.With(api);
        await api.Client.PostAsJsonAsync($"/api/sites/{site.Key}/goals", new NewGoal("signup"));
        using var other = await api.Client.PostAsJsonAsync($"/api/sites/{site.Key}/goals", new NewGoal("other"));

        using var again = await api.Client.PostAsJsonAsync($"/api/sites/{site.Key}/goals", new NewGoal("join", Name: "SIGNUP"));
        using var renamed = await api.Client.PutAsJsonAsync($"/api/sites/{site.Key}/goals/other", new NewGoal("other", Name: "signup"));
        using var kept = await api.Client.PutAsJsonAsync($"/api/sites/{site.Key}/goals/other", new NewGoal("other", Name: "Other"));

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.OK), (again.StatusCode, renamed.StatusCode, kept.StatusCode));
    }

    [Theory]
    [InlineData("""{}""", "event")]
    [InlineData("""{"name":"x"}""", "event")]
    [InlineData("""{"event":""}""", "event")]
    [InlineData("""{"event":"a\u0000b"}""", "event")]
    [InlineData("""{"page":"thanks"}""", "page")]
    [InlineData("""{"page":""}""", "page")]
    [InlineData("""{"page":"/a","name":""}""", "name")]
    [InlineData("""{"page":"/a","currency":"Euro"}""", "currency")]
    [InlineData("""{"event":"a","props":[null]}""", "props[0].name,props[0].values")]
    [InlineData("""{"event":"a","props":[{"name":"p","values":["x"]},{"name":"p","operator":"like","values":["x"]}]}""", "props[1].operator")]
    [InlineData("""{"event":"a","props":[{"name":"p","operator":"greater","values":["many"]}]}""", "props[0].values")]
    [InlineData("""{"event":"a","props":[{"name":"p","operator":"less","values":["1","2"]}]}""", "props[0].values")]
    [InlineData("""{"event":"a","props":[{"name":"p","values":[]}]}""", "props[0].values")]
    public async Task What_is_no_goal_is_refused_by_field(string body, string fields)
    {
        var site = await TestSite.With(api);

        using var response = await api.Client.PostAsync($"/api/sites/{site.Key}/goals", Json(body));

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = (await response.Content.ReadFromJsonAsync<HttpValidationProblemDetails>())!;
        Assert.Equal(fields, string.Join(',', problem.Errors.Keys.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("/api/sites/nobody/goals")]
    [InlineData("/api/sites/nobody/goals/x")]
    public async Task An_unknown_site_has_no_goals(string address)
    {
        using var read = await api.Client.GetAsync(address);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (read.StatusCode, read.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_read_or_written()
    {
        var site = await TestSite.With(api);
        using var nobody = api.CreateClient();

        using var read = await nobody.GetAsync($"/api/sites/{site.Key}/goals");
        using var made = await nobody.PostAsJsonAsync($"/api/sites/{site.Key}/goals", new NewGoal("signup"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (read.StatusCode, made.StatusCode));
    }

    public static TheoryData<string, EventMatch, string> Matches => new()
    {
        { "an event by its name", new("signup"), "2 3 4 5" },
        { "a page by its path", new(Page: "/thanks"), "1" },
        { "a page by a pattern", new(Page: "/thanks*"), "1 8" },
        { "a pattern in the middle", new(Page: "/*/50%_off"), "6" },
        { "a pattern alone", new(Page: "*"), "1 6 7 8" },
        { "a backslash is one", new(Page: @"/a\b*"), "7" },
        { "an event on a page", new("signup", "/pricing"), "3 5" },
        { "a property", new("signup", Props: [new("plan", "is", ["pro", "team"])]), "2 3" },
        { "no such property is an empty text", new("signup", Props: [new("plan", "is", [""])]), "5" },
        { "a property that is not", new("signup", Props: [new("plan", "is_not", ["pro"])]), "3 4 5" },
        { "a part of a property", new("signup", Props: [new("plan", "contains", ["re", "ea"])]), "3 4" },
        { "a number that is greater", new("signup", Props: [new("seats", "greater", ["2"])]), "2" },
        { "a number that is less", new("signup", Props: [new("seats", "less", ["10"])]), "3" },
        { "all properties", new("signup", Props: [new("plan", "is", ["pro", "team"]), new("seats", "less", ["10"])]), "3" },
        { "what looks like SQL", new("signup') OR ('1'='1", Props: [new("'", "is", ["'); DROP TABLE events"])]), "" },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public async Task Which_events_are_meant(string what, EventMatch match, string expected)
    {
        var site = await TestSite.With(api,
            Pageview("/thanks").In("1"),
            Custom("signup").In("2").Having(row => row.Props = [new("plan", "pro"), new("seats", "10")]),
            Custom("signup", "/pricing").In("3").Having(row => row.Props = [new("plan", "team"), new("seats", "2")]),
            Custom("signup").In("4").Having(row => row.Props = [new("plan", "free"), new("seats", "many")]),
            Custom("signup", "/pricing").In("5"),
            Pageview("/sale/50%_off").In("6"),
            Pageview(@"/a\bc").In("7"),
            Pageview("/thanks/you").In("8"));
        var values = new Dictionary<string, object?> { ["site"] = site.Id };

        var sessions = await api.ClickHouse.ScalarAsync<string>(
            $"SELECT arrayStringConcat(arraySort(groupArray(event.session_key)), ' ') FROM events AS event WHERE event.site_id = {{site:UInt32}} AND {EventCondition.Of(match, "goal", values)}",
            values);

        Assert.Equal((what, expected), (what, sessions));
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
