using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// A request's statement and, for an INSERT with rows, the file they are in. The whole body is received before the engine sees any of it:
/// a client that goes away in the middle has stored nothing, and a slow one holds no connection.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstRead = 64 * 1024;
    private const int LongestStatement = 256 * 1024 * 1024;

    // Left to the engine, by the names that HTTP and ClickHouse share: .NET has no zstd or lz4, and does not notice a missing end of the others.
    private static readonly HashSet<string> EngineEncodings = ["zstd", "lz4", "br", "deflate", "snappy", "xz", "bz2"];

    private readonly List<TemporaryFile> files = [];

    public byte[] Sql { get; private set; } = [];

    public Statement Statement { get; private set; } = null!;

    /// <summary>The rows of an INSERT.</summary>
    public TemporaryFile? Rows { get; private set; }

    /// <summary>How <see cref="Rows"/> is compressed, in the engine's words.</summary>
    public string Compression { get; private set; } = "none";

    /// <summary>(1) decode, (2) find the statement, (3) keep what follows it as a file.</summary>
    public static async Task<RequestBody> ReadAsync(
        HttpRequest request, RequestParameters parameters, DataDirectory data, EnginePool engine, CancellationToken ct)
    {
        var body = new RequestBody();
        try
        {
            var query = parameters.Query is null ? null : Encoding.UTF8.GetBytes(parameters.Query);
            if (parameters.IsForm || HttpMethods.IsGet(request.Method))
            {
                await body.ReadAsync(query ?? [], Stream.Null, data, ct);
            }
            else if (EngineEncodings.Contains(ContentEncoding(request)))
            {
                if (parameters.BodyInBlocks)
                {
                    throw new ClickHouseException(ClickHouseError.NotImplemented(
                        $"decompress=1 within Content-Encoding: {ContentEncoding(request)} is not supported."));
                }

                await body.ReadEncodedAsync(request, query, data, engine, ct);
            }
            else
            {
                await using var decoded = Decode(request);
                await using var stream = parameters.BodyInBlocks ? new CompressedBlockReader(decoded, parameters.BlocksHaveChecksums) : decoded;
                await body.ReadAsync(query, stream, data, ct);
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>The body as it was before its Content-Encoding; only for what needs no engine.</summary>
    public static Stream Decode(HttpRequest request) => ContentEncoding(request) switch
    {
        "" or "identity" => request.Body,
        "gzip" or "x-gzip" => new CheckedGzipStream(request.Body),
        var other => throw new ClickHouseException(ClickHouseError.NotImplemented($"Unknown compression method: {other}")),
    };

    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }
    }

    private static string ContentEncoding(HttpRequest request) => request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();

    // The engine reads the rows as they are, or, when the statement is among them, unpacks the whole.
    private async Task ReadEncodedAsync(HttpRequest request, byte[]? query, DataDirectory data, EnginePool engine, CancellationToken ct)
    {
        var packed = NewFile(data);
        await using (var file = Create(packed))
        {
            await request.Body.CopyToAsync(file, ct);
        }

        var encoding = ContentEncoding(request);
        if (!PackedFrames.AreComplete(packed.Path, encoding))
        {
            throw new InvalidDataException($"the {encoding} data end too early.");
        }

        if (query is not null && Sql.Length == 0 && Statement.Read(query, complete: true) is { Kind: StatementKind.InsertData } statement
            && statement.DataStart == query.Length)
        {
            (Sql, Statement, Rows, Compression) = (query, statement, packed, encoding);
            return;
        }

        var plain = NewFile(data);
        await using (var lease = await engine.RentAsync(ct))
        {
            var result = await lease.RunAsync(c => c.Query(
                $"SELECT body FROM file({SqlText.QuoteString(packed.Path)}, 'RawBLOB', 'body String', '{encoding}') " +
                $"INTO OUTFILE {SqlText.QuoteString(plain.Path)} COMPRESSION 'none' FORMAT RawBLOB"));
            if (result.Error is not null)
            {
                throw new ClickHouseException(ClickHouseError.Parse(result.Error, hide: packed.Path));
            }
        }

        await using var stream = File.OpenRead(plain.Path);
        await ReadAsync(query, stream, data, ct);
    }

    private async Task ReadAsync(byte[]? query, Stream stream, DataDirectory data, CancellationToken ct)
    {
        // The statement is in the address. A server reads address and body as one text with a line end between them.
        if (query is not null)
        {
            var statement = Statement.Read(query, complete: true)!;
            if (statement.Kind == StatementKind.InsertData)
            {
                (Sql, Statement) = (query, statement);
                await KeepRowsAsync(query.AsMemory(statement.DataStart), stream, data, ct);
                return;
            }
        }

        var buffer = new MemoryStream();
        if (query is { Length: > 0 })
        {
            buffer.Write(query);
            buffer.WriteByte((byte)'\n');
        }

        var chunk = new byte[FirstRead];
        for (var asked = FirstRead; ; asked *= 2)
        {
            int read;
            while ((read = await stream.ReadAsync(chunk, ct)) > 0)
            {
                buffer.Write(chunk, 0, read);
                if (buffer.Length >= asked)
                {
                    break;
                }
            }

            if (buffer.Length > LongestStatement)
            {
                throw new ClickHouseException(ClickHouseError.Syntax("Max query size exceeded."));
            }

            var text = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
            text = text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;
            if (Statement.Read(text.Span, complete: read == 0) is { } statement)
            {
                Statement = statement;
                if (statement.Kind == StatementKind.InsertData)
                {
                    Sql = text[..statement.DataStart].ToArray();
                    await KeepRowsAsync(text[statement.DataStart..], stream, data, ct);
                }
                else
                {
                    Sql = text.ToArray();
                }

                return;
            }
        }
    }

    private async Task KeepRowsAsync(ReadOnlyMemory<byte> start, Stream rest, DataDirectory data, CancellationToken ct)
    {
        Rows = NewFile(data);
        await using var file = Create(Rows);
        await file.WriteAsync(start, ct);
        await rest.CopyToAsync(file, 1 << 17, ct);
    }

    private TemporaryFile NewFile(DataDirectory data)
    {
        var file = data.NewFile();
        files.Add(file);
        return file;
    }

    private static FileStream Create(TemporaryFile file) => new(file.Path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0, // chunks arrive large
    });
}
