using Analytics.Collector.Buffer;
using Analytics.Collector.Collect;
using Analytics.Collector.Script;
using Analytics.Collector.Writer;
using Analytics.ServiceDefaults;
using Analytics.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

var builder = WebApplication.CreateSlimBuilder(args);

builder.AddServiceDefaults();               // telemetry, health, resilience
builder.AddClickHouse(HealthStatus.Degraded); // away: events are taken all the same
builder.AddEventBuffer();                   // the Redis buffer
builder.AddCollect();                       // request -> rows, or a reason to drop it
builder.AddEventWriter();                   // buffer -> ClickHouse, in batches
builder.AddScript();                        // what a page loads

var app = builder.Build();

app.UseExceptionHandler();
app.MapCollect();
app.MapScript();
app.MapDefaultEndpoints();

app.Services.GetRequiredService<RedisConnection>().Open();
app.Run();
