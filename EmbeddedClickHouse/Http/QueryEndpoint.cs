using Analytics.EmbeddedClickHouse.Chdb;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// One request of ClickHouse's HTTP interface, from its parameters to its answer: (1) let in, (2) read parameters and body,
/// (3) refuse what a server refuses, (4) get a connection, (5) prepare it, (6) run, (7) answer.
/// </summary>
internal sealed partial class QueryEndpoint(
    EnginePool engine, DataDirectory data, Sessions sessions, RunningQueries running, QueryLog log, Credentials credentials,
    ILogger<QueryEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var gone = context.RequestAborted;
        RequestParameters? parameters = null;
        try
        {
            if (credentials.Check(context.Request) is { } refused)
            {
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"ClickHouse server HTTP API\"";
                await Answer.WriteErrorAsync(context.Response, refused, gone);
                return;
            }

            parameters = await RequestParameters.ReadAsync(context.Request, gone);
            if (HttpMethods.IsGet(context.Request.Method) && parameters.Query is null)
            {
                await context.Response.WriteAsync("Ok.\n", gone);
                return;
            }

            using var body = await RequestBody.ReadAsync(context.Request, parameters, data, engine, gone);
            CheckStatement(body.Statement, parameters);
            if (QueryLog.IsAskedFor(body.Statement, body.Sql))
            {
                await log.FlushAsync(gone);
            }

            using var query = await running.StartAsync(parameters.QueryId, parameters.ReplaceRunningQuery, gone);
            using var session = parameters.SessionId is null ? null : await sessions.EnterAsync(parameters, gone);
            await using var lease = session is null ? await engine.RentAsync(gone) : await engine.EnterAsync(session.Connection, gone);
            using var cancel = query.CancelWith(gone);
            await RunAsync(context, parameters, body, session, lease);
        }
        catch (ClickHouseException e) when (!context.Response.HasStarted)
        {
            context.Response.Headers["X-ClickHouse-Query-Id"] = parameters?.QueryId;
            await Answer.WriteErrorAsync(context.Response, e.Error, gone);
        }
        catch (InvalidDataException e) when (!context.Response.HasStarted)
        {
            // .NET's decoders, about a body that is not what its Content-Encoding says or that ends too early
            await Answer.WriteErrorAsync(context.Response, new ClickHouseError(354, "ZLIB_INFLATE_FAILED", $"The request's body cannot be decompressed: {e.Message}"), gone);
        }
        catch (Exception e) when (gone.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // nobody is there to be answered
        }
    }

    private static void CheckStatement(Statement statement, RequestParameters parameters)
    {
        if (statement.Kind == StatementKind.Empty)
        {
            throw new ClickHouseException(ClickHouseError.Syntax("Syntax error: failed at position 1 (end of query): Empty query."));
        }

        if (statement.SecondStatement >= 0)
        {
            throw new ClickHouseException(ClickHouseError.Syntax(
                $"Syntax error (Multi-statements are not allowed): failed at position {statement.SecondStatement} (end of query)."));
        }

        if (statement.SetNames.Concat(parameters.Settings.Keys).Contains("dialect"))
        {
            // No statement that this process adds would be understood any more, nor the one that takes it back.
            throw new ClickHouseException(ClickHouseError.NotImplemented("Only the dialect 'clickhouse' is spoken here."));
        }

        if (statement.NamesFile)
        {
            throw new ClickHouseException(new ClickHouseError(
                358, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE and FROM INFILE name files of the server: not allowed over HTTP."));
        }
    }

    private async Task RunAsync(
        HttpContext context, RequestParameters parameters, RequestBody body, Sessions.Session? session, EngineLease lease)
    {
        var statement = body.Statement;
        var format = statement.Kind == StatementKind.Rows && statement.Format is { } named ? named : parameters.DefaultFormat ?? "TabSeparated";
        if (!format.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new ClickHouseException(new ClickHouseError(73, "UNKNOWN_FORMAT", $"Unknown format {format}."));
        }

        var encoding = AnswerEncoding.Choose(parameters, context.Request.Headers);
        var answer = new Answer(context.Response, engine, parameters.QueryId, statement.Kind == StatementKind.Rows ? format : null, encoding);
        var call = new EngineCall(parameters, body, session, format, log);

        if (statement.Kind != StatementKind.Rows)
        {
            var result = await lease.RunAsync(call.Run, call.Keeps);
            ThrowIfError(result, body.Rows?.Path);
            await answer.WriteAsync(result.Bytes, result, context.RequestAborted);
        }
        else if (parameters.WaitEndOfQuery)
        {
            using var file = data.NewFile($".{QueryTag.OfFile(parameters.QueryId)}");
            call.SendResultTo($"INTO OUTFILE {SqlText.QuoteString(file.Path)} COMPRESSION '{encoding.EngineName}'");
            var result = await lease.RunAsync(call.Run, call.Keeps);
            ThrowIfError(result, file.Path);
            await answer.WriteFileAsync(file.Path, result, context.RequestAborted);
        }
        else
        {
            using var pipe = new ResultPipe(data, $".{QueryTag.OfFile(parameters.QueryId)}");

            // The pipe exists already, which the engine takes only with one of these words; and it compresses only with the second.
            call.SendResultTo($"INTO OUTFILE {SqlText.QuoteString(pipe.Path)} "
                + (encoding.ByEngine ? $"TRUNCATE COMPRESSION '{encoding.EngineName}'" : "APPEND"));
            var query = lease.RunAsync(connection =>
            {
                try
                {
                    return call.Run(connection);
                }
                finally
                {
                    pipe.Complete();
                }
            }, call.Keeps);

            try
            {
                await answer.WriteStreamAsync(pipe, query, context.RequestAborted);
            }
            finally
            {
                await DrainAsync(pipe, query);
            }
        }
    }

    // A client that left leaves a query that writes into the pipe until it is cancelled; it must not wait for a reader.
    private static async Task DrainAsync(ResultPipe pipe, Task<EngineResult> query)
    {
        if (!query.IsCompleted)
        {
            var nowhere = new byte[1 << 16];
            while (await pipe.ReadAsync(nowhere, CancellationToken.None) > 0)
            {
                // until the query has ended
            }
        }

        await query.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void ThrowIfError(EngineResult result, string? hide)
    {
        if (result.Error is not null)
        {
            var error = ClickHouseError.Parse(result.Error, hide);
            Log.Failed(logger, error.Code, error.Message);
            throw new ClickHouseException(error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Code {Code}: {Message}")]
        public static partial void Failed(ILogger logger, int code, string message);
    }
}
