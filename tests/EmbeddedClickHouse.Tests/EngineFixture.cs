using System.Buffers.Binary;
using System.Net.Http.Headers;
using Analytics.TestKit;

[assembly: AssemblyFixture(typeof(Analytics.EmbeddedClickHouse.Tests.EngineFixture))]

namespace Analytics.EmbeddedClickHouse.Tests;

/// <summary>The one engine that all tests share which do not stop theirs; every test takes tables of its own.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    public EmbeddedEngine Engine { get; private set; } = null!;

    public HttpClient Http => Engine.Http;

    public async ValueTask InitializeAsync() => Engine = await EmbeddedEngine.StartAsync();

    public ValueTask DisposeAsync() => Engine.DisposeAsync();
}

internal static class Requests
{
    private static int tables;

    /// <summary>A table name nobody else uses.</summary>
    public static string NewName() => $"t{Interlocked.Increment(ref tables)}_{Guid.NewGuid():N}";

    public static async Task<string> NewTableAsync(this EmbeddedEngine engine, string columns = "a UInt32, b String", string order = "a")
    {
        var table = NewName();
        await engine.QueryAsync($"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY {order} SETTINGS non_replicated_deduplication_window = 100");
        return table;
    }

    public static Task<HttpResponseMessage> PostAsync(
        this EmbeddedEngine engine, byte[] body, string parameters = "", string? encoding = null, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"?{parameters}") { Content = new ByteArrayContent(body) };
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (accept is not null)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(accept));
        }

        return engine.Http.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PostAsync(this EmbeddedEngine engine, string sql, string parameters = "", string? accept = null) =>
        engine.PostAsync(System.Text.Encoding.UTF8.GetBytes(sql), parameters, accept: accept);

    /// <summary>Rows of (UInt32, String): the strings hold every byte value, and line ends in pairs where other clients lose data.</summary>
    public static byte[] Rows(int count, int firstKey = 0)
    {
        var random = new Random(firstKey + 1);
        var rows = new MemoryStream();
        Span<byte> key = stackalloc byte[4];
        Span<byte> text = stackalloc byte[24];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(key, (uint)(firstKey + i));
            rows.Write(key);
            random.NextBytes(text);
            "\n\n"u8.CopyTo(text[(i % 20)..]);
            text[23] = (byte)i;
            rows.WriteByte((byte)text.Length);
            rows.Write(text);
        }

        return rows.ToArray();
    }

    public static byte[] Join(string header, byte[] rows) => [.. System.Text.Encoding.UTF8.GetBytes(header), .. rows];
}
