using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.Storage;
using Analytics.TestKit;
using Microsoft.AspNetCore.Http;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>
/// Bodies that nearly are what they should be, to every path that takes one. Some with headers that nearly are, some written to the socket
/// by hand (<see cref="HostileRequests"/>). None may be more than the client's fault, what is stored is what was accepted and nothing of
/// what was not, and the memory that it took is given back.
/// </summary>
public sealed class FuzzTests(Stores stores)
{
    // Some raw requests promise more than they send, and the server waits for it; who is not answered at once hangs up.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Pieces =
    [
        "null", "true", "[]", "{}", "\"\"", "-1", "1e400", "0.1e-400", "18446744073709551616", "\"\\ud800\"", "\"\\u0000\"", "[[[[]]]]",
        "{\"\":null}", "{\"\\ud800\":1}", "{\"ty\\ud800\":\"i\\ud800\"}", "\"2026-13-45T99:00:00Z\"", "\"x\"", "9223372036854775807", "{\"width\":1}", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "99999999999999.99999", "-99999999999999", "[1,2,3]", "{\"type\":\"click\"}", ",", ":", "\"",
        "\"http://[\"", "\"//@:/?&=&&#\"", "\"%%%40.ab\"", "\"{\\\"a\\\":{\\\"password\\\":1}}\"", "[null]", "[[null,null,null,null]]", "-0", "1e-5",
    ];

    // Each is read somewhere.
    private static readonly string[] Headers =
    [
        "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "Origin", "Referer", "Cookie", "Accept-Language", "X-Visitor-Id", "Sec-CH-UA-Platform", "Sec-CH-UA-Platform-Version",
        "Sec-CH-UA-Model", "Sec-CH-UA-Mobile", "DNT", "Sec-GPC", "X-Backfill", "Authorization", "X-Api-Key", "Idempotency-Key", "X-Forwarded-Proto",
    ];

    // No request id: spoiled to the same one, two requests would count as one.
    private static readonly (string Path, string Body)[] Good =
    [
        ("collect", """{"type":"custom","websiteId":"SITE","domain":"d","href":"http://h/?utm_source=a#b","referrer":"r","viewport":{"width":1,"height":2},"visitorId":"vID","sessionId":"s","eventName":"n","eventData":{"a":1},"timestamp":1763600000000}"""),
        ("api/events", """{"metadata":{"sessionId":"sID","websiteId":"SITE","url":"http://h/","screen":"1x2","timestamp":"2025-01-01T00:00:00.000Z"},"analytics":[{"type":"click","tag":"T","id":"i","x":1,"y":2,"timestamp":1704067200000}],"replay":[{"type":2,"data":{"node":{"tagName":"input","attributes":{"value":"x"}}},"timestamp":5},{"type":3,"data":{"source":5,"text":"x"}}]}"""),
        ("api/events", """[{"session_id":"sID","event_type":"click","page_url":"http://SITE/","timestamp":1,"x":1,"y":2,"viewport":"1x1"}]"""),
        ("collect/batch", """{"site":"SITE","visitor":"vID","session":"s","user":null,"sentAt":1763600000000,"automation":true,"page":{"url":"u","at":1,"viewport":[1,2],"screen":[1,2]},"events":[{"name":"n","at":0,"x":1,"element":{"selector":"s","ex":0.1,"href":"/a?b=c"},"revenue":1.5,"items":[{"sku":"s","price":1,"quantity":2}],"props":{"k":"v"}}],"points":{"move":[[1,2,3]]},"replay":{"seq":0,"events":"H4sIAAAAAAAAA4uOBQApu0wNAgAAAA=="}}"""),
        ("api/track", """{"site_id":"SITE","action_type":"button_click","page":"/a?b=1","element_id":"e","additional_data":"{\"element_text\":\"t\",\"url\":\"http://h/a?b=1\"}","visitor_id":"vID","timestamp":1763600000000,"extra":{"a":[1]}}"""),
        ("api/track-behavior/", """{"site_id":"SITE","visitor_id":"vID","userInfo":{"windowSize":[1,2]},"time":{"startTime":1763600000000,"currentTime":1763600015000,"stopTime":1},"clicks":{"clickCount":1,"clickDetails":[[5,6,"html>div#a.b>input",1763600003000]]},"mouseMovements":[[1,2,3]],"mouseScroll":[[0,4,5]],"keyboardActivities":[["Enter",1]],"navigationHistory":[["http://h/about",1763600005000]],"formInteractions":[["f",1]],"touchEvents":[["touchstart",3,4,5]],"mediaInteractions":[["play","v.mp4",1]],"windowSizes":[[1,2,3]],"visibilitychanges":[["hidden",1]],"customEvents":[["c",1]],"ecommerce_events":[{"event_type":"purchase","product_id":"p","price":1,"quantity":2,"value":3}],"page_url":"http://h/p"}"""),
        ("api/activity/track", """{"site_id":"SITE","user_id":"uID","activity_type":"page_view","page_url":"/d?x=1","metadata":{"referrer":"https://g.example","utm_source":"s"},"timestamp":1763600000000}"""),
        ("api/session/start", """{"site_id":"SITE","user_id":"uID","metadata":{"a":1}}"""),
        ("api/session/end/SESSION", """{"reason":"left"}"""),
    ];

    [Fact]
    public Task No_body_is_answered_with_a_fault_of_the_server() => FuzzAsync(5_000);

    /// <summary>A minute: <c>dotnet run --project tests/Collector.Tests -- --explicit only --filter-trait Duration=Long</c>.</summary>
    [Fact(Explicit = true), Trait("Duration", "Long")]
    public Task No_body_of_a_hundred_thousand_is_answered_with_a_fault_of_the_server() => FuzzAsync(100_000);

    private async Task FuzzAsync(int inputs)
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        var (connection, clickHouse) = await stores.NewDatabaseAsync();
        var site = Stores.NewSite();
        await new Sites(clickHouse).SaveAsync(new(Identifier.OfSite(site), site, site, [site], "UTC", DateTimeOffset.UtcNow), DateTimeOffset.UtcNow);
        // Where no site is made at first sight, all that is stored is this one's.
        await using var collector = await CollectorProcess.StartAsync(
            redis.ConnectionString, connection, "Production", ("Bots__EventsPerSecond", "0"), ("Bots__EventsPerMinute", "0"));
        var started = await Eventually.AnswersAsync(
            () => collector.PostAsync("api/session/start", $$"""{"site_id":"{{site}}"}"""), answer => answer is { Status: HttpStatusCode.OK, Dropped: null });
        var session = JsonDocument.Parse(started.Body).RootElement.GetProperty("session_id").GetString()!;
        var random = new Random(20261120);
        var odd = new ConcurrentBag<string>();
        var turnedDown = new ConcurrentBag<int>();
        var number = 0;

        async Task SendAsync(int count)
        {
            var requests = Enumerable.Range(0, count).Select(_ =>
            {
                var (path, body) = Good[random.Next(Good.Length)];
                path = path.Replace("SESSION", session, StringComparison.Ordinal);
                number++;
                if (random.Next(25) == 0)
                {
                    return new Input(path, HostileRequests.Make(random, path, site, "v" + Name(number)), number) { IsRaw = true };
                }

                body = body.Replace("SITE", site, StringComparison.Ordinal).Replace("ID\"", Name(number) + "\"", StringComparison.Ordinal);
                return new Input(path, Spoil(random, body), number)
                {
                    Encoding = random.Next(40) switch { 0 => "gzip", 1 => "br", 2 => "deflate", _ => null },
                    Header = random.Next(10) == 0 ? (Headers[random.Next(Headers.Length)], Value(random, number)) : null,
                };
            });
            await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (input, _) =>
            {
                var status = input.IsRaw ? await HostileRequests.SendAsync(collector.Http.BaseAddress!, input.Body, Patience) : await PostAsync(collector, input);
                if (status is >= 500 or (> 204 and < 400))
                {
                    odd.Add($"{status} {input.Path} {Encoding.UTF8.GetString(input.Body.AsSpan(0, Math.Min(2000, input.Body.Length)))}");
                }

                // Hung up on, a raw one may have been answered by halves.
                if (status >= 400 && !input.IsRaw)
                {
                    turnedDown.Add(input.Number);
                }
            });
        }

        await SendAsync(inputs / 4);
        var level = collector.MemoryBytes;
        await SendAsync(inputs - (inputs / 4));

        Assert.Empty(odd);
        Assert.False(collector.Output.Contains("fail:", StringComparison.Ordinal), collector.Output);
        Assert.InRange(collector.MemoryBytes, 0, level + (96 << 20));
        var accepted = await AcceptedAsync(collector);
        Assert.InRange(accepted, inputs / 10, long.MaxValue);
        Assert.Equal(accepted, await Eventually.AnswersAsync(
            () => clickHouse.ScalarAsync<long>("SELECT toInt64(count()) FROM events"), count => count >= accepted, seconds: 20));
        Assert.Equal(accepted, await clickHouse.ScalarAsync<long>($"SELECT toInt64(count()) FROM events WHERE site_id = {Identifier.OfSite(site)}"));

        // Nothing is there of what was turned down: each request has its own visitor, user or session.
        Assert.InRange(turnedDown.Count, inputs / 10, inputs);
        var stored = await clickHouse.QueryAsync<Stored>("SELECT arrayJoin([visitor_id, session_id]) AS id FROM events GROUP BY id");
        var forbidden = turnedDown.SelectMany(n => (ulong[])[Identifier.Of($"v{Name(n)}"), Identifier.Of($"s{Name(n)}"), Identifier.Of($"user:u{Name(n)}")]).ToHashSet();
        Assert.DoesNotContain(stored, row => forbidden.Contains(row.Id));
    }

    // Far from each other: with a digit of another, which a spoiled body can have, one request would be taken for the other.
    private static string Name(int number) => Identifier.Of(number.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString("x16", null);

    private sealed record Input(string Path, byte[] Body, int Number)
    {
        public bool IsRaw { get; init; }
        public string? Encoding { get; init; }
        public (string Name, string Value)? Header { get; init; }
    }

    private sealed record Stored(ulong Id);

    private static string Value(Random random, int number) => random.Next(5) switch
    {
        0 => new string((char)random.Next(33, 126), random.Next(1, 8_000)) + number,
        1 => string.Join(random.Next(2) == 0 ? "," : ";", Enumerable.Range(0, random.Next(1, 200)).Select(_ => Pieces[random.Next(Pieces.Length)])) + number,
        2 => "http://[::1%25]:99999/\\..//" + number,
        3 => new string([.. Enumerable.Range(0, random.Next(1, 200)).Select(_ => (char)random.Next(32, 127))]) + number,
        _ => Pieces[random.Next(Pieces.Length)] + number,
    };

    private static async Task<int> PostAsync(CollectorProcess collector, Input input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, input.Path) { Content = new ByteArrayContent(input.Body) };
        if (input.Encoding is { } encoding)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (input.Header is { } header)
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        try
        {
            using var response = await collector.Http.SendAsync(request);
            return (int)response.StatusCode;
        }
        catch (HttpRequestException) when (input.Body.Length > 1 << 20)
        {
            // Too large: the server answers and hangs up before all is sent, and the client may see only that.
            return StatusCodes.Status413PayloadTooLarge;
        }
    }

    private static async Task<long> AcceptedAsync(CollectorProcess collector)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/ingest/health") { Headers = { { "X-Api-Key", CollectorProcess.Key } } };
        using var response = await collector.Http.SendAsync(request);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("accepted").GetInt64();
    }

    private static byte[] Spoil(Random random, string body) => random.Next(100) switch
    {
        0 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", random.Next(1, 100_000)))),
        1 => Encoding.UTF8.GetBytes(body.Replace(":\"", ":\"" + new string((char)random.Next(32, 126), random.Next(100_000)).Replace('"', 'x'), StringComparison.Ordinal)),
        2 => [.. Enumerable.Range(0, random.Next(3_000)).Select(_ => (byte)random.Next(256))],
        3 => Zip(new byte[random.Next(1 << 20, 20 << 20)]),
        4 => new byte[random.Next(2) == 0 ? random.Next(1 << 19, (1 << 20) + 10) : random.Next(1 << 20, (2 << 20) + 10)],
        5 => Encoding.UTF8.GetBytes("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", random.Next(300))) + "1" + new string('}', random.Next(301))),
        _ => Mutate(random, body),
    };

    private static byte[] Zip(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(output, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return output.ToArray();
    }

    private static byte[] Mutate(Random random, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body).ToList();
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    bytes.Add((byte)'}');
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                default:
                    ReplaceValue(random, bytes);
                    break;
            }
        }

        return [.. bytes];
    }

    // What follows a colon, up to the next comma or bracket: mostly still JSON, of another type.
    private static void ReplaceValue(Random random, List<byte> bytes)
    {
        var colons = bytes.Select((b, i) => (b, i)).Where(x => x.b == ':').Select(x => x.i).ToList();
        if (colons.Count == 0)
        {
            return;
        }

        var start = colons[random.Next(colons.Count)] + 1;
        var end = start;
        while (end < bytes.Count && bytes[end] is not ((byte)',' or (byte)'}' or (byte)']'))
        {
            end++;
        }

        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
    }
}
