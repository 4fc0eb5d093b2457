using Analytics.Dashboard;
using Analytics.Dashboard.Components;
using Analytics.Dashboard.Components.SignIn;
using Analytics.ServiceDefaults;
using Microsoft.AspNetCore.HttpOverrides;

var builder = WebApplication.CreateBuilder(args);

builder.WebHost.UseStaticWebAssets(); // also outside Development, where the AppHost runs us from build output
builder.AddServiceDefaults();         // telemetry, health, service discovery, data-protection keys
builder.AddStatsClient();             // the only way to the QueryApi
builder.AddSignIn();                  // API key -> cookie
builder.Services.Configure<ForwardedHeadersOptions>(options =>
{
    // The gateway writes these itself and drops what clients send. Under containers its address is not known beforehand.
    options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
    options.KnownIPNetworks.Clear();
    options.KnownProxies.Clear();
});
builder.AddCircuits();                // Blazor Server

var app = builder.Build();

app.UseForwardedHeaders();
app.UseSecurityHeaders();
app.UseExceptionHandler("/error", createScopeForErrors: true);
app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
app.UseRateLimiter();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();

app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapSignIn();
app.MapRazorComponents<App>()
    // The policy is part of our own header; a second one would only confuse.
    .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null)
    .RequireAuthorization();

app.Run();
