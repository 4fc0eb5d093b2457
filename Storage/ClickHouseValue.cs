using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// Turns .NET values into the text of ClickHouse parameters. At the top level a parameter is TSV-escaped; inside an array or a map
/// strings are quoted literals, and the literal is TSV-escaped again as a whole.
/// </summary>
internal static class ClickHouseValue
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\t\n\r\0\b\f");

    public static string Format(object? value) => value switch
    {
        null => @"\N",
        string text => EscapeTsv(text),
        IEnumerable => EscapeTsv(Literal(value)),
        _ => Scalar(value),
    };

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        string text => Quote(text),
        DateTimeOffset or DateOnly or Guid => $"'{Scalar(value)}'",
        IDictionary map => "{" + string.Join(',', map.Cast<DictionaryEntry>().Select(e => $"{Literal(e.Key)}:{Literal(e.Value)}")) + "}",
        IEnumerable list => "[" + string.Join(',', list.Cast<object?>().Select(Literal)) + "]",
        _ => Scalar(value),
    };

    private static string Scalar(object value) => value switch
    {
        bool b => b ? "1" : "0",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        DateTime => throw new ArgumentException("A DateTime does not say its zone; pass a DateTimeOffset or a DateOnly.", nameof(value)),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Enum => throw new ArgumentException("An enum has no ClickHouse type; pass its name or its number.", nameof(value)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"{value.GetType()} cannot be a ClickHouse parameter.", nameof(value)),
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("'", text.Length + 2);
        foreach (var c in text)
        {
            quoted.Append(c switch { '\\' => @"\\", '\'' => @"\'", '\0' => @"\0", _ => c.ToString() });
        }

        return quoted.Append('\'').ToString();
    }

    private static string EscapeTsv(string text)
    {
        if (text.AsSpan().IndexOfAny(Escaped) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '\\' => @"\\",
                '\t' => @"\t",
                '\n' => @"\n",
                '\r' => @"\r",
                '\0' => @"\0",
                '\b' => @"\b",
                '\f' => @"\f",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }
}
