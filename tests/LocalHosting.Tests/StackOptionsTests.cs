using Analytics.AppHost;
using Microsoft.Extensions.Configuration;

namespace Analytics.LocalHosting.Tests;

/// <summary>The AppHost's own options.</summary>
public sealed class StackOptionsTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void Nothing_said_is_the_whole_system_embedded_on_port_8080()
        => Assert.Equal(
            new StackOptions { Port = 8080, DataDirectory = Path.GetFullPath("data"), Stores = Stores.Embedded },
            Read());

    [Fact]
    public void Everything_can_be_said()
        => Assert.Equal(
            new StackOptions
            {
                Port = 9000,
                DataDirectory = "/srv/analytics",
                ApiKey = "0123456789abcdef",
                Redis = "cache:6379,password=a b",
                ClickHouse = "Host=db;Port=8123;Protocol=http;Username=me;Password=\"p w\";Database=web",
                Stores = Stores.Embedded,
                Collectors = 2,
                Demo = true,
            },
            Read(
                "--demo", "--port", "9000", "--data=/srv/analytics", "--api-key", "0123456789abcdef", "--redis", "cache:6379,password=a b",
                "--clickhouse", "http://me:p%20w@db/web", "--stores", "embedded", "--collectors", "2"));

    [Theory]
    [InlineData("--prot 9000", "There is no option --prot. See them all with --help.")]
    [InlineData("9000", "'9000' is not an option.")]
    [InlineData("--port", "--port needs a value.")]
    [InlineData("--port 0", "--port 0: a port is a number from 1 to 65535.")]
    [InlineData("--port 99999", "--port 99999: a port is a number from 1 to 65535.")]
    [InlineData("--data=", "--data needs a value.")]
    [InlineData("--api-key schlüssel", "--api-key: a key travels in a header, so it is printable ASCII without spaces.")]
    [InlineData("--redis localhost", "--redis localhost: give HOST:PORT, for example localhost:6379, with ',password=...' if need be.")]
    [InlineData("--clickhouse db:8123", "--clickhouse: give the URL of its HTTP interface, for example http://user:password@localhost:8123/analytics.")]
    [InlineData("--stores cloud", "--stores cloud: it is either 'embedded' or 'containers'.")]
    [InlineData("--collectors 0", "--collectors 0: give a number from 1 to 16.")]
    [InlineData("--demo 30", "--demo takes no value.")]
    [InlineData(
        "--tracker:Script /s.js",
        "There is no setting Tracker:Script; there are ScriptPath, CollectPath, ModulesPath, TrackingScriptPath, TrackPath, BehaviourScriptPath, BehaviourPath.")]
    [InlineData(
        "--tracker:ModulesPath /m",
        "Tracker:ModulesPath=/m: give a path such as /m/, of letters, digits, dots, dashes and underscores, with a slash at its end.")]
    [InlineData("--tracker:ScriptPath s.js", "Tracker:ScriptPath=s.js: give a path such as /s.js, of letters, digits, dots, dashes and underscores.")]
    [InlineData("--tracker:ScriptPath /collect/batch", "Tracker:ScriptPath=/collect/batch: another path is called that already.")]
    public void A_mistake_is_named(string arguments, string message)
        => Assert.Equal(message, Assert.Throws<DistributedApplicationException>(() => Read(arguments.Split(' '))).Message);

    [Theory]
    [InlineData("--tracker:ScriptPath /s.js --tracker:CollectPath=/b", "ScriptPath=/s.js CollectPath=/b")]
    [InlineData("--Tracker:ModulesPath /m/", "ModulesPath=/m/")]
    public void Scripts_and_their_paths_can_have_other_names(string arguments, string settings)
        => Assert.Equal(
            settings.Split(' ').Order(), Read(arguments.Split(' ')).TrackerSettings.Select(setting => $"{setting.Key}={setting.Value}").Order());

    [Fact]
    public void Containers_need_the_real_Aspire()
    {
        var refusal = Assert.Throws<DistributedApplicationException>(() => Read("--stores", "containers"));

        Assert.Contains("-p:UseAspire=true", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://db", "Host=db;Port=8123;Protocol=http;Username=default;Password=;Database=analytics")]
    [InlineData("https://db", "Host=db;Port=8443;Protocol=https;Username=default;Password=;Database=analytics")]
    [InlineData("http://db:80", "Host=db;Port=80;Protocol=http;Username=default;Password=;Database=analytics")]
    [InlineData("http://u:p%3Bq@db:1/x", "Host=db;Port=1;Protocol=http;Username=u;Password=\"p;q\";Database=x")]
    public void A_ClickHouse_URL_becomes_a_connection_string(string url, string connectionString)
        => Assert.Equal(connectionString, Read("--clickhouse", url).ClickHouse);

    [Fact]
    public async Task A_data_directory_belongs_to_one_host_until_that_has_stopped()
    {
        using var folder = new TemporaryFolder();
        var first = DistributedApplicationTestingBuilder.Create();
        first.ClaimDataDirectory(folder.Path);
        var app = await first.BuildAsync(Shell.Soon);
        await app.StartAsync(Shell.Soon);

        await using var second = DistributedApplicationTestingBuilder.Create();
        var refusal = Assert.Throws<DistributedApplicationException>(() => second.ClaimDataDirectory(folder.Path));
        Assert.Equal($"The data directory {folder.Path} is in use by another AppHost. Choose another with --data.", refusal.Message);

        await app.DisposeAsync();
        second.ClaimDataDirectory(folder.Path);
    }

    [Fact]
    public async Task A_key_is_made_once_and_only_its_owner_can_read_it()
    {
        using var folder = new TemporaryFolder();
        var options = new StackOptions { Port = 8080, DataDirectory = folder.Path, Stores = Stores.Embedded };
        using var builder = DistributedApplicationTestingBuilder.Create();

        var made = await builder.AddApiKey("made", options).Resource.GetValueAsync(Shell.Soon);
        var kept = await builder.AddApiKey("kept", options).Resource.GetValueAsync(Shell.Soon);
        var given = await builder.AddApiKey("given", options with { ApiKey = "0123456789abcdef" }).Resource.GetValueAsync(Shell.Soon);

        Assert.Equal(32, made!.Length);
        Assert.Equal((made, "0123456789abcdef"), (kept, given));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(folder.Path, "api-key")) == OwnerOnly);
    }

    private static StackOptions Read(params string[] arguments)
        => StackOptions.From(new ConfigurationBuilder().AddInMemoryCollection(StackOptions.ParseArguments(arguments)).Build());
}
