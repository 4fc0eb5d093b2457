namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>The Content-Type ClickHouse answers with for a format.</summary>
internal static class ContentTypes
{
    public static string Of(string format)
    {
        if (format.StartsWith("TabSeparated", StringComparison.OrdinalIgnoreCase) || format.StartsWith("TSV", StringComparison.OrdinalIgnoreCase))
        {
            return "text/tab-separated-values; charset=UTF-8";
        }

        if (format.StartsWith("CSV", StringComparison.OrdinalIgnoreCase))
        {
            return format.EndsWith("WithNames", StringComparison.OrdinalIgnoreCase) || format.EndsWith("WithNamesAndTypes", StringComparison.OrdinalIgnoreCase)
                ? "text/csv; charset=UTF-8; header=present"
                : "text/csv; charset=UTF-8; header=absent";
        }

        if (format.Contains("EachRow", StringComparison.OrdinalIgnoreCase) || format.Equals("JSONLines", StringComparison.OrdinalIgnoreCase)
            || format.Equals("NDJSON", StringComparison.OrdinalIgnoreCase))
        {
            return "application/x-ndjson; charset=UTF-8";
        }

        if (format.StartsWith("JSON", StringComparison.OrdinalIgnoreCase))
        {
            return "application/json; charset=UTF-8";
        }

        if (format.StartsWith("RowBinary", StringComparison.OrdinalIgnoreCase)
            || format.ToUpperInvariant() is "NATIVE" or "PARQUET" or "ARROW" or "ARROWSTREAM" or "ORC" or "AVRO" or "NPY" or "MSGPACK")
        {
            return "application/octet-stream";
        }

        return format.ToUpperInvariant() switch
        {
            "XML" => "application/xml; charset=UTF-8",
            "MARKDOWN" => "text/markdown; charset=UTF-8",
            _ => "text/plain; charset=UTF-8",
        };
    }
}
