using System.Text;

namespace Analytics.EmbeddedClickHouse.Sql;

internal enum TokenKind
{
    End,

    /// <summary>The text ends inside a string, a quoted name or a comment.</summary>
    Unclosed,
    Word,
    QuotedName,
    Text,
    Number,
    Open,
    Close,
    Semicolon,
    Comma,
    Dot,
    Star,
    Other,
}

internal readonly record struct Token(TokenKind Kind, int Start, int End);

/// <summary>
/// Cuts SQL into tokens by ClickHouse's lexical rules, over bytes: what follows an INSERT's header may be anything but text.
/// </summary>
internal ref struct SqlScanner(ReadOnlySpan<byte> sql, int position = 0)
{
    private readonly ReadOnlySpan<byte> sql = sql;

    public int Position { get; private set; } = position;

    public Token Next()
    {
        if (!SkipSpaceAndComments())
        {
            return new Token(TokenKind.Unclosed, Position, sql.Length);
        }

        if (Position >= sql.Length)
        {
            return new Token(TokenKind.End, sql.Length, sql.Length);
        }

        var start = Position;
        var c = sql[Position];
        switch (c)
        {
            case (byte)'\'':
                return Quoted(TokenKind.Text, c);
            case (byte)'"' or (byte)'`':
                return Quoted(TokenKind.QuotedName, c);
            case (byte)'$' when HereDocument() is { } heredoc:
                return heredoc;
            case (byte)'(' or (byte)'[' or (byte)'{':
                return One(TokenKind.Open);
            case (byte)')' or (byte)']' or (byte)'}':
                return One(TokenKind.Close);
            case (byte)';':
                return One(TokenKind.Semicolon);
            case (byte)',':
                return One(TokenKind.Comma);
            case (byte)'.' when Position + 1 >= sql.Length || !char.IsAsciiDigit((char)sql[Position + 1]):
                return One(TokenKind.Dot);
            case (byte)'*':
                return One(TokenKind.Star);
        }

        if (IsWordStart(c))
        {
            while (Position < sql.Length && IsWord(sql[Position]))
            {
                Position++;
            }

            return new Token(TokenKind.Word, start, Position);
        }

        if (char.IsAsciiDigit((char)c) || c == '.')
        {
            // 1, 0x1F, 1.5e-3, 1_000: all that matters is that no part of it looks like a name.
            while (Position < sql.Length && (IsWord(sql[Position]) || sql[Position] == '.'
                || (sql[Position] is (byte)'-' or (byte)'+' && sql[Position - 1] is (byte)'e' or (byte)'E')))
            {
                Position++;
            }

            return new Token(TokenKind.Number, start, Position);
        }

        return One(TokenKind.Other);
    }

    /// <summary>Whether a token is a word, in any case of letters.</summary>
    public readonly bool Is(Token token, string word) =>
        token.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(sql[token.Start..token.End], word);

    public readonly string Read(Token token) => Encoding.UTF8.GetString(sql[token.Start..token.End]);

    private static bool IsWordStart(byte c) => char.IsAsciiLetter((char)c) || c is (byte)'_' or >= 0x80;

    private static bool IsWord(byte c) => IsWordStart(c) || char.IsAsciiDigit((char)c) || c == '$';

    private Token One(TokenKind kind) => new(kind, Position, ++Position);

    private Token Quoted(TokenKind kind, byte quote)
    {
        var start = Position++;
        while (Position < sql.Length)
        {
            var rest = sql[Position..];
            var i = rest.IndexOfAny(quote, (byte)'\\');
            if (i < 0)
            {
                break;
            }

            Position += i + 1;
            if (rest[i] == '\\')
            {
                Position++; // whatever is escaped
            }
            else if (Position < sql.Length && sql[Position] == quote)
            {
                Position++; // a doubled quote
            }
            else
            {
                return new Token(kind, start, Position);
            }
        }

        Position = sql.Length;
        return new Token(TokenKind.Unclosed, start, sql.Length);
    }

    // $tag$ ... $tag$
    private Token? HereDocument()
    {
        var start = Position;
        var tagLength = sql[(start + 1)..].IndexOf((byte)'$');
        if (tagLength < 0 || sql.Slice(start + 1, tagLength).ContainsAnyExcept(WordBytes))
        {
            return null;
        }

        var tag = sql.Slice(start, tagLength + 2);
        var length = sql[(start + tag.Length)..].IndexOf(tag);
        Position = length < 0 ? sql.Length : start + tag.Length + length + tag.Length;
        return new Token(length < 0 ? TokenKind.Unclosed : TokenKind.Text, start, Position);
    }

    private static readonly System.Buffers.SearchValues<byte> WordBytes = System.Buffers.SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"u8);

    private bool SkipSpaceAndComments()
    {
        while (Position < sql.Length)
        {
            var rest = sql[Position..];
            if (rest[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v' or 0)
            {
                Position++;
            }
            else if (rest.StartsWith("--"u8) || rest.StartsWith("#!"u8) || rest.StartsWith("# "u8))
            {
                var length = rest.IndexOf((byte)'\n');
                Position = length < 0 ? sql.Length : Position + length + 1;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var length = rest[2..].IndexOf("*/"u8);
                if (length < 0)
                {
                    return false;
                }

                Position += length + 4;
            }
            else
            {
                break;
            }
        }

        return true;
    }
}
