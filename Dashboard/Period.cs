using System.Globalization;
using Analytics.Contracts;

namespace Analytics.Dashboard;

/// <summary>The stretch of time that a page shows; its words in an address are those of the QueryApi.</summary>
/// <param name="Key">today, 24h, 7d, ...; custom with both dates.</param>
/// <param name="To">The last day, included.</param>
public sealed record Period(string Key, DateOnly? From = null, DateOnly? To = null)
{
    public const string Custom = "custom";

    public static Period Default { get; } = new("7d");

    public static IReadOnlyList<(string Key, string Label)> Choices { get; } =
    [
        ("today", "Today"), ("yesterday", "Yesterday"), ("24h", "Last 24 hours"),
        ("7d", "Last 7 days"), ("30d", "Last 30 days"), ("90d", "Last 90 days"), ("12mo", "Last 12 months"),
        ("month", "Month to date"), ("year", "Year to date"), ("all", "All time"),
    ];

    public string Label => Key == Custom
        ? From == To ? Day(From) : $"{Day(From)} – {Day(To)}"
        : Choices.First(choice => choice.Key == Key).Label;

    /// <summary>What an address asks for; anything that cannot be is the default.</summary>
    public static Period Parse(string? key, string? from, string? to) =>
        key == Custom
            ? TryDay(from, out var first) && TryDay(to, out var last) && first <= last ? new(Custom, first, last) : Default
            : Choices.Any(choice => choice.Key == key) ? new(key!) : Default;

    /// <summary>For addresses: null takes a parameter out.</summary>
    public Dictionary<string, string?> ToQuery() => new()
    {
        ["period"] = Key,
        ["from"] = From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["to"] = To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    public static implicit operator StatsSelection(Period period) => new()
    {
        Period = period.Key,
        From = period.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        To = period.To?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static bool TryDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    private static string Day(DateOnly? day) => day?.ToString("d MMM yyyy", CultureInfo.InvariantCulture) ?? "";
}
