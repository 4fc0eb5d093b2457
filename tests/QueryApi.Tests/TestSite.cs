using System.Globalization;
using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests;

/// <summary>A site of one test alone, and the questions about it.</summary>
internal sealed class TestSite
{
    /// <summary>The day on which events happen that say nothing else.</summary>
    public const string Today = "2026-11-20";

    private readonly HttpClient client;

    private TestSite(HttpClient client, string key)
    {
        this.client = client;
        Key = key;
    }

    public string Key { get; }

    public uint Id => Identifier.OfSite(Key);

    public static Task<TestSite> With(Api api, params TestEvent[] events) => With(api, "UTC", events);

    public static Task<TestSite> With(Api api, string timezone, params TestEvent[] events) => With(api.Client, api.ClickHouse, timezone, events);

    public static async Task<TestSite> With(HttpClient client, ClickHouse clickHouse, string timezone, params TestEvent[] events)
    {
        var key = $"test-{Guid.NewGuid():n}";
        using var response = await client.PostAsJsonAsync("/api/sites", new NewSite(key, Timezone: timezone));
        Assert.Equal(System.Net.HttpStatusCode.Created, response.StatusCode);
        var site = new TestSite(client, key);
        if (events.Length > 0)
        {
            await clickHouse.InsertAsync<EventRow>([.. events.Select(e => e.ToRow(site.Id))]);
        }

        return site;
    }

    /// <summary>One report about the day of the events.</summary>
    public Task<T> Get<T>(string report) => Get<T>(report, "from=2026-11-20&to=2026-11-20");

    public Task<T> Get<T>(string report, string query) =>
        client.GetAsync<T>($"/api/sites/{Key}/stats/{report}{(report.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}");

    /// <summary>What a question is refused for.</summary>
    public async Task<IReadOnlyList<string>> WrongParameters(string report)
    {
        using var response = await Ask(report);
        Assert.Equal((System.Net.HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return [.. (await response.Content.ReadFromJsonAsync<Microsoft.AspNetCore.Http.HttpValidationProblemDetails>())!.Errors.Keys];
    }

    public Task<HttpResponseMessage> Post(string path, string json) =>
        client.PostAsync(path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> Ask(string report) => client.GetAsync($"/api/sites/{Key}/stats/{report}");

    /// <summary>One report about the day of the events, asked by a body.</summary>
    public async Task<T> Post<T>(string report, object body, string query = "from=2026-11-20&to=2026-11-20")
    {
        using var response = await client.PostAsJsonAsync($"/api/sites/{Key}/stats/{report}?{query}", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    /// <summary>Saves a goal, a funnel or a cohort.</summary>
    public async Task<T> Save<T>(string things, object input)
    {
        using var response = await client.PostAsJsonAsync($"/api/sites/{Key}/{things}", input);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    public async Task<OverviewResponse> Overview(string query = "from=2026-11-20&to=2026-11-20") => (await Get<OverviewComparison>("overview", query)).Current;

    public Task<BreakdownResponse> Breakdown(string dimension, string filters = "") => Get<BreakdownResponse>($"breakdown/{dimension}", $"from={Today}&to={Today}{filters}");
}

/// <summary>An event in the words of a test: <c>Pageview("/").By("ann").At("10:00")</c>. One visitor has one session unless told otherwise.</summary>
internal sealed class TestEvent
{
    private readonly EventRow row = new() { Contract = "test", Hostname = "shop.example" };
    private string visitor = "ann";
    private string? session;
    private string date = TestSite.Today;
    private string time = "12:00";

    public static TestEvent Pageview(string path) => new TestEvent("pageview").On(path);

    public static TestEvent Click(string path, int x = 0, int y = 0, string selector = "", string text = "") => new TestEvent("click").On(path).Having(row =>
    {
        (row.X, row.Y, row.ElementSelector, row.ElementText) = ((ushort)x, (uint)y, selector, text);
        (row.DocumentWidth, row.DocumentHeight) = (1000, 2000);
    });

    public static TestEvent Pageleave(string path, int depth, int dwellMs = 0) =>
        new TestEvent("pageleave").On(path).Having(row => (row.ScrollDepth, row.DwellMs) = ((byte)depth, (uint)dwellMs));

    public static TestEvent Custom(string name, string path = "/") => new TestEvent(name).On(path);

    private TestEvent(string name) => row.Name = name;

    public TestEvent By(string visitor)
    {
        this.visitor = visitor;
        return this;
    }

    public TestEvent In(string session)
    {
        this.session = session;
        return this;
    }

    /// <summary>A time of the day, or a whole instant (2026-03-08T07:00:00Z).</summary>
    public TestEvent At(string time)
    {
        this.time = time;
        return this;
    }

    public TestEvent OnDay(string date)
    {
        this.date = date;
        return this;
    }

    public TestEvent From(string source) => Having(row => row.Source = source);

    public TestEvent Having(Action<EventRow> change)
    {
        change(row);
        return this;
    }

    public EventRow ToRow(uint siteId)
    {
        row.SiteId = siteId;
        row.Timestamp = DateTimeOffset.Parse(
            time.Contains('T', StringComparison.Ordinal) ? time : $"{date}T{time}Z", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        row.SessionKey = session ?? $"session-of-{visitor}";
        row.SessionId = Identifier.Of(row.SessionKey);
        row.VisitorId = Identifier.Of(visitor);
        return row;
    }

    private TestEvent On(string path)
    {
        row.Path = path;
        return this;
    }
}
