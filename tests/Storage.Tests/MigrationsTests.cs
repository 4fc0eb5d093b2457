namespace Analytics.Storage.Tests;

public sealed class MigrationsTests(Engine engine)
{
    [Fact]
    public async Task A_fresh_database_gets_all_and_a_second_run_nothing()
    {
        var clickHouse = engine.NewDatabase();
        var told = new List<Migrations.Migration>();

        Assert.Equal(Migrations.All, await new Migrations(clickHouse).ApplyAsync(told.Add));
        Assert.Equal(Migrations.All, told);
        var schema = await SchemaAsync(clickHouse);
        Assert.Empty(await new Migrations(clickHouse).ApplyAsync());

        Assert.Equal(schema, await SchemaAsync(clickHouse));
        Assert.Equal(Migrations.All.Count, await clickHouse.ScalarAsync<long>("SELECT count() FROM schema_migrations"));
    }

    [Fact]
    public void Numbers_rise_and_none_is_used_twice() =>
        Assert.Equal(Migrations.All.Select(migration => migration.Number).Distinct().Order(), Migrations.All.Select(migration => migration.Number));

    [Fact]
    public async Task A_run_that_dies_between_any_two_statements_is_finished_by_the_next()
    {
        var whole = engine.NewDatabase();
        await new Migrations(whole).ApplyAsync();
        var expected = await SchemaAsync(whole);

        for (var statements = 0; ; statements++)
        {
            var clickHouse = engine.NewDatabase();
            if (!await DiesAfterAsync(statements, clickHouse.Options))
            {
                Assert.True(statements > Migrations.All.Count * 2);
                return;
            }

            await new Migrations(clickHouse).ApplyAsync();

            Assert.Equal(expected, await SchemaAsync(clickHouse));
            Assert.Equal(Migrations.All.Count, await clickHouse.ScalarAsync<long>("SELECT uniqExact(number) FROM schema_migrations"));
        }
    }

    [Fact]
    public async Task A_migration_that_was_edited_after_it_ran_is_refused_and_nothing_is_changed()
    {
        var clickHouse = engine.NewDatabase();
        await new Migrations(clickHouse).ApplyAsync();
        await clickHouse.ExecuteAsync("ALTER TABLE schema_migrations UPDATE checksum = 'other' WHERE number = 2 SETTINGS mutations_sync = 1");

        var e = await Assert.ThrowsAsync<MigrationException>(() => new Migrations(clickHouse).ApplyAsync());

        Assert.Contains(Migrations.All[1].ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        var clickHouse = engine.NewDatabase();
        await new Migrations(clickHouse).ApplyAsync();
        await clickHouse.ExecuteAsync("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, 'from_the_future', 'x')");

        var e = await Assert.ThrowsAsync<MigrationException>(() => new Migrations(clickHouse).ApplyAsync());

        Assert.Contains("9999_from_the_future", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_older_version_lacks_is_added()
    {
        var clickHouse = engine.NewDatabase();
        await new Migrations(clickHouse).ApplyAsync();
        var last = Migrations.All[^1];
        await clickHouse.ExecuteAsync($"ALTER TABLE schema_migrations DELETE WHERE number = {last.Number} SETTINGS mutations_sync = 1");

        Assert.Equal([last], await new Migrations(clickHouse).ApplyAsync());
    }

    [Fact]
    public void Statements_are_told_apart_and_comments_left_out() =>
        Assert.Equal(
            ["CREATE TABLE a (b String COMMENT 'x; y')", "SELECT 1\n-- within\n+ 1"],
            Migrations.Statements("-- why\n-- so\nCREATE TABLE a (b String COMMENT 'x; y');\n\n-- next\nSELECT 1\n-- within\n+ 1;\n-- the end\n"));

    private static async Task<bool> DiesAfterAsync(int statements, ClickHouseOptions options)
    {
        using var http = new HttpClient(new DiesAfter(statements));
        try
        {
            await new Migrations(new ClickHouse(http, options)).ApplyAsync();
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private static async Task<IReadOnlyList<string>> SchemaAsync(ClickHouse clickHouse) =>
        (await clickHouse.QueryAsync<Table>(
            "SELECT replaceAll(create_table_query, {database:String}, 'db') AS sql FROM system.tables WHERE database = {database:String} ORDER BY name",
            new Dictionary<string, object?> { ["database"] = clickHouse.Options.Database })).ConvertAll(table => table.Sql);

    private sealed record Table(string Sql);

    // The process that migrates is gone: from the n-th statement on, nothing is sent.
    private sealed class DiesAfter(int statements) : DelegatingHandler(new SocketsHttpHandler())
    {
        private int sent;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            sent++ < statements ? base.SendAsync(request, cancellationToken) : throw new HttpRequestException("Killed.");
    }
}
