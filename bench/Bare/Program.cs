using StackExchange.Redis;

// What a machine can do at best: YARP in front of Kestrel in front of one push to Redis a request, and nothing else. What the system
// reaches on the same machine in the same run is to be held against this, since machines differ and one machine differs from hour to hour.
if (args is not (["service", _, _] or ["gateway", _, _]))
{
    Console.Error.WriteLine("""
        Bare service URL HOST:PORT   listens at URL, pushes every body to that Redis, answers 202
        Bare gateway URL TO          listens at URL, passes everything on to the service at TO
        """);
    return 1;
}

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseUrls(args[1]);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
if (args[0] == "service")
{
    // Not awaited: what follows would run on the thread that reads from Redis, for as long as the program does.
    MapService(builder, ConnectionMultiplexer.Connect(args[2]));
}
else
{
    MapGateway(builder, args[2]);
}

return 0;

static void MapService(WebApplicationBuilder builder, ConnectionMultiplexer redis)
{
    const int Kept = 10_000;

    var app = builder.Build();
    app.MapPost("/{**path}", async (HttpContext context) =>
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var length = await redis.GetDatabase().ListLeftPushAsync("bare", body.ToArray());
        if (length > 2 * Kept)
        {
            redis.GetDatabase().ListTrim("bare", 0, Kept, CommandFlags.FireAndForget);
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    });
    app.Run();
}

static void MapGateway(WebApplicationBuilder builder, string to)
{
    builder.Services.AddReverseProxy().LoadFromMemory(
        [new() { RouteId = "all", ClusterId = "service", Match = new() { Path = "/{**path}" } }],
        [new() { ClusterId = "service", Destinations = new Dictionary<string, Yarp.ReverseProxy.Configuration.DestinationConfig> { ["one"] = new() { Address = to } } }]);
    var app = builder.Build();
    app.MapReverseProxy();
    app.Run();
}
