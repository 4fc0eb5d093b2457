using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Analytics.Reports;

// Asks each report of reports.txt of a query API, and then the engine alone for the same statements. See bench/README.md.
var options = args.Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].TrimStart('-'), pair => pair[1]);
if (!options.TryGetValue("clickhouse", out var clickHouse) || !options.TryGetValue("queryapi", out var program))
{
    Console.WriteLine("""
        dotnet run --project bench/Reports -- --clickhouse URL --queryapi PATH [options]

          --clickhouse URL    the store, with its database: http://127.0.0.1:8123/analytics
          --queryapi PATH     QueryApi.dll
          --site KEY          (bench.example)
          --runs N            of each report (30)
          --rollups yes|no    no: all is read raw (yes: waits until all closed days are rolled up)
          --only TEXT         reports whose names contain it
          --events N          Rollups:MinEvents, for another threshold (the program's own)
        """);
    return 1;
}

var site = options.GetValueOrDefault("site", "bench.example");
var runs = int.Parse(options.GetValueOrDefault("runs", "30"), CultureInfo.InvariantCulture);
var isRolled = options.GetValueOrDefault("rollups", "yes") == "yes";
var store = new Uri(clickHouse);
var engine = new Uri(store.GetLeftPart(UriPartial.Authority));
using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "bench");

await using var recorder = await Recorder.StartAsync(engine, http);
using var recorded = await StartAsync(recorder.Url + store.AbsolutePath, roll: false);
using var direct = await StartAsync(clickHouse, roll: isRolled);
using var remembering = await StartAsync(clickHouse, roll: false, remembers: true);
if (isRolled)
{
    await WaitUntilRolledAsync();
}

Console.WriteLine("| report | API, median ms | p95 | engine alone, median ms | p95 | rows read | asked again, median ms |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (var report in ReadReports(Path.Combine(AppContext.BaseDirectory, "reports.txt"))
    .Where(report => report.Key.Contains(options.GetValueOrDefault("only", ""), StringComparison.OrdinalIgnoreCase)))
{
    await AskAsync(recorded, report);
    recorder.Take();
    await AskAsync(recorded, report);
    var steps = recorder.Take();
    var rows = 0L;
    var of = await MeasureAsync(() => AskAsync(direct, report), async () => rows = await ReplayAsync(steps), () => AskAsync(remembering, report));
    var (ofApi, ofEngine, again) = (of[0], of[1], of[2]);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {report.Key} | {ofApi.Median:0.0} | {ofApi.High:0.0} | {ofEngine.Median:0.0} | {ofEngine.High:0.0} | {rows:#,0} | {again.Median:0.0} |"));
}

return 0;

// By turns: a machine is not as fast now as it was a moment ago, and what is compared shall have had the same of it.
async Task<(double Median, double High)[]> MeasureAsync(params Func<Task>[] asks)
{
    var times = asks.Select(_ => new List<double>()).ToArray();
    for (var i = -5; i < runs; i++)
    {
        for (var k = 0; k < asks.Length; k++)
        {
            var begun = Stopwatch.GetTimestamp();
            await asks[k]();
            if (i >= 0)
            {
                times[k].Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
    }

    return [.. times.Select(all => all.Order().ToList()).Select(all => (all[all.Count / 2], all[(int)(all.Count * 0.95)]))];
}

Task AskAsync(QueryApi api, IEnumerable<Report> reports) => Task.WhenAll(reports.Select(async report =>
{
    using var request = new HttpRequestMessage(report.Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(api.Url, report.Path));
    request.Content = report.Body is null ? null : new StringContent(report.Body, Encoding.UTF8, "application/json");
    using var answer = await http.SendAsync(request);
    var body = await answer.Content.ReadAsStringAsync();
    if (!answer.IsSuccessStatusCode)
    {
        throw new InvalidOperationException($"{report.Path}: {(int)answer.StatusCode} {body}");
    }
}));

async Task<long> ReplayAsync(List<List<Statement>> steps)
{
    var rows = 0L;
    foreach (var step in steps)
    {
        await Task.WhenAll(step.Select(async statement =>
        {
            using var answer = await Recorder.SendAsync(http, engine, "/", statement.Query, statement.Body, statement.ContentType);
            await answer.Content.ReadAsByteArrayAsync();
            if (answer.Headers.TryGetValues("X-ClickHouse-Summary", out var summary))
            {
                using var json = System.Text.Json.JsonDocument.Parse(summary.First());
                Interlocked.Add(ref rows, long.Parse(json.RootElement.GetProperty("read_rows").GetString()!, CultureInfo.InvariantCulture));
            }
        }));
    }

    return rows;
}

// Done when the number of rolled spans stands still while there are some.
async Task WaitUntilRolledAsync()
{
    var watch = Stopwatch.StartNew();
    for (var (before, same) = (-1L, 0); same < 10;)
    {
        await Task.Delay(1_000);
        using var content = new StringContent("SELECT count() FROM rolled");
        using var answer = await http.PostAsync(new Uri(engine, $"/?database={store.AbsolutePath.Trim('/')}"), content);
        var count = long.Parse(await answer.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture);
        (before, same) = (count, count == before && count > 0 ? same + 1 : 0);
        if (watch.Elapsed > TimeSpan.FromHours(1))
        {
            throw new InvalidOperationException("Nothing was rolled up within an hour.");
        }
    }

    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"rolled up after {watch.Elapsed.TotalSeconds - 10:0} s"));
}

async Task<QueryApi> StartAsync(string connection, bool roll, bool remembers = false)
{
    var port = FreePort();
    var start = new ProcessStartInfo("dotnet", ["exec", program])
    {
        RedirectStandardOutput = true,
        Environment =
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ConnectionStrings__clickhouse"] = connection,
            ["Auth__BootstrapKey"] = "bench",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Query__MaxSeconds"] = "120",
            ["Rollups__Roll"] = roll ? "true" : "false",
            ["Rollups__Interval"] = "00:00:02",
            ["Rollups__MaxAge"] = "00:00:00", // each run pays for what a second's cache spares
        },
    };
    if (!remembers)
    {
        start.Environment["Answers__MaxBytes"] = "0"; // the same here: every run asks the store
    }

    if (!isRolled || options.ContainsKey("events"))
    {
        start.Environment["Rollups__MinEvents"] = isRolled ? options["events"] : "1000000000000";
    }

    var api = new QueryApi(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
    api.Process.OutputDataReceived += (_, _) => { };
    api.Process.BeginOutputReadLine();
    for (var i = 0; i < 600; i++)
    {
        try
        {
            if ((await http.GetAsync(new Uri(api.Url, "/health"))).IsSuccessStatusCode)
            {
                return api;
            }
        }
        catch (HttpRequestException)
        {
            // not listening yet
        }

        await Task.Delay(100);
    }

    throw new InvalidOperationException("The query API did not become healthy.");
}

static int FreePort()
{
    using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
    listener.Start();
    return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
}

// Lines of one name before the plus belong together.
IEnumerable<IGrouping<string, Report>> ReadReports(string file) => File.ReadLines(file)
    .Where(line => line.Length > 0 && line[0] != '#')
    .Select(line => line.Replace("{stats}", $"/api/sites/{site}/stats", StringComparison.Ordinal).Replace("{site}", site, StringComparison.Ordinal).Split('\t'))
    .Select(columns => new Report(columns[0], columns[1], columns.ElementAtOrDefault(2)))
    .GroupBy(report => report.Name.Split('+') is [var page, _] ? $"{page}: all at once" : report.Name);

internal sealed record Report(string Name, string Path, string? Body);

internal sealed record QueryApi(Process Process, Uri Url) : IDisposable
{
    public void Dispose()
    {
        Process.Kill();
        Process.Dispose();
    }
}
