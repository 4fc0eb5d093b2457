using Analytics.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var options = builder.ReadOptions(args); // --port, --data, --api-key, --redis, --clickhouse, --stores, --collectors, --tracker:NAME, --demo

var redis = builder.AddRedisBuffer("redis", options);
var clickhouse = builder.AddClickHouse("clickhouse", options);
var apiKey = builder.AddApiKey("api-key", options);

var migrator = builder.AddProject<Projects.Migrator>("migrator", launchProfileName: null)
    .WithReference(clickhouse);

var collector = builder.AddProject<Projects.Collector>("collector", launchProfileName: null)
    .WithReference(redis).WaitFor(redis)
    .WithReference(clickhouse).WaitForCompletion(migrator)
    .WithEnvironment("Auth__BootstrapKey", apiKey)
    .WithTrackerPaths(options)
    .WithHttpEndpoint().WithHttpHealthCheck("/health")
    .WithInlineSockets()
    .WithReplicas(options.Collectors);
builder.AddBufferTrimming(redis, writer: collector);

var queryApi = builder.AddProject<Projects.QueryApi>("queryapi", launchProfileName: null)
    .WithReference(redis).WaitFor(redis)
    .WithReference(clickhouse).WaitForCompletion(migrator)
    .WithReference(collector) // how the taking in of events goes
    .WithEnvironment("Auth__BootstrapKey", apiKey)
    .WithHttpEndpoint().WithHttpHealthCheck("/health");

var dashboard = builder.AddProject<Projects.Dashboard>("dashboard", launchProfileName: null)
    .WithReference(queryApi)
    .WithEnvironment("DataProtection__Directory", options.KeysDirectory)
    .WithHttpEndpoint().WithHttpHealthCheck("/health");

var gateway = builder.AddProject<Projects.Gateway>("gateway", launchProfileName: null)
    .WithReference(collector).WithReference(queryApi).WithReference(dashboard)
    .WithEnvironment("DataProtection__Directory", options.KeysDirectory)
    .WithInlineSockets()
    .WithTrackerPaths(options)
    .WithHttpEndpoint(port: options.Port).WithExternalHttpEndpoints().WithHttpHealthCheck("/health")
    .WithUrlForEndpoint("http", url => url.DisplayText = "Dashboard")
    .WithUrlForEndpoint("http", _ => new() { Url = "/demo/", DisplayText = "Demo shop" })
    .WithUrlForEndpoint("http", _ => new() { Url = "/docs", DisplayText = "Query API" });

builder.AddDemo(gateway, apiKey, options);

builder.Build().Run();
