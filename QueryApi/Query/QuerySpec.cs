using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Query;

/// <summary>A query as it was understood: all names known, the time in instants, segments written out. <see cref="QuerySql"/> makes SQL of it.</summary>
/// <param name="Money">What amounts are worth.</param>
/// <param name="Goals">The goals that the dimension event:goal shows.</param>
/// <param name="Filter">The conditions, which must all hold.</param>
internal sealed record QuerySpec(
    Site Site, Money Money, DateRange Range, IReadOnlyList<QueryMetric> Metrics, IReadOnlyList<QueryDimension> Dimensions, IReadOnlyList<QueryGoal> Goals,
    FilterGroup Filter, IReadOnlyList<QueryOrder> OrderBy, QueryInclude Include, QueryPagination Pagination)
{
    /// <summary>The buckets of the time dimension, if there is one.</summary>
    public TimeBuckets? Buckets { get; } = Dimensions.FirstOrDefault(dimension => dimension.IsTime) is { } time ? new TimeBuckets(time.Name, Range) : null;

    /// <summary>Values of the dimensions, as the store has them, that are wanted alone; null in place of a dimension where all are.</summary>
    public IReadOnlyList<IReadOnlyList<string>?>? Only { get; init; }

    public bool Has(string dimension) => Dimensions.Any(known => known.Name == dimension);

    /// <summary>The same question about another time.</summary>
    public QuerySpec At(DateRange range) => new(Site, Money, range, Metrics, Dimensions, Goals, Filter, OrderBy, Include, Pagination);
}

/// <param name="Name">Of a metric or a dimension of the query.</param>
internal sealed record QueryOrder(string Name, bool Descending);
