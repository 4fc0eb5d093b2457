using Analytics.Contracts;
using Analytics.QueryApi.Tests.Auth;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Audit;

public sealed class AuditTests(Api api)
{
    [Fact]
    public async Task Reads_of_what_single_people_did_are_kept_and_others_are_not()
    {
        var site = await TestSite.With(api, Pageview("/").In($"s-{Guid.NewGuid():n}"));
        var session = (await site.Get<SessionsResponse>("sessions")).Sessions.Single().Id;
        var reader = await api.Client.MakeKeyAsync(["query"], [site.Key]);
        using var client = api.CreateClient(reader.Key);

        await client.GetJsonAsync($"/api/sites/{site.Key.ToUpperInvariant()}/stats/sessions/{session}");
        await client.GetJsonAsync($"/sessions/{session}");
        await client.GetJsonAsync($"/api/sites/{site.Key}/stats/sessions");
        await client.GetJsonAsync($"/api/sites/{site.Key}/stats/overview");
        using var missing = await client.GetAsync($"/api/sites/{site.Key}/stats/sessions/nobody");
        using var refused = await client.GetAsync($"/api/sites/{site.Key}/stats/sessions?limit=x");

        var audit = await EntriesAsync($"key={reader.Details.Id}", 3);
        Assert.Equal(
            new[]
            {
                $"sessions GET /api/sites/{{site}}/stats/sessions {site.Key} ",
                $"journey GET /api/sites/{{site}}/stats/sessions/{{id}} {site.Key} {session}",
                $"journey GET /sessions/{{session_id}} {site.Key} {session}",
            },
            audit.Entries.Select(entry => $"{entry.What} {entry.Endpoint} {string.Join(',', entry.Sites)} {entry.Subject}"));
        Assert.All(audit.Entries, entry => Assert.Equal((reader.Details.Id, "a test", Api.Now), (entry.KeyId, entry.KeyName, entry.Time)));
    }

    [Fact]
    public async Task A_report_about_single_people_or_split_by_them_is_such_a_read_too()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").Having(row => row.UserId = "ann@a/b"));
        await site.Save<Goal>("goals", new NewGoal(Page: "/"));
        var key = await api.Client.MakeKeyAsync(["query"], [site.Key]);
        using var client = api.CreateClient(key.Key);
        var stats = $"/api/sites/{site.Key}/stats";

        foreach (var report in new[] { "overview", "breakdown/page", "attribution?goal=Visit%20/", "heatmap?path=/", "breakdown/user?limit=x" })
        {
            using var other = await client.GetAsync($"{stats}/{report}");
        }

        await client.GetJsonAsync($"{stats}/breakdown/user");
        await client.GetJsonAsync($"{stats}/breakdown/page?user=ann@a/b");
        await client.GetJsonAsync($"{stats}/overview?visitor=ann");
        await client.GetJsonAsync($"{stats}/attribution?goal=Visit%20/&by=user");
        await client.GetJsonAsync($"{stats}/events/identify/properties/email");
        await client.GetJsonAsync($"{stats}/events/signup/properties/plan");
        await client.GetJsonAsync($"{stats}/users/ann@a%2Fb");
        await AskAsync("""["visitors"], "dimensions": ["event:page"]""");
        await AskAsync("""["visitors"], "dimensions": ["visit:user"]""");
        await AskAsync("""["visitors"], "filters": [["not", ["is", "visit:user", ["ann@a/b"]]]]""");

        var audit = await EntriesAsync($"key={key.Details.Id}", 8);
        Assert.Equal(
            new[]
            {
                $"people GET {Stats}/attribution {site.Key} ", $"people GET {Stats}/breakdown/{{dimension}} {site.Key} ",
                $"people GET {Stats}/breakdown/{{dimension}} {site.Key} ann@a/b", $"people GET {Stats}/overview {site.Key} ann",
                $"people GET {Stats}/events/{{name}}/properties/{{property}} {site.Key} ",
                $"people POST /api/v2/query {site.Key} ", $"people POST /api/v2/query {site.Key} ann@a/b", $"profile GET {Stats}/users/{{id}} {site.Key} ann@a/b",
            }.Order(StringComparer.Ordinal),
            audit.Entries.Select(entry => $"{entry.What} {entry.Endpoint} {string.Join(',', entry.Sites)} {entry.Subject}").Order(StringComparer.Ordinal));

        async Task AskAsync(string question)
        {
            using var response = await client.PostAsync("/api/v2/query", new StringContent(
                $$"""{"site_id": "{{site.Key}}", "date_range": ["2026-11-20", "2026-11-20"], "metrics": {{question}}}""", System.Text.Encoding.UTF8, "application/json"));
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    private const string Stats = "/api/sites/{site}/stats";

    [Fact]
    public async Task The_audit_is_asked_by_key_site_kind_and_subject()
    {
        var site = await TestSite.With(api, Pageview("/").In($"s-{Guid.NewGuid():n}"));
        var session = (await site.Get<SessionsResponse>("sessions")).Sessions.Single().Id;
        var key = await api.Client.MakeKeyAsync(["query"], [site.Key, (await TestSite.With(api)).Key]);
        using var client = api.CreateClient(key.Key);
        await client.GetJsonAsync($"/api/sites/{site.Key}/stats/sessions/{session}");
        await client.GetJsonAsync("/api/sessions");

        var both = await EntriesAsync($"key={key.Details.Id}&site={site.Key}&days=1", 2);
        Assert.Equal(key.Details.Sites, both.Entries[0].Sites);
        Assert.Equal("journey", Assert.Single((await EntriesAsync($"subject={session}", 1)).Entries).What);
        await EntriesAsync($"key={key.Details.Id}&what=journey", 1);
        await EntriesAsync($"key={key.Details.Id}&what=export", 0);
        await EntriesAsync($"key={key.Details.Id}&site=nobody", 0);
        Assert.Single((await EntriesAsync($"key={key.Details.Id}&limit=1&offset=1", 2)).Entries);
    }

    [Fact]
    public async Task A_key_of_some_sites_sees_the_reads_of_those()
    {
        var (mine, other) = (await TestSite.With(api), await TestSite.With(api));
        var both = await api.Client.MakeKeyAsync(["query"], [mine.Key, other.Key]);
        using (var reader = api.CreateClient(both.Key))
        {
            await reader.GetJsonAsync("/api/sessions");
            await reader.GetJsonAsync($"/api/sites/{other.Key}/stats/sessions");
            await EntriesAsync($"key={both.Details.Id}", 2);
        }

        using var admin = api.CreateClient((await api.Client.MakeKeyAsync(["admin"], [mine.Key])).Key);
        var seen = await admin.GetAsync<AuditResponse>($"/api/admin/audit?key={both.Details.Id}");

        Assert.Equal(1, seen.Total);
        Assert.Equal([mine.Key], Assert.Single(seen.Entries).Sites);
    }

    [Fact]
    public async Task No_entry_is_lost_when_the_service_ends()
    {
        var site = await TestSite.With(api);
        var key = await api.Client.MakeKeyAsync(["query"], [site.Key]);
        await using (var server = api.Server())
        {
            using var client = Api.WithKey(server.CreateClient(), key.Key);
            await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.GetJsonAsync($"/api/sites/{site.Key}/stats/sessions?offset={i}")));
        }

        Assert.Equal(200, (await api.Client.GetAsync<AuditResponse>($"/api/admin/audit?key={key.Details.Id}")).Total);
    }

    // Written in batches: an entry is there a moment after the read.
    private async Task<AuditResponse> EntriesAsync(string query, long total)
    {
        var patience = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            var answer = await api.Client.GetAsync<AuditResponse>($"/api/admin/audit?{query}");
            if (answer.Total == total || DateTime.UtcNow > patience)
            {
                Assert.Equal(total, answer.Total);
                return await api.Client.GetAsync<AuditResponse>($"/api/admin/audit?{query}"); // the count may be younger than the page
            }

            await Task.Delay(50);
        }
    }
}
