using System.Text;
using Analytics.Contracts;

namespace Analytics.Dashboard;

/// <summary>Which visits a page counts: a period and, for each dimension, the one value that is kept.</summary>
public sealed record Selection(Period Period, IReadOnlyList<Filter> Filters)
{
    /// <summary>Changes the period, leaving the filters.</summary>
    public Selection During(Period period) => this with { Period = period };

    /// <summary>Keeps only one value of a dimension, or all of them again where it is the one kept now.</summary>
    public Selection Toggle(string dimension, string value)
    {
        var others = Filters.Where(filter => filter.Dimension != dimension);
        return this with { Filters = Keeps(dimension, value) ? [.. others] : [.. others, new(dimension, value)] };
    }

    public bool Keeps(string dimension, string value) => Filters.Contains(new(dimension, value));

    /// <summary>As parameters of an address, ours and the QueryApi's alike.</summary>
    public IEnumerable<KeyValuePair<string, string?>> ToQuery() =>
        Period.ToQuery().Concat(Filters.Select(filter => KeyValuePair.Create<string, string?>(filter.Dimension, filter.Value)));

    public static implicit operator StatsSelection(Selection selection) => (StatsSelection)selection.Period with
    {
        Filters = [.. selection.Filters.Select(filter => new StatsFilter(filter.Dimension, filter.Value))],
    };

    public bool Equals(Selection? other) => other is not null && Period == other.Period && Filters.SequenceEqual(other.Filters);

    public override int GetHashCode() => HashCode.Combine(Period, Filters.Count);

    public override string ToString() =>
        Filters.Aggregate(new StringBuilder(Period.ToString()), (text, filter) => text.Append('&').Append(filter.Dimension).Append('=').Append(filter.Value)).ToString();
}

/// <param name="Dimension">In the QueryApi's words: page, source, country, ...</param>
/// <param name="Value">Empty where it is unknown.</param>
public sealed record Filter(string Dimension, string Value);
