using Analytics.Load;

// All connections on one thread, which reads an answer and sends the next request without handing over. Read when the first socket is made.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(LoadOptions.Usage);
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
    return await Bench.RunAsync(LoadOptions.Parse(args), stop.Token) ? 0 : 2;
}
catch (LoadException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
