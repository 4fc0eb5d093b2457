using System.Text;
using Analytics.EmbeddedClickHouse.Chdb;
using Analytics.EmbeddedClickHouse.Sql;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// What one request does on its connection, in one go on that connection's thread: check, stand in the right database, set the
/// request's settings, run the statement in the form the engine needs, and take back what was set.
/// </summary>
internal sealed class EngineCall(RequestParameters parameters, RequestBody body, Sessions.Session? session, string format, QueryLog log)
{
    private readonly Statement statement = body.Statement;
    private string outfile = "";

    /// <summary>
    /// What the request sets may stay on its connection for the next request, which nearly always sets the same. Not so in a session, which has
    /// settings of its own; nor what cannot be taken back.
    /// </summary>
    public bool Keeps => session is null && !statement.ChangesSession && !parameters.Settings.ContainsKey("allow_ddl");

    /// <summary>The INTO OUTFILE clause for a statement that answers with rows.</summary>
    public void SendResultTo(string clause) => outfile = clause;

    public EngineResult Run(EngineConnection connection)
    {
        var started = DateTime.UtcNow;
        if (Keeps)
        {
            connection.Keep(parameters.Database ?? "default", parameters.Settings);
        }

        var isUnderstood = Check(connection);

        // Run as it came, what the parser does not take gets the engine's own words about what is wrong with it.
        var result = isUnderstood ? RunPrepared(connection) : connection.Query(body.Sql, format, parameters.Values);
        log.Add(parameters, body, connection.Database, started, result, isUnderstood);
        return result;
    }

    private EngineResult RunPrepared(EngineConnection connection)
    {
        if (Keeps)
        {
            return connection.Query(Compose(), format, parameters.Values);
        }

        connection.Use(parameters.Database ?? session?.Database ?? "default");
        var before = session is { Connection.IsDirty: true } && parameters.Settings.Count > 0 ? connection.ReadSettings(parameters.Settings.Keys) : null;
        connection.Set(parameters.Settings);
        try
        {
            if (statement.ChangesSession)
            {
                connection.MarkDirty(statement.SetNames);
            }

            return connection.Query(Compose(), format, parameters.Values);
        }
        finally
        {
            TakeBackSettings(connection, before);
            if (statement.Verb == "USE")
            {
                var database = connection.ReadDatabase();
                session?.Database = database;
            }
        }
    }

    private void TakeBackSettings(EngineConnection connection, Dictionary<string, string>? before)
    {
        try
        {
            connection.Unset([.. parameters.Settings.Keys.Where(name => before?.ContainsKey(name) != true)]);
            connection.Set(before ?? []);
        }
        catch (ClickHouseException)
        {
            connection.MarkDirty(parameters.Settings.Keys); // the statement's own outcome is what the caller gets; the pool resets the connection
        }
    }

    // False: the engine's parser does not take it.
    private bool Check(EngineConnection connection)
    {
        var text = statement.Kind == StatementKind.InsertData
            ? [.. body.Sql.AsSpan(0, statement.End), .. Encoding.UTF8.GetBytes($" FORMAT {statement.Format}")]
            : body.Sql;
        var (statements, @class) = connection.Classify(text);
        if (statements == 0)
        {
            return statement.Kind == StatementKind.InsertData;
        }

        if (parameters.ReadOnly && @class != QueryClass.ReadOnly)
        {
            throw new ClickHouseException(new ClickHouseError(
                164, "READONLY",
                "default: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries."));
        }

        return true;
    }

    private byte[] Compose()
    {
        var sql = new MemoryStream(body.Sql.Length + 256);
        switch (statement.Kind)
        {
            case StatementKind.Rows when statement.Verb == "KILL":
                WriteKill(sql);
                break;
            case StatementKind.Rows:
                WriteRows(sql);
                break;
            case StatementKind.InsertData:
                WriteInsert(sql);
                break;
            default:
                sql.Write(body.Sql.AsSpan(0, statement.End));
                break;
        }

        // On a line of its own: the statement may end in a comment.
        Write(sql, $"\n{QueryTag.Start}{QueryTag.Of(parameters.QueryId)}{QueryTag.End}");
        return sql.ToArray();
    }

    // ... INTO OUTFILE 'pipe' FORMAT x [SETTINGS ...]
    private void WriteRows(MemoryStream sql)
    {
        // SELECT has SETTINGS of its own before INTO OUTFILE; the others have only those at the very end.
        var isSelect = statement.Verb is "SELECT" or "WITH" or "FROM";
        var place = statement.FormatStart >= 0 ? statement.FormatStart
            : !isSelect && statement.SettingsStart >= 0 ? statement.SettingsStart
            : statement.End;
        sql.Write(body.Sql.AsSpan(0, place));
        Write(sql, $"\n{outfile} ");
        if (statement.FormatStart < 0)
        {
            Write(sql, $"FORMAT {format} ");
        }

        sql.Write(body.Sql.AsSpan(place, statement.End - place));
    }

    // The caller's ids are in the texts, not in the column.
    private void WriteKill(MemoryStream sql)
    {
        var scanner = new SqlScanner(body.Sql.AsSpan(0, statement.End));
        var written = 0;
        while (scanner.Next() is { Kind: not TokenKind.End } token)
        {
            if (scanner.Is(token, "query_id"))
            {
                sql.Write(body.Sql.AsSpan(written, token.Start - written));
                Write(sql, QueryTag.QueryIdExpression);
                written = token.End;
            }
        }

        var place = statement.FormatStart >= 0 ? statement.FormatStart : statement.End;
        sql.Write(body.Sql.AsSpan(written, place - written));
        Write(sql, $"\n{outfile} FORMAT {format}");
    }

    // Data in the text end at its first blank line, without an error: they are always in a file.
    private void WriteInsert(MemoryStream sql)
    {
        var file = SqlText.QuoteString(body.Rows!.Path);
        if (statement.Input.Start >= 0)
        {
            sql.Write(body.Sql.AsSpan(0, statement.Input.Start));
            Write(sql, $"file({file}, '{statement.Format}', ");
            sql.Write(body.Sql.AsSpan(statement.Input.Arguments, CloseOf(statement.Input.Arguments) - statement.Input.Arguments));
            Write(sql, $", '{body.Compression}')");
            var after = CloseOf(statement.Input.Arguments) + 1;
            sql.Write(body.Sql.AsSpan(after, statement.End - after));
            return;
        }

        var place = statement.SettingsStart >= 0 ? statement.SettingsStart : statement.FormatStart;
        sql.Write(body.Sql.AsSpan(0, place));
        Write(sql, $"\nFROM INFILE {file} COMPRESSION '{body.Compression}' ");
        sql.Write(body.Sql.AsSpan(place, statement.FormatStart - place));
        Write(sql, $"FORMAT {statement.Format}");
    }

    private int CloseOf(int position)
    {
        var scanner = new SqlScanner(body.Sql, position);
        for (var depth = 1; scanner.Next() is { Kind: not TokenKind.End } token;)
        {
            depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (depth == 0)
            {
                return token.Start;
            }
        }

        return body.Sql.Length;
    }

    private static void Write(MemoryStream sql, string text) => sql.Write(Encoding.UTF8.GetBytes(text));
}
