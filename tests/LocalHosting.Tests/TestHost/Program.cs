// An AppHost for the tests: run by them inside their own process, and as a process of its own.
using System.Globalization;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var folder = builder.Configuration["folder"] ?? Path.GetTempPath();

switch (builder.Configuration["scenario"])
{
    case "chain":
        // Each writes its name when it is told to end; `last` depends on `middle`, which depends on `first`.
        var first = Shell("first", "trap 'echo first >> ended; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.1; done");
        var middle = Shell("middle", "trap 'echo middle >> ended; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.1; done").WaitForStart(first);
        Shell("last", "trap 'echo last >> ended; exit 0' TERM; echo $$ >> pids; echo up; while :; do sleep 0.1; done").WaitForStart(middle);
        break;

    case "port":
        Shell("web", "sleep 60").WithHttpEndpoint(port: builder.Configuration.GetValue<int>("port"));
        break;

    case "missing":
        builder.AddExecutable("tool", "no-such-program", folder);
        break;

    case "crash":
        Shell("crash", "echo it does not work >&2; exit 7").WithHttpEndpoint();
        break;

    default:
        var secret = builder.AddParameter("secret", "s3cret", secret: true);
        var store = builder.AddConnectionString("store", ReferenceExpression.Create($"Host=db;Password={secret}"));
        var backend = builder.AddProject<Projects.TestService>("backend", launchProfileName: null)
            .WithHttpEndpoint().WithHttpHealthCheck("/health").WithReplicas(2);
        builder.AddProject<Projects.TestService>("frontend", launchProfileName: null)
            .WithReference(backend).WaitFor(backend)
            .WithReference(store)
            .WithEnvironment("SECRET", secret)
            .WithEnvironment("BACKEND_HOST", $"{backend.GetEndpoint("http").Property(EndpointProperty.Host)}!")
            .WithArgs("--backend", backend.GetEndpoint("http"))
            .WithHttpEndpoint(port: 8080).WithHttpHealthCheck("/health");
        break;
}

builder.Build().Run();
return Environment.ExitCode;

IResourceBuilder<ExecutableResource> Shell(string name, string script)
    => builder.AddExecutable(name, "/bin/sh", folder, "-c", string.Create(CultureInfo.InvariantCulture, $"{script}"));
