using Analytics.Storage;

// Brings ClickHouse to this version's schema and ends; the services wait for that. Exit code 0: done, 1: refused, see the message.
var connectionString = Environment.GetEnvironmentVariable("ConnectionStrings__clickhouse");
if (connectionString is null)
{
    Console.Error.WriteLine("ConnectionStrings__clickhouse is not set.");
    return 1;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

try
{
    var clickHouse = ClickHouseRegistration.Create(connectionString);
    while (!await clickHouse.PingAsync(stop.Token))
    {
        await Task.Delay(200, stop.Token);
    }

    var applied = await new Migrations(clickHouse).ApplyAsync(migration => Console.WriteLine($"Applying {migration}"), stop.Token);
    Console.WriteLine(applied.Count == 0 ? "The schema is up to date." : $"Applied {applied.Count} migrations.");
    return 0;
}
catch (Exception e) when (e is MigrationException or ClickHouseException or HttpRequestException or FormatException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 1;
}
