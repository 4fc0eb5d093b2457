using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Microsoft.AspNetCore.Connections.Features;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>Writes answers as ClickHouse does: its headers, a body or an error.</summary>
/// <param name="format">Null: a statement that has no rows to answer with.</param>
internal sealed class Answer(HttpResponse response, EnginePool engine, string queryId, string? format, AnswerEncoding encoding)
{
    private readonly string exceptionTag = RandomTag();

    /// <summary>An answer that is known whole.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> body, EngineResult result, CancellationToken ct)
    {
        WriteHeaders(result);
        if (encoding.ByEngine && body.Length <= NotEvenAFrame)
        {
            body = encoding.Empty();
        }

        if (encoding.ByEngine || (encoding.HttpName is null && !encoding.IsBlocks))
        {
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, ct);
            return;
        }

        await using var compressed = encoding.Wrap(response.Body);
        await compressed.WriteAsync(body, ct);
    }

    /// <summary>An answer that the engine wrote, and encoded, into a file.</summary>
    public async Task WriteFileAsync(string path, EngineResult result, CancellationToken ct)
    {
        var length = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (length <= NotEvenAFrame && encoding.ByEngine)
        {
            await WriteAsync(default, result, ct);
            return;
        }

        WriteHeaders(result);
        if (encoding.IsBlocks && length > 0)
        {
            await using var blocks = encoding.Wrap(response.Body);
            await using var file = File.OpenRead(path);
            await file.CopyToAsync(blocks, ct);
        }
        else if (length > 0)
        {
            response.ContentLength = length;
            await response.SendFileAsync(path, ct);
        }
    }

    /// <summary>
    /// An answer that is still being made. The first <see cref="Held"/> bytes wait, so that a small answer has its final counters and
    /// an early error its status; after that bytes go out as they come, and an error can only be written among them.
    /// </summary>
    public async Task WriteStreamAsync(ResultPipe pipe, Task<EngineResult> query, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Held);
        try
        {
            var held = 0;
            int read;
            while (held < Held && (read = await pipe.ReadAsync(buffer.AsMemory(held, Held - held), CancellationToken.None)) > 0)
            {
                held += read;
            }

            if (held < Held)
            {
                var result = await query;
                if (result.Error is not null)
                {
                    throw new ClickHouseException(ClickHouseError.Parse(result.Error, hide: pipe.Path));
                }

                await WriteAsync(buffer.AsMemory(0, held), result, ct);
                return;
            }

            WriteHeaders(result: null);
            var body = encoding.Wrap(response.Body);
            do
            {
                await body.WriteAsync(buffer.AsMemory(0, held), ct);
                held = await pipe.ReadAsync(buffer.AsMemory(0, Held), CancellationToken.None);
            }
            while (held > 0);

            var ended = await query;
            if (ended.Error is not null)
            {
                await WriteLateErrorAsync(body, ClickHouseError.Parse(ended.Error, hide: pipe.Path), ct);
            }
            else if (body != response.Body)
            {
                await body.DisposeAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public Task WriteErrorAsync(ClickHouseError error, CancellationToken ct)
    {
        response.Headers["X-ClickHouse-Query-Id"] = queryId;
        return WriteErrorAsync(response, error, ct);
    }

    public static Task WriteErrorAsync(HttpResponse response, ClickHouseError error, CancellationToken ct)
    {
        response.StatusCode = HttpStatus.Of(error.Name);
        response.ContentType = "text/plain; charset=UTF-8";
        response.ContentLength = null;
        response.Headers.ContentEncoding = default;
        response.Headers["X-ClickHouse-Server-Display-Name"] = Environment.MachineName;
        response.Headers["X-ClickHouse-Exception-Code"] = error.Code.ToString(CultureInfo.InvariantCulture);
        return response.WriteAsync(error.ToString(), ct);
    }

    private const int Held = 1 << 18;

    // See AnswerEncoding.Empty.
    private const int NotEvenAFrame = 4;

    // A server's limit too; and it fits one block of every compression.
    private const int LongestLateError = 16 * 1024;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    // The server's form for an error after the status is sent; then the body ends without its end, so that no client takes it for whole.
    private async Task WriteLateErrorAsync(Stream body, ClickHouseError error, CancellationToken ct)
    {
        var message = error.ToString();
        message = message.Length > LongestLateError ? message[..LongestLateError] : message;
        var length = Encoding.UTF8.GetByteCount(message);
        var text = Encoding.UTF8.GetBytes($"\r\n__exception__\r\n{exceptionTag}\r\n{message}{length} {exceptionTag}\r\n__exception__\r\n");
        await body.WriteAsync(encoding.ByEngine ? encoding.Frame(text) : text, ct);
        if (body != response.Body)
        {
            await body.DisposeAsync(); // what is compressed ends well: it can be unpacked up to the error
        }

        await response.Body.FlushAsync(ct);
        await CloseWithoutEndAsync(ct);
    }

    private async Task CloseWithoutEndAsync(CancellationToken ct)
    {
        var context = response.HttpContext;
        try
        {
            // What was written has been sent (HttpInterface). An abort at once would be a reset: the client's system throws away what the
            // client has not read.
            context.Features.Get<IConnectionSocketFeature>()?.Socket.Shutdown(SocketShutdown.Send);
            await Task.Delay(CloseTimeout, ct);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the client has closed as well
        }

        context.Abort();
    }

    private void WriteHeaders(EngineResult? result)
    {
        response.ContentType = format is null ? "text/plain; charset=UTF-8" : ContentTypes.Of(format);
        if (encoding.HttpName is not null)
        {
            response.Headers.ContentEncoding = encoding.HttpName;
        }

        response.Headers["X-ClickHouse-Server-Display-Name"] = Environment.MachineName;
        response.Headers["X-ClickHouse-Query-Id"] = queryId;
        if (format is not null)
        {
            response.Headers["X-ClickHouse-Format"] = format;
        }

        response.Headers["X-ClickHouse-Timezone"] = engine.TimeZone;
        response.Headers["X-ClickHouse-Exception-Tag"] = exceptionTag;
        response.Headers["X-ClickHouse-Summary"] = Summary(result);
    }

    private static string Summary(EngineResult? r)
    {
        // An INSERT's rows are read from the client: the engine's client counts them as its result.
        var (read, readBytes) = r is { ReadRows: 0, WrittenRows: > 0 } ? (r.ResultRows, r.ResultBytes) : (r?.ReadRows ?? 0, r?.ReadBytes ?? 0);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"read_rows":"{{read}}","read_bytes":"{{readBytes}}","written_rows":"{{r?.WrittenRows ?? 0}}","written_bytes":"{{r?.WrittenBytes ?? 0}}","total_rows_to_read":"0","result_rows":"{{(r is { WrittenRows: > 0 } ? r.WrittenRows : r?.ResultRows ?? 0)}}","result_bytes":"{{(r is { WrittenRows: > 0 } ? r.WrittenBytes : r?.ResultBytes ?? 0)}}","elapsed_ns":"{{(long)(r?.Elapsed.TotalNanoseconds ?? 0)}}"}
            """);
    }

    private static string RandomTag() => string.Create(16, 0, static (span, _) => Random.Shared.GetItems("abcdefghijklmnopqrstuvwxyz", span));
}
