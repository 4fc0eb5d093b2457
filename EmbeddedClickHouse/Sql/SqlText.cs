namespace Analytics.EmbeddedClickHouse.Sql;

/// <summary>Quoting for the few statements this process writes itself.</summary>
internal static class SqlText
{
    public static string QuoteString(string value) =>
        $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    public static string QuoteIdentifier(string name) =>
        $"`{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)}`";
}
