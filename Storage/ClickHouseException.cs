using System.Globalization;
using System.Net;

namespace Analytics.Storage;

/// <summary>ClickHouse refused a statement. <see cref="Code"/> is its own error number (60 = UNKNOWN_TABLE, ...), 0 where it gave none.</summary>
public sealed class ClickHouseException(int code, HttpStatusCode status, string message) : Exception(message)
{
    public int Code { get; } = code;

    public HttpStatusCode Status { get; } = status;

    /// <summary>The statement itself is wrong; the same statement again will fail again.</summary>
    public bool IsPermanent => Code is 6 or 16 or 27 or 33 or 36 or 43 or 44 or 47 or 53 or 60 or 62 or 81 or 115 or 117 or 497;

    internal static ClickHouseException From(HttpStatusCode status, string? codeHeader, string body)
    {
        // Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE) (version 26.7.3)
        if (!int.TryParse(codeHeader, CultureInfo.InvariantCulture, out var code)
            && body.StartsWith("Code: ", StringComparison.Ordinal)
            && body.IndexOf('.', 6) is > 6 and var dot)
        {
            int.TryParse(body.AsSpan(6, dot - 6), CultureInfo.InvariantCulture, out code);
        }

        var text = body.Trim();
        return new ClickHouseException(code, status, text.Length > 2000 ? text[..2000] + "..." : text);
    }
}
