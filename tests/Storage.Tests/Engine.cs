using Analytics.TestKit;

[assembly: AssemblyFixture(typeof(Analytics.Storage.Tests.Engine))]

namespace Analytics.Storage.Tests;

/// <summary>One real engine for all tests; who needs an empty one takes a database of its own.</summary>
public sealed class Engine : IAsyncLifetime
{
    private EmbeddedEngine engine = null!;

    /// <summary>A database with this version's schema.</summary>
    public ClickHouse ClickHouse { get; private set; } = null!;

    public string Address => engine.BaseAddress.ToString();

    public async ValueTask InitializeAsync()
    {
        engine = await EmbeddedEngine.StartAsync();
        ClickHouse = NewDatabase();
        await new Migrations(ClickHouse).ApplyAsync();
    }

    /// <summary>A database that does not exist yet.</summary>
    public ClickHouse NewDatabase() => ClickHouseRegistration.Create($"{Address}test_{Guid.NewGuid():n}");

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
