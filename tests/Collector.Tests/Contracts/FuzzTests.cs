using System.Net;
using System.Text;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>Bodies that nearly are what they should be. None may be more than the client's fault.</summary>
public sealed class FuzzTests(Stores stores)
{
    private const int Inputs = 3_000;

    private static readonly string[] Pieces =
    [
        "null", "true", "[]", "{}", "\"\"", "-1", "1e400", "0.1e-400", "18446744073709551616", "\"\\ud800\"", "\"\\u0000\"", "[[[[]]]]",
        "{\"\":null}", "\"2026-13-45T99:00:00Z\"", "\"x\"", "9223372036854775807", "{\"width\":1}", "[1,2,3]", "{\"type\":\"click\"}", ",", ":", "\"",
    ];

    private static readonly (string Path, string Body)[] Good =
    [
        ("collect", """{"type":"custom","websiteId":"SITE","domain":"d","href":"http://h/?utm_source=a#b","referrer":"r","viewport":{"width":1,"height":2},"visitorId":"v","sessionId":"s","eventName":"n","eventData":{"a":1},"timestamp":1763600000000}"""),
        ("api/events", """{"metadata":{"sessionId":"s","websiteId":"SITE","url":"http://h/","screen":"1x2","timestamp":"2025-01-01T00:00:00.000Z"},"analytics":[{"type":"click","tag":"T","id":"i","x":1,"y":2,"timestamp":1704067200000}],"replay":[{"type":2,"timestamp":5}]}"""),
        ("api/events", """[{"session_id":"s","event_type":"click","page_url":"http://SITE/","timestamp":1,"x":1,"y":2,"viewport":"1x1"}]"""),
        ("collect/batch", """{"site":"SITE","batch":"b","visitor":"v","session":"s","user":null,"sentAt":1763600000000,"page":{"url":"u","at":1,"viewport":[1,2],"screen":[1,2]},"events":[{"name":"n","at":0,"x":1,"element":{"selector":"s","ex":0.1},"revenue":1.5,"items":[{"sku":"s","price":1,"quantity":2}],"props":{"k":"v"}}],"points":{"move":[[1,2,3]]},"replay":{"seq":0,"events":"H4sIAAAAAAAAA4uOBQApu0wNAgAAAA=="}}"""),
    ];

    [Fact]
    public async Task No_body_is_answered_with_a_fault_of_the_server()
    {
        var site = Stores.NewSite();
        var random = new Random(20261120);
        var bodies = Enumerable.Range(0, Inputs).Select(_ =>
        {
            var (path, body) = Good[random.Next(Good.Length)];
            return (path, Body: Mutate(random, body.Replace("SITE", site, StringComparison.Ordinal)));
        }).ToList();

        var odd = new List<string>();
        await Parallel.ForEachAsync(bodies, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (input, ct) =>
        {
            using var response = await stores.Collector.Http.PostAsync(input.path, new ByteArrayContent(input.Body), ct);
            if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.BadRequest))
            {
                lock (odd)
                {
                    odd.Add($"{(int)response.StatusCode} {input.path} {Encoding.UTF8.GetString(input.Body)}");
                }
            }
        });

        Assert.Empty(odd);
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
