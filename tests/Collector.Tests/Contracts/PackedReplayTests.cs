using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>Recordings whose events rrweb's packer made texts of: stored as events, masked like all others.</summary>
public sealed class PackedReplayTests(Stores stores)
{
    private const string Typed = """{"type":3,"data":{"source":5,"text":"hUnter2-typed","isChecked":false,"id":2},"timestamp":1763600000000,"v":"v1"}""";
    private const string Snapshot = """{"type":2,"data":{"node":{"id":1,"tagName":"p","childNodes":[{"id":2,"type":3,"textContent":"Grüße 🦀"}]}},"timestamp":1763600000001,"v":"v1"}""";

    [Theory]
    [InlineData("api/events", """{"metadata":{"websiteId":"SITE","sessionId":"s"},"analytics":[],"replay":REPLAY}""")]
    [InlineData("collect/batch", """{"site":"SITE","visitor":"v","session":"s","replay":{"seq":0,"events":REPLAY}}""")]
    public async Task Packed_events_are_opened_and_masked(string path, string body)
    {
        var site = Stores.NewSite();
        var replay = $"[{Json(Pack(Typed))},{Snapshot},{Json(Pack(Snapshot))},{Json(Typed)}]";

        var answer = await stores.Collector.PostAsync(
            path, body.Replace("SITE", site, StringComparison.Ordinal).Replace("REPLAY", replay, StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.Accepted, true), (answer.Status, answer.Body.Contains("\"refused\":[]", StringComparison.Ordinal)));
        var masked = Typed.Replace("hUnter2-typed", "***", StringComparison.Ordinal);
        Assert.Equal([$"4|[{masked},{Snapshot},{Snapshot},{masked}]"], await ChunksAsync(site));
    }

    [Fact]
    public async Task What_is_no_event_is_refused_once_for_all_and_the_others_are_stored()
    {
        var site = Stores.NewSite();
        // Small outside and very large inside: more than a request may hold.
        var bomb = Json(Pack("{\"a\":\"" + new string(' ', 20 << 20) + "\"}"));

        var answer = await stores.Collector.PostAsync(
            "api/events", $$$"""{"metadata":{"websiteId":"{{{site}}}","sessionId":"s"},"analytics":[],"replay":[{{{Snapshot}}},5,"no event","{broken",{{{bomb}}}]}""");

        Assert.Equal("""[{"index":1,"reason":"'replay[1]' and 3 more are neither an event nor a packed one","field":"replay[1]"}]""", JsonDocument.Parse(answer.Body).RootElement.GetProperty("refused").GetRawText());
        Assert.Equal([$"1|[{Snapshot}]"], await ChunksAsync(site));
    }

    private Task<string[]> ChunksAsync(string site) =>
        stores.LinesAsync(site, "SELECT concat(toString(events), '|', chunk) AS line FROM replay WHERE site_id = {site:UInt32}", 1);

    private static string Pack(string json)
    {
        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.SmallestSize))
        {
            stream.Write(Encoding.UTF8.GetBytes(json));
        }

        return Encoding.Latin1.GetString(packed.ToArray());
    }

    private static string Json(string text) => JsonSerializer.Serialize(text);
}
