using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Tests.Auth;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>
/// Hostile texts through every parameter, path and body of every operation that the API describes, with a key that may do everything on
/// one site: 10,000 requests, and no answer but a success, 400 and 404, nothing of another site, nothing changed. INJECTION_CASES says another
/// number.
/// </summary>
public sealed class InjectionTests(Api api)
{
    private const int AllCases = 10_000;
    private static readonly int[] Expected = [200, 201, 202, 204, 400, 404];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("INJECTION_CASES"), CultureInfo.InvariantCulture, out var cases) ? cases : AllCases;

    [Fact]
    public async Task Hostile_texts_in_any_place_are_answered_and_reach_nothing()
    {
        var (admin, clickHouse) = await api.WithDatabaseAsync("injection");
        var victim = await Victim.MakeAsync(admin, clickHouse);
        var own = await TestSite.With(admin, clickHouse, "UTC", Pageview("/").In("s").At("10:00"), Click("/", 5, 5).In("s").At("10:01"));
        var key = (await admin.MakeKeyAsync([.. Scopes.All], [own.Key], requestsPerMinute: 1_000_000)).Key;
        var operations = Operation.All(await admin.GetJsonAsync("/openapi/v1.json"));
        var cases = CasesOf(operations, victim, own.Key);
        var failures = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (one, _) =>
        {
            if (await TryAsync(admin, key, victim, one) is { } failure)
            {
                failures.Enqueue($"{one.Method} {one.Address} {one.Body}\n    {failure}");
            }
        });

        Assert.True(failures.IsEmpty, $"{failures.Count} of {cases.Count}:\n{string.Join('\n', failures.Take(20))}");
        await victim.IsUntouchedAsync();
        Assert.Equal(2, await clickHouse.ScalarAsync<long>("SELECT count() FROM sites FINAL WHERE deleted = 0"));
        Assert.Equal(2, await clickHouse.ScalarAsync<long>("SELECT count() FROM events WHERE site_id = {site:UInt32}", new Dictionary<string, object?> { ["site"] = own.Id }));
    }

    private sealed record Case(string Method, string Address, string? Body);

    // Each place of each operation in turn, until there are enough.
    private static List<Case> CasesOf(IReadOnlyList<Operation> operations, Victim victim, string ownSite)
    {
        var texts = new HostileTexts(seed: 20261120, victim);
        var places = operations.SelectMany(operation => Places(operation, texts, ownSite)).ToList();
        return [.. Enumerable.Range(0, Math.Max(Cases, places.Count)).Select(i => places[i % places.Count]())];
    }

    private static IEnumerable<Func<Case>> Places(Operation operation, HostileTexts texts, string ownSite)
    {
        foreach (var parameter in operation.Parameters)
        {
            yield return () => Make(operation, texts, ownSite, name => name == parameter.Name, isBodyHostile: false);
        }

        // A body may change the own site; to remove it would end the test.
        if (operation.HasBody)
        {
            for (var i = 0; i < 5; i++)
            {
                yield return () => Make(operation, texts, ownSite, _ => false, isBodyHostile: true);
            }
        }

        if (!operation.IsEndless && operation.Method != "DELETE")
        {
            yield return () => Make(operation, texts, ownSite, _ => true, isBodyHostile: true);
            yield return () => Make(operation, texts, ownSite, name => operation.Parameters.Any(p => p.Name == name && p is { InPath: false, IsFreeText: true }), isBodyHostile: false);
        }
    }

    private static Case Make(Operation operation, HostileTexts texts, string ownSite, Func<string, bool> isHostile, bool isBodyHostile)
    {
        var (path, query) = (operation.Path, new List<string>());
        var longest = operation.Parameters.Count(parameter => isHostile(parameter.Name)) > 1 ? 200 : 10_000; // an address has a limit
        foreach (var parameter in operation.Parameters)
        {
            var hostile = isHostile(parameter.Name);
            if (parameter.InPath)
            {
                path = path.Replace($"{{{parameter.Name}}}", hostile ? Segment(texts, longest) : parameter.Name == "site" ? ownSite : "x", StringComparison.Ordinal);
            }
            else if (hostile || parameter.Required)
            {
                query.Add($"{parameter.Name}={(hostile ? Escape(texts.Next(), longest) : "%2F")}");
            }
        }

        var body = isBodyHostile ? HostileBody(operation, texts, ownSite) : operation.Body(name => Named(name, ownSite), _ => "x");
        return new(operation.Method, path + (query.Count > 0 ? "?" + string.Join('&', query) : ""), body is null ? null : Halved(body.ToJsonString()));
    }

    // Sometimes one text among good ones, sometimes all of them, and sometimes what is no text where one is wanted.
    private static JsonNode? HostileBody(Operation operation, HostileTexts texts, string ownSite)
    {
        string Next() => InJson(texts.Next());
        var share = texts.Random.Next(1, 5);
        return operation.Body(
            name => texts.Random.Next(share) == 0 ? Next() : Named(name, ownSite),
            name => texts.Random.Next(8) switch
            {
                0 => texts.Random.Next(-5, 5),
                1 => new JsonArray(Next(), "event:page", new JsonArray(Next())),
                2 => new JsonArray("is", Next(), new JsonArray(Next())),
                3 => new JsonArray(new JsonArray("contains", "event:page", new JsonArray(Next()))),
                4 => new JsonObject { [Next()] = Next() },
                5 => new JsonArray(Next(), Next()),
                _ => Next(),
            });
    }

    private static string Named(string name, string ownSite) => name.ToLowerInvariant() switch
    {
        "site" or "sites" or "site_id" or "siteid" => ownSite,
        "metrics" => "visitors",
        "dimensions" => "event:page",
        "date_range" => "7d",
        "timezone" => "UTC",
        "scopes" => "query",
        _ => "x",
    };

    // The web server itself refuses a NUL in a path, and an empty segment or dots are another path.
    private static string Segment(HostileTexts texts, int longest)
    {
        var text = texts.Next().Replace("\0", "", StringComparison.Ordinal);
        return text.Trim('.', ' ').Length == 0 ? "'" : Escape(text, longest);
    }

    private static string Escape(string text, int longest) => Uri.EscapeDataString(text.Length > longest ? text[..longest] : text);

    // Halves of characters cannot be written as JSON by a writer that knows them; others write them all the same.
    private static string InJson(string text) =>
        text.Replace('\ud800', '\ue000').Replace('\udc00', '\ue001');

    private static string Halved(string json) =>
        json.Replace("\\uE000", "\\ud800", StringComparison.Ordinal).Replace("\\uE001", "\\udc00", StringComparison.Ordinal);

    private static async Task<string?> TryAsync(HttpClient client, string key, Victim victim, Case one)
    {
        using var patience = new CancellationTokenSource(Longest);
        try
        {
            using var body = one.Body is null ? null : new StringContent(one.Body, Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(key, one.Method, one.Address, body, patience.Token);
            if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
            {
                return null;
            }

            var answer = await response.Content.ReadAsStringAsync(patience.Token);

            // A site or key beyond what the key sees; a name that is taken.
            var isRefusedMaking = (int)response.StatusCode is 403 or 409 && one.Method is "POST" or "PUT";
            return !Expected.Contains((int)response.StatusCode) && !isRefusedMaking ? $"{(int)response.StatusCode} {answer[..Math.Min(answer.Length, 500)]}"
                : victim.ShownIn(answer) is { } mark ? $"shows {mark}"
                : response.Headers.Contains("X-Injected") ? "sets a header"
                : null;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            return $"no answer: {e.GetType().Name} {e.Message}";
        }
    }
}
