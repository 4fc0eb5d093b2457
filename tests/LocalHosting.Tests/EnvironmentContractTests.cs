using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.LocalHosting.Tests;

/// <summary>What a process is told, seen from inside the process.</summary>
public sealed class EnvironmentContractTests : IAsyncLifetime
{
    private DistributedApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.TestHost>(Shell.Soon);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        app = await builder.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("frontend", Shell.Soon);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_project_is_told_where_to_listen_what_it_is_and_how_it_is_called()
    {
        using var client = app.CreateHttpClient("frontend");
        var environment = await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", Shell.Soon);

        Assert.Equal(app.GetEndpoint("frontend", "http").ToString().TrimEnd('/'), environment!["ASPNETCORE_URLS"]);
        Assert.Equal("frontend", environment["OTEL_SERVICE_NAME"]);
        Assert.Equal("service.instance.id=frontend", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal(environment["DOTNET_ENVIRONMENT"], environment["ASPNETCORE_ENVIRONMENT"]);
    }

    [Fact]
    public async Task A_reference_lists_every_replica_and_names_the_first()
    {
        using var client = app.CreateHttpClient("frontend");
        var environment = await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", Shell.Soon);
        var replicas = new[] { environment!["services__backend__http__0"], environment["services__backend__http__1"] };

        Assert.Equal(replicas[0], environment["BACKEND_HTTP"]);
        Assert.NotEqual(replicas[0], replicas[1]);
        foreach (var (replica, name) in replicas.Zip(["backend-0", "backend-1"]))
        {
            using var direct = new HttpClient();
            var own = await direct.GetFromJsonAsync<Dictionary<string, string>>($"{replica}/environment", Shell.Soon);
            Assert.Equal(replica, own!["ASPNETCORE_URLS"]);
            Assert.Equal($"service.instance.id={name}", own["OTEL_RESOURCE_ATTRIBUTES"]);
        }
    }

    [Fact]
    public async Task Connection_strings_parameters_and_expressions_arrive_as_text()
    {
        using var client = app.CreateHttpClient("frontend");
        var environment = await client.GetFromJsonAsync<Dictionary<string, string>>("/environment", Shell.Soon);

        Assert.Equal("Host=db;Password=s3cret", environment!["ConnectionStrings__store"]);
        Assert.Equal("s3cret", environment["SECRET"]);
        Assert.Equal("localhost!", environment["BACKEND_HOST"]);
        Assert.Equal("Host=db;Password=s3cret", await app.GetConnectionStringAsync("store", Shell.Soon));
    }

    [Fact]
    public async Task Arguments_may_be_addresses()
    {
        using var client = app.CreateHttpClient("frontend");

        var arguments = await client.GetFromJsonAsync<string[]>("/arguments", Shell.Soon);

        Assert.Equal(["--backend", app.GetEndpoint("backend").ToString().TrimEnd('/')], arguments!);
    }
}
