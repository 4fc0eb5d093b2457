using System.Security.Cryptography;
using System.Text;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// The engine gives every query an id of its own and lets no caller choose it. So the caller's id travels as a comment at the end
/// of the statement, in hex: <c>system.processes</c> keeps the text, and KILL QUERY finds it there. Of a statement with parameters it keeps
/// the text that the engine writes out itself, values in place and comments gone; there the name of the file tells that takes its answer.
/// </summary>
internal static class QueryTag
{
    public const string Start = "/*query_id:";
    public const string End = "*/";

    /// <summary>An expression over <c>system.processes</c> that gives the caller's id of a query.</summary>
    public const string QueryIdExpression = """
        unhex(if(endsWith(query, '*/'), extract(query, '/[*]query_id:([0-9A-F]*)[*]/$'), extract(query, 'INTO OUTFILE \'[^\']*[.]([0-9A-F]+)\'')))
        """;

    private const int LongestInFile = 160;

    /// <summary>The ending of the file's name that takes a query's answer. An id that is too long for one is a hash there.</summary>
    public static string OfFile(string queryId) => OfFileByTag(Of(queryId));

    /// <summary>What finds the query of a tag.</summary>
    public static string Condition(string tag) =>
        $"endsWith(query, concat('{Start}', '{tag}', '{End}')) OR position(query, concat('.', '{OfFileByTag(tag)}', '\\'')) > 0";

    private static string OfFileByTag(string tag) =>
        tag.Length is > 0 and <= LongestInFile ? tag : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(tag)));

    public static string Of(string queryId) => Convert.ToHexString(Encoding.UTF8.GetBytes(queryId));
}
