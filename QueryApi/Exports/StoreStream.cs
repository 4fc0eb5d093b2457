using System.Buffers;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Analytics.QueryApi.Exports;

/// <summary>
/// Hands what ClickHouse writes on to the caller: the memory it takes is two buffers, however long the answer is. ClickHouse waits for a
/// slow caller, and its query ends when the caller leaves. An answer that breaks off there breaks off here, and does not end well.
/// </summary>
internal sealed partial class StoreStream(Func<CancellationToken, Task<Stream>> open, ExportFormat format) : IResult
{
    private const int BufferBytes = 1 << 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, gone) = (httpContext.Response, httpContext.RequestAborted);
        await using var source = await open(gone);
        format.WriteHeaders(httpContext);
        response.Headers.CacheControl = "no-store";

        var (held, next) = (ArrayPool<byte>.Shared.Rent(BufferBytes), ArrayPool<byte>.Shared.Rent(BufferBytes));
        try
        {
            await response.StartAsync(gone);
            if (format == ExportFormat.Excel)
            {
                await response.Body.WriteAsync(Encoding.UTF8.Preamble.ToArray(), gone);
            }

            // What was read is handed on once more has come: the last bytes before a break are ClickHouse's words about it.
            for (var length = await source.ReadAsync(held, gone); length > 0;)
            {
                var more = await source.ReadAsync(next, gone);
                await response.Body.WriteAsync(held.AsMemory(0, length), gone);
                (held, next, length) = (next, held, more);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            if (!gone.IsCancellationRequested)
            {
                Log.BrokeOff(httpContext.RequestServices.GetRequiredService<ILogger<StoreStream>>(), httpContext.Request.Path, e.Message);
            }

            httpContext.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(held);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The export {Path} broke off: {Reason}")]
        public static partial void BrokeOff(ILogger logger, string path, string reason);
    }
}

internal static class ExportHeaders
{
    public static void WriteHeaders(this ExportFormat format, HttpContext context)
    {
        var attachment = new ContentDispositionHeaderValue("attachment");
        attachment.SetHttpFileName(TableExport.FileName(context, format));
        context.Response.ContentType = format.ContentType;
        context.Response.Headers.ContentDisposition = attachment.ToString();
    }
}
