using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Storage;
using Analytics.TestKit;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(Analytics.QueryApi.Tests.Api))]

// Most of a test is waiting for the engine, which is another process.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace Analytics.QueryApi.Tests;

/// <summary>The query API on a real engine, with a clock that stands still: 20 November 2026, a Friday, 12:00:30 in UTC.</summary>
public sealed class Api : IAsyncLifetime
{
    public const string Key = "the-key-of-the-tests";

    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 30, TimeSpan.Zero);

    private EmbeddedEngine engine = null!;
    private WebApplicationFactory<Program> server = null!;

    /// <summary>Requests with the key.</summary>
    public HttpClient Client { get; private set; } = null!;

    public ClickHouse ClickHouse { get; private set; } = null!;

    public IServiceProvider Services => server.Services;

    public async ValueTask InitializeAsync()
    {
        engine = await EmbeddedEngine.StartAsync();
        (server, ClickHouse) = await StartAsync("analytics");
        Client = CreateClient(Key);
    }

    /// <summary>Another query API, on a database of its own: for what counts everything there is.</summary>
    public async Task<(HttpClient Client, ClickHouse ClickHouse)> WithDatabaseAsync(string database)
    {
        var (other, clickHouse) = await StartAsync(database);
        return (WithKey(other.CreateClient(), Key), clickHouse);
    }

    /// <param name="settings">Configuration on top of the usual.</param>
    public WebApplicationFactory<Program> Server(params (string Key, string Value)[] settings) =>
        Server(ConnectionString("analytics"), settings);

    public HttpClient CreateClient(string? key = null) => WithKey(server.CreateClient(), key);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await engine.DisposeAsync();
    }

    internal static HttpClient WithKey(HttpClient client, string? key)
    {
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    internal static WebApplicationFactory<Program> Server(string connectionString, params (string Key, string Value)[] settings) =>
        new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:clickhouse", connectionString);
            host.UseSetting("Auth:BootstrapKey", Key);
            host.UseSetting("Answers:MaxBytes", "0"); // tests ask again within the quarter of a second that an answer may be old
            foreach (var (key, value) in settings)
            {
                host.UseSetting(key, value);
            }

            host.ConfigureServices(services => services.AddSingleton<TimeProvider>(new StillClock()));
        });

    private string ConnectionString(string database) => new Uri(engine.BaseAddress, database).ToString();

    private async Task<(WebApplicationFactory<Program> Server, ClickHouse ClickHouse)> StartAsync(string database)
    {
        var clickHouse = ClickHouseRegistration.Create(ConnectionString(database));
        await new Migrations(clickHouse).ApplyAsync();
        return (Server(ConnectionString(database)), clickHouse);
    }

    // Only the date stands still: how old a cache is, is still measured.
    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

internal static class ApiAnswers
{
    /// <summary>The body of a 200.</summary>
    public static async Task<T> GetAsync<T>(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<T>())!;
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path) => await client.GetAsync<JsonElement>(path);

    /// <summary>Compares answers whole, and shows where they differ.</summary>
    public static void ShouldBe<T>(this T actual, T expected) => Assert.Equal(Text(expected), Text(actual));

    /// <summary>Compares an answer with JSON as it stands on the wire.</summary>
    public static void ShouldBeJson(this JsonElement actual, string expected) =>
        Assert.Equal(Text(JsonDocument.Parse(expected).RootElement), Text(actual));

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, Indented);

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
