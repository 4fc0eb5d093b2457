using System.Diagnostics;

namespace Analytics.Reports;

/// <param name="Query">What stands after the question mark.</param>
internal sealed record Statement(string Query, byte[] Body, string? ContentType, long Begun, long Ended);

/// <summary>Stands between a query API and the engine, and keeps what passes: the statements that one report asks.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<Statement> statements = [];

    private Recorder(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    public static async Task<Recorder> StartAsync(Uri engine, HttpClient http)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var recorder = new Recorder(builder.Build());
        recorder.app.Run(async context =>
        {
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            var begun = Stopwatch.GetTimestamp();
            using var answer = await SendAsync(http, engine, context.Request.Path, context.Request.QueryString.Value ?? "", copy.ToArray(), context.Request.ContentType);
            var body = await answer.Content.ReadAsByteArrayAsync();
            if (context.Request.Method == "POST")
            {
                lock (recorder.statements)
                {
                    recorder.statements.Add(new(
                        context.Request.QueryString.Value ?? "", copy.ToArray(), context.Request.ContentType, begun, Stopwatch.GetTimestamp()));
                }
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            if (answer.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var code))
            {
                context.Response.Headers["X-ClickHouse-Exception-Code"] = code.ToArray();
            }

            await context.Response.Body.WriteAsync(body);
        });
        await recorder.app.StartAsync();
        return recorder;
    }

    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, Uri engine, string path, string query, byte[] body, string? contentType)
    {
        using var request = new HttpRequestMessage(body.Length > 0 ? HttpMethod.Post : HttpMethod.Get, new Uri(engine, path + query));
        request.Content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await http.SendAsync(request);
    }

    /// <summary>What passed since the last call: steps that follow each other, the statements of one step at the same time.</summary>
    public List<List<Statement>> Take()
    {
        lock (statements)
        {
            var steps = new List<List<Statement>>();
            foreach (var statement in statements.OrderBy(statement => statement.Begun))
            {
                if (steps.Count > 0 && steps[^1].Any(other => other.Ended > statement.Begun))
                {
                    steps[^1].Add(statement);
                }
                else
                {
                    steps.Add([statement]);
                }
            }

            statements.Clear();
            return steps;
        }
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
