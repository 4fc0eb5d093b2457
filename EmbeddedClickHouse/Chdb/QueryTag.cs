using System.Text;

namespace Analytics.EmbeddedClickHouse.Chdb;

/// <summary>
/// The engine gives every query an id of its own and lets no caller choose it. So the caller's id travels as a comment at the end
/// of the statement, in hex: <c>system.processes</c> keeps the text, and KILL QUERY finds it there.
/// </summary>
internal static class QueryTag
{
    public const string Start = "/*query_id:";
    public const string End = "*/";

    /// <summary>An expression over <c>system.processes</c> that gives the caller's id of a query.</summary>
    public const string QueryIdExpression = "unhex(extract(query, '/[*]query_id:([0-9A-F]*)[*]/$'))";

    public static string Of(string queryId) => Convert.ToHexString(Encoding.UTF8.GetBytes(queryId));
}
