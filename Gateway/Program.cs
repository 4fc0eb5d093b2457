using Analytics.Gateway;
using Analytics.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults(); // telemetry, health, service discovery
builder.AddTrackerRoutes();   // scripts under other names
builder.AddRoutes();          // paths -> services, from appsettings.json
builder.AddClientAddress();   // the visitor's address, also behind other proxies
builder.AddLimits();          // size and rate of what comes in
builder.AddBackendHealth();   // /health is healthy when every service behind is

var app = builder.Build();

app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseClientAddress();
app.UseLimits();
app.MapDefaultEndpoints();
app.MapRoutes();

app.Run();
