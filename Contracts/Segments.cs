using System.Text.Json;

namespace Analytics.Contracts;

/// <summary>Filters that an owner saved under a name, to be used in queries as <c>["is", "segment", [id]]</c>.</summary>
/// <param name="Id">Names it in addresses and queries; given when it is made.</param>
/// <param name="Name">For people, and in queries as well; no two segments of a site share it.</param>
/// <param name="Filters">A list of filters as in a query, which must all hold.</param>
public sealed record Segment(string Id, string Name, JsonElement Filters, DateTimeOffset Created) : ISaved;

/// <summary>A segment to be made, or the new state of one.</summary>
/// <param name="Filters">A list of filters as in a query, which must all hold; segments cannot be part of it.</param>
public sealed record NewSegment(string? Name, JsonElement Filters);
