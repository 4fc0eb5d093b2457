using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Analytics.Storage;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Analytics.EndToEnd.Tests;

/// <summary>The whole system, started by the very AppHost that `dotnet run --project AppHost` starts, on free ports and an empty data directory.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    public const string Key = "end-to-end-tests-key";

    private readonly string data = Directory.CreateTempSubdirectory("analytics-e2e-").FullName;
    private DistributedApplication? app;

    /// <summary>Options of the AppHost besides the data directory and the key.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The gateway, as a visitor's browser sees it.</summary>
    public HttpClient Public { get; private set; } = null!;

    /// <summary>The gateway, with the key that may read.</summary>
    public HttpClient Api { get; private set; } = null!;

    /// <summary>The store itself, to count without any of our reports in between.</summary>
    public ClickHouse ClickHouse { get; private set; } = null!;

    public Uri Address => Public.BaseAddress!;

    /// <summary>Where the stores keep everything.</summary>
    public string DataDirectory => data;

    public async ValueTask InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(["--data", data, "--api-key", Key, .. Options]);
        app = await builder.BuildAsync();
        await app.StartAsync();

        // The first start downloads the engine.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await app.ResourceNotifications.WaitForResourceHealthyAsync("gateway", patience.Token);
        Public = app.CreateHttpClient("gateway", "http");
        Public.Timeout = TimeSpan.FromSeconds(60);
        Api = app.CreateHttpClient("gateway", "http");
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        ClickHouse = ClickHouseRegistration.Create((await app.GetConnectionStringAsync("clickhouse"))!);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        Directory.Delete(data, recursive: true);
    }

    /// <summary>Sends SIGKILL to the resource's process: no handler runs, no buffer is flushed.</summary>
    public void Kill9(string resource)
    {
        using var process = System.Diagnostics.Process.GetProcessById(ProcessId(resource));
        process.Kill();
    }

    /// <summary>Ends the resource's process politely; it stays away until it is started.</summary>
    public async Task StopAsync(string resource) => Assert.True(
        (await app!.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, TestContext.Current.CancellationToken)).Success);

    /// <summary>Starts a resource that was stopped, and waits until it is healthy.</summary>
    public async Task StartAsync(string resource)
    {
        Assert.True((await app!.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, TestContext.Current.CancellationToken)).Success);
        // At this moment it may still be what it was stopped to be.
        await app.ResourceNotifications.WaitForResourceHealthyAsync(
            resource, WaitBehavior.WaitOnResourceUnavailable, TestContext.Current.CancellationToken);
    }

    /// <summary>The resource's process, if it runs at this moment. A replica's name ends in its number: collector-0.</summary>
    public int? FindProcess(string resource) =>
        app!.ResourceNotifications.TryGetCurrentState(resource, out var state) && state.Snapshot.State?.Text == KnownResourceStates.Running
            ? ProcessId(resource)
            : null;

    public int ProcessId(string resource)
    {
        if (!app!.ResourceNotifications.TryGetCurrentState(resource, out var state))
        {
            throw new InvalidOperationException($"There is no resource '{resource}'.");
        }

        var pid = state.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value;
        return Convert.ToInt32(pid, CultureInfo.InvariantCulture);
    }

    /// <summary>Rows as one line each, straight from the store. None while the store is away.</summary>
    /// <param name="site">Whose; all that there are for null, for contracts that name none.</param>
    /// <param name="columns">SQL expressions with bars between, as their values will be in a line.</param>
    public async Task<string[]> LinesAsync(string? site, string columns, string where = "true", string table = "events")
    {
        try
        {
            var rows = await ClickHouse.QueryAsync<Row>(
                $"SELECT concatWithSeparator('|', {string.Join(", ", columns.Split(" | ").Select(column => $"toString({column})"))}) AS line "
                + $"FROM {table} WHERE ({where}) AND ({{site:UInt32}} = 0 OR site_id = {{site:UInt32}}) ORDER BY line",
                new Dictionary<string, object?> { ["site"] = site is null ? 0 : Identifier.OfSite(site) }, TestContext.Current.CancellationToken);
            return [.. rows.Select(row => row.Line)];
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }

    /// <summary>The same, as soon as there are so many; a little later, so that one too many is noticed.</summary>
    public async Task<string[]> LinesAsync(string? site, string columns, int count, string where = "true", int seconds = 30)
    {
        await EventuallyAsync(() => LinesAsync(site, columns, where), lines => lines.Length >= count, TimeSpan.FromSeconds(seconds));
        await Task.Delay(500);
        return await LinesAsync(site, columns, where);
    }

    public async Task<T> GetAsync<T>(string path) =>
        await Api.GetFromJsonAsync<T>(path, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"{path} answered null.");

    /// <summary>Asks again until the answer is the wanted one or the time is over; the last answer is returned either way.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted, TimeSpan within)
    {
        var until = DateTime.UtcNow + within;
        while (true)
        {
            var answer = await ask();
            if (wanted(answer) || DateTime.UtcNow > until)
            {
                return answer;
            }

            await Task.Delay(50);
        }
    }
}

internal sealed record Row(string Line);

[CollectionDefinition(nameof(RunningSystem))]
public sealed class RunningSystemDefinition : ICollectionFixture<RunningSystem>;
