using System.Globalization;

namespace Analytics.QueryApi.Vitals;

/// <summary>A web vital and its public thresholds.</summary>
/// <param name="Unit">ms, or empty for a plain number.</param>
internal sealed record VitalKind(string Name, string Unit, double GoodUpTo, double PoorAbove)
{
    public static IReadOnlyList<VitalKind> All { get; } =
    [
        new("LCP", "ms", 2500, 4000),
        new("INP", "ms", 200, 500),
        new("CLS", "", 0.1, 0.25),
        new("FCP", "ms", 1800, 3000),
        new("TTFB", "ms", 800, 1800),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(kind => kind.Name)];

    /// <summary>All names as SQL.</summary>
    public static string NamesSql { get; } = $"('{string.Join("', '", Names)}')";

    /// <summary>The threshold of the metric in a column, as SQL.</summary>
    public static string Threshold(string column, Func<VitalKind, double> of)
    {
        var thresholds = All.Select(kind => of(kind).ToString("0.0###", CultureInfo.InvariantCulture));
        return $"transform({column}, ['{string.Join("', '", Names)}'], [{string.Join(", ", thresholds)}], 0.0)";
    }
}
