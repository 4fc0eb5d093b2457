using Analytics.EmbeddedClickHouse.Chdb;
using Analytics.EmbeddedClickHouse.Http;

try
{
    // Its settings file lies beside it, wherever it is started from; paths of the user's are still the user's.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.UseLoopbackOnly();
    builder.AddEngine();        // data directory, library, connections
    builder.AddHttpInterface(); // sessions, running queries, limits of the web server

    await using var app = builder.Build();
    app.Services.GetRequiredService<EnginePool>(); // before the web server: connecting takes .NET's signal handlers away
    app.MapHttpInterface();
    await app.RunAsync();
    return 0;
}
catch (StartupException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return (int)e.Code;
}
