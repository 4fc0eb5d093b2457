using Analytics.Contracts;
using Analytics.QueryApi.Query;
using Analytics.QueryApi.Saved;
using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Segments;

/// <summary>The segments of the sites: filters under a name.</summary>
internal sealed class SegmentRegistry([FromKeyedServices(StatsGroup.Writable)] ClickHouse clickHouse, TimeProvider time)
    : SavedRegistry<Segment>("segment", clickHouse, time);

internal static class SegmentsEndpoint
{
    public static void AddSegments(this WebApplicationBuilder builder) => builder.Services.AddSingleton<SegmentRegistry>();

    public static void MapSegments(this IEndpointRouteBuilder app) => app.MapSaved<Segment, NewSegment, SegmentRegistry>("segment", Read);

    private static Segment Read(NewSegment input, string id, DateTimeOffset created, InputErrors errors)
    {
        var body = new QueryBody(errors);
        var isEmpty = !body.IsReadable(input.Filters, "filters")
            || new FilterReader(body, goals: null, segments: null).Read(input.Filters, "filters").Nodes.Count == 0;
        if (isEmpty && !errors.Any)
        {
            errors.Add("filters", "A segment has at least one filter.");
        }

        return new Segment(id, errors.Name("name", input.Name), input.Filters, created);
    }
}
