using Analytics.Generate;
using Analytics.Storage;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(GenerateOptions.Usage);
    return 0;
}

try
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop.Cancel();
    };
    await Generator.RunAsync(GenerateOptions.Parse(args), stop.Token);
    return 0;
}
catch (Exception e) when (e is GenerateException or MigrationException or ClickHouseException or HttpRequestException or FormatException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
