using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Bots;
using Analytics.QueryApi.Breakdown;
using Analytics.QueryApi.Campaigns;
using Analytics.QueryApi.Cohorts;
using Analytics.QueryApi.Commerce;
using Analytics.QueryApi.Compatibility;
using Analytics.QueryApi.Conversions;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Documentation;
using Analytics.QueryApi.Engagement;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Events;
using Analytics.QueryApi.Exports;
using Analytics.QueryApi.Forms;
using Analytics.QueryApi.Funnels;
using Analytics.QueryApi.Goals;
using Analytics.QueryApi.Heatmap;
using Analytics.QueryApi.Ingest;
using Analytics.QueryApi.Overview;
using Analytics.QueryApi.PageErrors;
using Analytics.QueryApi.Paths;
using Analytics.QueryApi.Query;
using Analytics.QueryApi.Realtime;
using Analytics.QueryApi.Retention;
using Analytics.QueryApi.Rollups;
using Analytics.QueryApi.Segments;
using Analytics.QueryApi.Sessions;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Timeseries;
using Analytics.QueryApi.Users;
using Analytics.QueryApi.Vitals;
using Analytics.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults(); // telemetry, health, problem+json
builder.AddReportStore();     // ClickHouse, with limits on each query
builder.AddSiteRegistry();    // the sites, cached for a second
builder.AddGoals();           // what visitors should do, cached alike
builder.AddFunnels();         // saved funnels
builder.AddCohorts();         // saved groups of visitors
builder.AddRollups();         // closed days, counted before anybody asks
builder.AddCurrencies();      // what amounts are worth
builder.AddSegments();        // saved filters
builder.AddApiKeys();         // who may ask
builder.AddKeyLimits();       // and how much
builder.AddAudit();           // who read what single people did
builder.AddRealtime();        // live streams share one poll a site
builder.AddIngestReport();    // asks the collectors how it goes
builder.AddErrors();          // faults -> problem+json
builder.AddExports();         // limits of what is long by nature
builder.AddDocumentation();   // OpenAPI

var app = builder.Build();

app.UseExceptionHandler();
app.UseStatusCodePages();
app.UseDocumentation(); // public: before authentication
app.UseAuthentication();
app.UseKeyLimits();
app.UseAuthorization();
app.UseAudit();

app.MapKeys();
app.MapAudit();
app.MapSites();
app.MapPrivacy();
app.MapGoals();
app.MapFunnels();
app.MapCohorts();
app.MapCurrencies();
app.MapSegments();

var stats = app.MapStats();
stats.MapOverview();
stats.MapTimeseries();
stats.MapBreakdown();
stats.MapSessions();
stats.MapHeatmap();
stats.MapHeatmapPages();
stats.MapRealtime();
stats.MapConversions();
stats.MapFunnel();
stats.MapPaths();
stats.MapRetention();
stats.MapUsers();
stats.MapEventLog();
stats.MapEvents();
stats.MapPageErrors();
stats.MapVitals();
stats.MapCampaigns();
stats.MapBots();
stats.MapCommerce();
stats.MapProducts();
stats.MapCarts();
stats.MapCoupons();
stats.MapTimeToBuy();
stats.MapLifetime();
stats.MapForms();
stats.MapEngagement();

app.MapExports(); // rows as they are stored
app.MapIngestReport();
app.MapQuery(); // one question for everything: Plausible's Stats API v2

app.MapActivityAdmin();    // 000: /api/admin/activities, /api/admin/activity-stats
app.MapEventAnalytics();   // 002: /stats, /sessions/{id}
app.MapUserAnalytics();    // 003: /api/analytics/user/{user_id}
app.MapSessionAnalytics(); // 004: /api/sessions, /api/heatmap, /api/pages

app.MapDefaultEndpoints();

app.Run();
