namespace Analytics.EmbeddedClickHouse.Sql;

internal enum StatementKind
{
    Empty,

    /// <summary>Answers with rows: SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS, CHECK, KILL.</summary>
    Rows,

    /// <summary>INSERT whose rows follow the statement: FORMAT x, VALUES, or SELECT ... FROM input(...) FORMAT x.</summary>
    InsertData,

    /// <summary>Everything else; answers nothing.</summary>
    Other,
}

/// <summary>
/// What has to be known of one statement to run it: where its clauses are, and where data begin. The engine's own parser decides
/// what is right; this only finds places in what it will accept. Offsets are bytes; -1 is "not there".
/// </summary>
internal sealed class Statement
{
    public StatementKind Kind { get; private set; }

    /// <summary>The first word, in capitals.</summary>
    public string Verb { get; private set; } = "";

    /// <summary>Where the statement ends, without semicolons and what follows them.</summary>
    public int End { get; private set; }

    /// <summary>Where a second statement begins.</summary>
    public int SecondStatement { get; private set; } = -1;

    /// <summary>The FORMAT (or VALUES) clause.</summary>
    public int FormatStart { get; private set; } = -1;

    public string? Format { get; private set; }

    /// <summary>The last SETTINGS clause before the format; files must be named before it.</summary>
    public int SettingsStart { get; private set; } = -1;

    /// <summary>Where the rows of an INSERT begin.</summary>
    public int DataStart { get; private set; } = -1;

    /// <summary>The call of input(...) in an INSERT ... SELECT.</summary>
    public (int Start, int Arguments) Input { get; private set; } = (-1, -1);

    /// <summary>INTO OUTFILE or FROM INFILE: the files are this machine's, not the client's.</summary>
    public bool NamesFile { get; private set; }

    /// <summary>The settings that a SET names.</summary>
    public List<string> SetNames { get; } = [];

    /// <summary>May leave something behind on its connection.</summary>
    public bool ChangesSession { get; private set; }

    /// <summary>
    /// Reads a statement. Null: more of the text is needed (only without <paramref name="complete"/>).
    /// </summary>
    public static Statement? Read(ReadOnlySpan<byte> sql, bool complete)
    {
        var scanner = new SqlScanner(sql);
        var first = scanner.Next();
        while (first is { Kind: TokenKind.Open } or { Kind: TokenKind.Semicolon })
        {
            first = scanner.Next(); // "(SELECT 1) UNION ALL (SELECT 2)"
        }

        var statement = new Statement { Verb = first.Kind == TokenKind.Word ? scanner.Read(first).ToUpperInvariant() : "" };
        if (statement.Verb == "INSERT")
        {
            return statement.ReadInsert(sql, scanner.Position, complete) ? statement : null;
        }

        if (!complete)
        {
            return null;
        }

        statement.Kind = statement.Verb switch
        {
            "SELECT" or "WITH" or "FROM" or "SHOW" or "DESCRIBE" or "DESC" or "EXPLAIN" or "EXISTS" or "CHECK" or "KILL" => StatementKind.Rows,
            "" when first.Kind == TokenKind.End => StatementKind.Empty,
            _ => StatementKind.Other,
        };
        statement.ChangesSession = statement.Verb is "SET" or "USE";
        statement.ReadClauses(sql);
        return statement;
    }

    // Finds the end and the trailing clauses: ... [FORMAT name] [SETTINGS name = value, ...], outside all brackets.
    private void ReadClauses(ReadOnlySpan<byte> sql)
    {
        var scanner = new SqlScanner(sql);
        var outer = new List<Token>();
        var depth = 0;
        while (scanner.Next() is { Kind: not TokenKind.End } token)
        {
            if (token.Kind == TokenKind.Semicolon && depth <= 0)
            {
                if (outer.Count > 0)
                {
                    SecondStatement = SkipSemicolons(scanner);
                    break;
                }

                continue;
            }

            if (token.Kind == TokenKind.Close)
            {
                depth--;
            }

            if (depth == 0)
            {
                outer.Add(token);
            }

            if (token.Kind == TokenKind.Open)
            {
                depth++;
            }

            ChangesSession |= Verb == "CREATE" && scanner.Is(token, "TEMPORARY");
        }

        End = outer.Count == 0 ? 0 : outer[^1].End;
        for (var i = 1; i < outer.Count; i++)
        {
            if (Verb == "SET" && sql[outer[i].Start] == '=' && outer[i - 1] is { Kind: TokenKind.Word or TokenKind.QuotedName })
            {
                SetNames.Add(scanner.Read(outer[i - 1]).Trim('`', '"'));
            }
            else if (scanner.Is(outer[i], "OUTFILE") && scanner.Is(outer[i - 1], "INTO"))
            {
                NamesFile = true;
            }
            else if (scanner.Is(outer[i], "INSERT") && Verb == "WITH")
            {
                Kind = StatementKind.Other; // WITH x AS (...) INSERT INTO ... SELECT
            }
            else if (!EndsExpression(scanner, outer[i - 1]))
            {
                // a name in an expression
            }
            else if (scanner.Is(outer[i], "SETTINGS"))
            {
                SettingsStart = outer[i].Start;
            }
            else if (scanner.Is(outer[i], "FORMAT") && i + 1 < outer.Count && outer[i + 1] is { Kind: TokenKind.Word or TokenKind.QuotedName }
                && (i + 2 == outer.Count || scanner.Is(outer[i + 2], "SETTINGS")))
            {
                FormatStart = outer[i].Start;
                Format = scanner.Read(outer[i + 1]).Trim('`', '"');
            }
        }
    }

    private static int SkipSemicolons(SqlScanner scanner)
    {
        while (true)
        {
            var token = scanner.Next();
            if (token.Kind != TokenKind.Semicolon)
            {
                return token.Kind == TokenKind.End ? -1 : token.Start;
            }
        }
    }

    // A clause can begin only where an expression is complete: "ORDER BY format" names a column.
    private static bool EndsExpression(SqlScanner scanner, Token token) => token.Kind switch
    {
        TokenKind.QuotedName or TokenKind.Text or TokenKind.Number or TokenKind.Close or TokenKind.Star => true,
        TokenKind.Word => !Unfinished.Contains(scanner.Read(token)),
        _ => false,
    };

    private static readonly HashSet<string> Unfinished = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "DISTINCT", "BY", "WHERE", "PREWHERE", "AND", "OR", "NOT", "FROM", "ON", "IN", "LIKE", "ILIKE", "AS", "HAVING", "QUALIFY",
        "LIMIT", "OFFSET", "JOIN", "USING", "BETWEEN", "WITH", "CASE", "WHEN", "THEN", "ELSE", "IS", "INTO", "TABLE", "EXCEPT", "REPLACE",
    };

    // INSERT [INTO] [TABLE] [FUNCTION] name [(columns)] [SETTINGS ...] FORMAT x | VALUES | SELECT ...
    private bool ReadInsert(ReadOnlySpan<byte> sql, int position, bool complete)
    {
        var scanner = new SqlScanner(sql, position);
        var depth = 0;
        var named = false;
        var selects = false;
        var previous = default(Token);
        while (true)
        {
            var token = scanner.Next();
            // A word or a number at the very end may go on in what has not come yet.
            if (!complete && (token.Kind is TokenKind.End or TokenKind.Unclosed || token.End == sql.Length))
            {
                return false;
            }

            if (token.Kind is TokenKind.End or TokenKind.Unclosed)
            {
                break;
            }

            if (token.Kind == TokenKind.Semicolon && depth == 0)
            {
                break;
            }

            depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (token.Kind == TokenKind.Word)
            {
                if (scanner.Is(token, "input") && selects)
                {
                    var next = scanner;
                    if (next.Next() is { Kind: TokenKind.Open } open)
                    {
                        Input = (token.Start, open.End);
                    }
                }

                if (depth == 0)
                {
                    if (!named)
                    {
                        named = !scanner.Is(token, "INTO") && !scanner.Is(token, "TABLE") && !scanner.Is(token, "FUNCTION");
                    }
                    else if (previous.Kind == TokenKind.Dot)
                    {
                        // the table's name after its database's
                    }
                    else if (scanner.Is(token, "SETTINGS") && !selects)
                    {
                        SettingsStart = token.Start;
                    }
                    else if (scanner.Is(token, "FROM") && !selects)
                    {
                        NamesFile = true;
                    }
                    else if (scanner.Is(token, "VALUES") && !selects)
                    {
                        (Kind, FormatStart, Format, DataStart, End) = (StatementKind.InsertData, token.Start, "Values", token.End, token.Start);
                        return true;
                    }
                    else if (scanner.Is(token, "SELECT") || scanner.Is(token, "WITH"))
                    {
                        selects = true;
                    }
                    else if (scanner.Is(token, "FORMAT") && (!selects || (Input.Start >= 0 && EndsExpression(scanner, previous))))
                    {
                        return ReadInsertFormat(sql, scanner, token, complete);
                    }
                }
            }
            else if (depth == 0 && token.Kind == TokenKind.QuotedName)
            {
                named = true;
            }
            else if (token.Kind == TokenKind.Close && depth == 0 && !named)
            {
                named = true; // {table:Identifier}
            }

            previous = token;
        }

        if (!complete)
        {
            return false;
        }

        Kind = StatementKind.Other;
        ReadClauses(sql);
        return true;
    }

    private bool ReadInsertFormat(ReadOnlySpan<byte> sql, SqlScanner scanner, Token format, bool complete)
    {
        var name = scanner.Next();
        // Two bytes more tell whether a line ends there.
        if (!complete && (name.Kind == TokenKind.End || name.End + 2 > sql.Length))
        {
            return false;
        }

        if (name.Kind is not (TokenKind.Word or TokenKind.QuotedName))
        {
            Kind = StatementKind.Other;
            End = sql.Length;
            return true; // the engine will say what is wrong with it
        }

        var data = name.End;
        while (data < sql.Length && sql[data] is (byte)' ' or (byte)'\t' or (byte)'\f')
        {
            data++;
        }

        if (!complete && data + 2 > sql.Length)
        {
            return false;
        }

        if (data < sql.Length && sql[data] == ';')
        {
            data++; // "FORMAT CSV;" before the rows, as some clients write
        }

        if (data < sql.Length && sql[data] == '\r')
        {
            data++;
        }

        if (data < sql.Length && sql[data] == '\n')
        {
            data++;
        }

        (Kind, FormatStart, Format, DataStart, End) =
            (StatementKind.InsertData, format.Start, scanner.Read(name).Trim('`', '"'), data, format.Start);
        return true;
    }
}
