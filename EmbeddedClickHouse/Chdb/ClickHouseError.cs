using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>One error as ClickHouse words it: a number, a name and a text.</summary>
internal sealed partial record ClickHouseError(int Code, string Name, string Message)
{
    /// <summary>The version every error ends in; known once the engine runs.</summary>
    public static string Version { get; set; } = "unknown";

    /// <summary>
    /// Reads the engine's text. Errors of the embedded client come wrapped, once or twice ("Code: 115. DB::Exception: Code: 115. ..."),
    /// and lack the version that a server adds; <paramref name="hide"/> is the temporary file that no client needs to know.
    /// </summary>
    public static ClickHouseError Parse(string text, string? hide = null)
    {
        var code = 1001; // STD_EXCEPTION
        var name = "STD_EXCEPTION";
        var message = text.Trim();

        while (Prefix().Match(message) is { Success: true } prefix)
        {
            code = int.Parse(prefix.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            message = message[prefix.Length..];
            if (Suffix().Match(message) is { Success: true } suffix)
            {
                name = suffix.Groups[1].Value;
                message = message[..suffix.Index];
            }
        }

        // A syntax error shows how the statement goes on: that part may be ours.
        message = Added().Replace(message, "");
        if (hide is not null)
        {
            message = message.Replace($": (in file/uri {hide})", "", StringComparison.Ordinal)
                .Replace(hide, "the request", StringComparison.Ordinal);
        }

        return new ClickHouseError(code, name, message.Trim());
    }

    /// <summary>The text of the answer's body.</summary>
    public override string ToString() => $"Code: {Code}. DB::Exception: {Message} ({Name}) (version {Version})\n";

    public static ClickHouseError Syntax(string message) => new(62, "SYNTAX_ERROR", message);

    public static ClickHouseError NotImplemented(string message) => new(48, "NOT_IMPLEMENTED", message);

    public static ClickHouseError TooManyQueries(string message) => new(202, "TOO_MANY_SIMULTANEOUS_QUERIES", message);

    [GeneratedRegex(@"\s*FROM INFILE '[^']*' COMPRESSION '[a-z0-9]*'|\s*/\*query_id:[0-9A-F]*(?:\*/)?")]
    private static partial Regex Added();

    [GeneratedRegex(@"^Code: (\d+)\. DB::\w*Exception: ")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"\s*\(([A-Z][A-Z0-9_]+)\)(?:\s*\(version [^)]*(?:\([^)]*\))?\))?\.?\s*$")]
    private static partial Regex Suffix();
}

/// <summary>Carries a <see cref="ClickHouseError"/> up to where the answer is written.</summary>
internal sealed class ClickHouseException(ClickHouseError error) : Exception(error.Message)
{
    public ClickHouseError Error { get; } = error;
}
