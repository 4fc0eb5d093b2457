namespace Analytics.Contracts;

/// <summary>What a report counts: a period on the site's clock and, where filters are given, only what matches them.</summary>
public sealed record StatsSelection
{
    /// <summary>today, yesterday, 24h, 7d, 30d, 90d, 12mo, month, year, all or custom; where null, custom if <see cref="From"/> is given, else 30d.</summary>
    public string? Period { get; init; }

    /// <summary>Begin of a custom period: a date (2026-11-20) or a time (2026-11-20T14:00), on the site's clock unless it carries an offset.</summary>
    public string? From { get; init; }

    /// <summary>End of a custom period: a date, which is included, or a time, which is not; now where null.</summary>
    public string? To { get; init; }

    /// <summary>Several values of one dimension are alternatives, several dimensions must all hold.</summary>
    public IReadOnlyList<StatsFilter> Filters { get; init; } = [];

    internal IEnumerable<KeyValuePair<string, string?>> ToQuery() =>
    [
        new("period", Period), new("from", From), new("to", To),
        .. Filters.Select(filter => KeyValuePair.Create<string, string?>(filter.Dimension, filter.Value)),
    ];
}

/// <summary>Keeps one value of a dimension.</summary>
/// <param name="Dimension">page, source, country, ...</param>
/// <param name="Value">Empty: where it is unknown.</param>
public sealed record StatsFilter(string Dimension, string Value);
