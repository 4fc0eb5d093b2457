using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace Analytics.Storage;

/// <summary>
/// Turns .NET values into the text of ClickHouse parameters. A string alone is TSV-escaped; inside an array or a map strings are quoted
/// literals with the same escapes, once: the engine does not unescape an array as a whole (seen on 26.7).
/// </summary>
internal static class ClickHouseValue
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\t\n\r\0\b\f");

    public static string Format(object? value) => value switch
    {
        null => @"\N",
        string text => Escape(text),
        IEnumerable => Literal(value),
        _ => Scalar(value),
    };

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        string text => Quote(text),
        DateTimeOffset or DateOnly or Guid => $"'{Scalar(value)}'",
        IDictionary map => "{" + string.Join(',', map.Keys.Cast<object>().Select(key => $"{Literal(key)}:{Literal(map[key])}")) + "}",
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

    private static string Quote(string text) => $"'{Escape(text).Replace("'", @"\'", StringComparison.Ordinal)}'";

    private static string Escape(string text)
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
