using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Analytics.Contracts;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Clients;

public sealed partial class StatsClientTests(Api api)
{
    private static readonly StatsSelection Day = new() { From = "2026-11-20", To = "2026-11-20" };

    private StatsClient Client => new(api.CreateClient(), Api.Key);

    [Fact]
    public async Task Reports_come_as_records()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").In("s 1&ä").At("10:00").From("Google"), Click("/", 5, 8, "#buy", "Buy").By("ann").In("s 1&ä").At("10:01"));
        var client = Client;

        Assert.Equal(1, (await client.OverviewAsync(site.Key, Day)).Current.Visitors);
        Assert.Equal(24, (await client.OverviewWithSparklineAsync(site.Key, Day)).Sparkline!.Points.Count);
        Assert.Equal(24, (await client.TimeseriesAsync(site.Key, Day, "hour")).Points.Count);
        Assert.Equal("Google", Assert.Single((await client.BreakdownAsync(site.Key, "source", Day)).Rows).Value);
        Assert.Equal(0, (await client.RealtimeAsync(site.Key)).Visitors);
        Assert.Equal("s 1&ä", Assert.Single((await client.SessionsAsync(site.Key, Day)).Sessions).Id);
        Assert.Equal(2, (await client.JourneyAsync(site.Key, "s 1&ä")).Events.Count);
        Assert.Equal("/", Assert.Single(await client.HeatmapPagesAsync(site.Key, Day)).Path);
        Assert.Equal(1, (await client.HeatmapAsync(site.Key, Day, "shop.example", "/", "click", "")).Total);
    }

    [Fact]
    public async Task Filters_with_every_kind_of_character_arrive()
    {
        const string value = "a&b=c#d?e/ö +%20\"'";
        var site = await TestSite.With(api, Pageview("/").By("ann").From(value), Pageview("/").By("bob").From("x"), Pageview("/").By("cat").From(""));
        var client = Client;

        Assert.Equal(1, (await client.OverviewAsync(site.Key, Day with { Filters = [new("source", value)] })).Current.Visitors);
        Assert.Equal(2, (await client.OverviewAsync(site.Key, Day with { Filters = [new("source", value), new("source", "")] })).Current.Visitors);
        Assert.Equal(0, (await client.OverviewAsync(site.Key, Day with { Filters = [new("source", value), new("page", "/nowhere")] })).Current.Visitors);
    }

    [Fact]
    public async Task The_general_query_is_answered()
    {
        var site = await TestSite.With(api, Pageview("/").By("ann").From("Google"), Pageview("/").By("bob").From("Google"));

        var answer = await Client.QueryAsync(new QueryRequest(site.Key, ["visitors"], new[] { "2026-11-20", "2026-11-20" }, ["visit:source"]));

        Assert.Equal("Google", Assert.Single(answer.Results).Dimensions[0]);
        Assert.Equal("2", answer.Results[0].Metrics[0]!.ToString());
    }

    [Fact]
    public async Task Tables_and_exports_come_as_streams()
    {
        var site = await TestSite.With(api, Pageview("/"));

        Assert.Equal("value,visitors,sessions,pageviews,bounce_rate,events\n/,1,1,1,1,1\n", await Text(Client.TableAsync(site.Key, "breakdown/page", "csv", Day)));
        Assert.Contains("\"path\":\"/\"", (await Text(Client.ExportEventsAsync(site.Key, Day))).Replace("\\/", "/", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("entry_page", await Text(Client.ExportSessionsAsync(site.Key, Day, "csv")), StringComparison.Ordinal);
        Assert.Equal("", await Text(Client.ExportReplayAsync(site.Key, Day)));

        static async Task<string> Text(Task<Stream> answer)
        {
            using var reader = new StreamReader(await answer);
            return await reader.ReadToEndAsync();
        }
    }

    [Fact]
    public async Task Sites_are_made_changed_and_removed()
    {
        var key = $"test-{Guid.NewGuid():n}";

        Assert.Equal("Shop", (await Client.CreateSiteAsync(new NewSite(key, "Shop"))).Name);
        Assert.Equal("Europe/Berlin", (await Client.ChangeSiteAsync(key, new SiteChange(Timezone: "Europe/Berlin"))).Timezone);
        Assert.Contains(await Client.SitesAsync(), summary => summary.Site.Key == key);
        await Client.DeleteSiteAsync(key);

        Assert.Equal(StatsFailure.NotFound, (await Assert.ThrowsAsync<StatsException>(() => Client.SiteAsync(key))).Failure);
    }

    [Fact]
    public async Task What_is_refused_says_what_is_wrong()
    {
        var site = await TestSite.With(api);

        var invalid = await Assert.ThrowsAsync<StatsException>(() => Client.OverviewAsync(site.Key, new StatsSelection { Period = "30days" }));
        var unknown = await Assert.ThrowsAsync<StatsException>(() => Client.OverviewAsync("nowhere.example", Day));
        var stranger = await Assert.ThrowsAsync<StatsException>(() => Client.WithKey("wrong").KeyAsync());

        Assert.Equal((StatsFailure.Invalid, HttpStatusCode.BadRequest), (invalid.Failure, invalid.Status));
        Assert.Contains("30days", Assert.Single(invalid.Errors["period"]), StringComparison.Ordinal);
        Assert.Equal(invalid.Errors["period"][0], invalid.Message);
        Assert.Equal((StatsFailure.NotFound, HttpStatusCode.NotFound), (unknown.Failure, unknown.Status));
        Assert.Equal(unknown.Detail, unknown.Message);
        Assert.Equal((StatsFailure.SignedOut, HttpStatusCode.Unauthorized), (stranger.Failure, stranger.Status));
    }

    [Fact]
    public async Task With_the_API_or_its_store_away_it_says_so()
    {
        await using var server = Api.Server("http://127.0.0.1:9/analytics");
        var storeAway = await Assert.ThrowsAsync<StatsException>(() => new StatsClient(server.CreateClient(), Api.Key).SitesAsync());
        using var nobody = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:9/") };
        var apiAway = await Assert.ThrowsAsync<StatsException>(() => new StatsClient(nobody, Api.Key).SitesAsync());

        Assert.Equal((StatsFailure.Away, HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (storeAway.Failure, storeAway.Status, storeAway.RetryAfter));
        Assert.Equal((StatsFailure.Away, null), (apiAway.Failure, apiAway.Status));
    }

    [Fact]
    public async Task Leaving_is_no_failure()
    {
        using var nobody = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:9/") };
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new StatsClient(nobody, Api.Key).SitesAsync(left.Token));
    }

    [Fact]
    public async Task There_is_a_method_for_every_operation_of_the_documentation()
    {
        var asked = new List<string>();
        using var http = new HttpClient(new Recorder(asked)) { BaseAddress = new Uri("http://localhost/") };
        var client = new StatsClient(http, "key");
        foreach (var method in typeof(StatsClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal)))
        {
            var arguments = method.GetParameters().Select(Argument).ToArray();
            await Assert.ThrowsAsync<StatsException>(async () => await (method.Invoke(client, arguments) switch
            {
                Task answer => answer,
                IAsyncEnumerable<object> stream => stream.GetAsyncEnumerator().MoveNextAsync().AsTask(),
                var other => throw new InvalidOperationException($"{method.Name} gives {other}."),
            }));
        }

        var document = await api.Client.GetJsonAsync("/openapi/v1.json");
        var missing = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name.ToUpperInvariant()} {path.Name.TrimEnd('/')}", operation.Value)))
            .Where(operation => operation.Value.GetProperty("tags")[0].GetString() != "Compatibility")
            .Where(operation => !asked.Exists(Template(operation.Name).IsMatch))
            .Select(operation => operation.Name);

        Assert.Empty(missing);

        static Regex Template(string operation) => new($"^{PathParameter().Replace(Regex.Escape(operation), "[^/]+")}$");
    }

    // Something of the argument's type; every string is one segment of an address.
    private static object? Argument(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(string) ? "x"
        : parameter.HasDefaultValue && parameter.DefaultValue is not null ? parameter.DefaultValue
        : parameter.ParameterType == typeof(CancellationToken) ? CancellationToken.None
        : parameter.ParameterType == typeof(StatsSelection) ? new StatsSelection()
        : Nullable.GetUnderlyingType(parameter.ParameterType) is not null ? null
        : JsonSerializer.Deserialize(
            parameter.ParameterType == typeof(NewSegment) ? """{"filters":[]}""" : "{}", parameter.ParameterType, JsonSerializerOptions.Web);

    [GeneratedRegex(@"\\\{[^}]+}")]
    private static partial Regex PathParameter();

    private sealed class Recorder(List<string> asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked.Add($"{request.Method} {request.RequestUri!.AbsolutePath}");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError));
        }
    }
}
