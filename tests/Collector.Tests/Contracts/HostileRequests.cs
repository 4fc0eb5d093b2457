using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>What no HTTP client sends: lengths that are wrong, chunks that are none, heads without end. Written to the socket as they are.</summary>
internal static class HostileRequests
{
    private const string Event = """{"type":"pageview","websiteId":"SITE","visitorId":"VISITOR","sessionId":"s"}""";

    private static readonly string[] Heads =
    [
        "Content-Length: 4096", "Content-Length: 5", "Content-Length: 0", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 1e3",
        "Content-Length: 10\r\nContent-Length: 12", "Content-Length: 2000000", "Transfer-Encoding: chunked\r\nContent-Length: 10", "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: identity", "Content-Encoding: gzip\r\nContent-Length: 60", "Content-Encoding: gzip, br\r\nContent-Length: 75", "Content-Encoding: \r\nContent-Length: 75",
        "Expect: 100-continue\r\nContent-Length: 9", "Cookie: uid=\u0001\r\nContent-Length: 75", "X\u0000: y\r\nContent-Length: 75", " folded: header\r\nContent-Length: 75",
        "X-Forwarded-For: ,,,::::,256.1.1.1,\r\nContent-Length: 75", "Origin: \u00ff\r\nReferer: \u00ff\r\nContent-Length: 75", "Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 75",
        "Origin: https://b\u00c3\u00bccher.example\r\nContent-Length: 75", "Referer: https://b\u00c3\u00bccher.example/\r\nX-Forwarded-Host: \u00c3\u00bc\r\nContent-Length: 75",
    ];

    private static readonly string[] Chunks = ["zz\r\n{\r\n0\r\n\r\n", "ffffffffffffffff\r\n{", "3\r\n{\"a", "4\r\n{}{}{}\r\n0\r\n\r\n", "0\r\nX: y\r\n\r\n", "2;a=\"\r\n{}\r\n0\r\n\r\n", "-1\r\n{}\r\n"];

    private static readonly string[] Methods = ["GET", "PUT", "DELETE", "HEAD", "TRACE", "FOO", "post", "CONNECT", "OPTIONS"];

    private static readonly string[] Ends = ["%00", "%2e%2e/%2e%2e/etc", "?%", "#", "/\u00ff", "%ff%fe", ";a=b", "//"];

    /// <summary>One at random. None holds an event that has to be stored, but one that may be.</summary>
    public static byte[] Make(Random random, string path, string site, string visitor)
    {
        var body = Event.Replace("SITE", site, StringComparison.Ordinal).Replace("VISITOR", visitor, StringComparison.Ordinal);
        var text = random.Next(8) switch
        {
            0 => $"POST /{path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{Chunks[random.Next(Chunks.Length)]}",
            1 => $"POST /{path} HTTP/1.1\r\nHost: h\r\n{Many(random.Next(1, 300))}Content-Length: {body.Length}\r\n\r\n{body}",
            2 => $"POST /{path} HTTP/1.1\r\nHost: h\r\nX-Visitor-Id: {new string('v', random.Next(60_000))}\r\nContent-Length: {body.Length}\r\n\r\n{body}",
            3 => $"{Methods[random.Next(Methods.Length)]} /{path} HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nAccess-Control-Request-Headers: \u00c3\u00bc\r\n\r\n",
            4 => $"POST /{path}{Ends[random.Next(Ends.Length)]} HTTP/1.1\r\nHost: h\r\nContent-Length: {body.Length}\r\n\r\n{body}",
            5 => $"POST /api/session/end/{new string('x', random.Next(7_000))} HTTP/1.1\r\nHost: {(random.Next(2) == 0 ? "" : "a b")}\r\nContent-Length: 2\r\n\r\n{{}}",
            _ => $"POST /{path} HTTP/1.1\r\nHost: h\r\n{Heads[random.Next(Heads.Length)]}\r\n\r\n{body}",
        };
        return Encoding.Latin1.GetBytes(text);
    }

    /// <summary>The status of the first answer, or 0 where none came: the server hung up, or waits for what never comes.</summary>
    public static async Task<int> SendAsync(Uri server, byte[] request, TimeSpan patience)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        using var timeout = new CancellationTokenSource(patience);
        var stream = client.GetStream();
        var answer = new byte[64];
        try
        {
            await stream.WriteAsync(request, timeout.Token);
            var length = await stream.ReadAtLeastAsync(answer, "HTTP/1.1 200".Length, throwOnEndOfStream: false, timeout.Token);
            return length >= "HTTP/1.1 200".Length ? int.Parse(Encoding.Latin1.GetString(answer, 9, 3), CultureInfo.InvariantCulture) : 0;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            return 0;
        }
    }

    private static string Many(int headers) => string.Concat(Enumerable.Range(0, headers).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-{i}: {i}\r\n")));
}
