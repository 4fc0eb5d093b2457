using System.Collections;

var app = WebApplication.CreateSlimBuilder(args).Build();

app.MapGet("/health", () => Results.Ok());
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(v => (string)v.Key, v => (string?)v.Value));
app.MapGet("/arguments", () => args);

app.Run();
