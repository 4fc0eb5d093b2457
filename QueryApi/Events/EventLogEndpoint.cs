using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Events;

/// <summary>Events as they are stored, for whoever wants to see what arrives.</summary>
internal static class EventLogEndpoint
{
    public static void MapEventLog(this IEndpointRouteBuilder stats) => stats
        .MapGet("/events/log", Handle).Audited("events")
        .WithSummary("The events of the period as they are stored, newest first")
        .WithDescription("Filters keep the events that match: event=signup those of that name. next of an answer is the cursor of the one after it; "
            + "what arrives while one pages does not move the pages.");

    private static async Task<Ok<EventLogResponse>> Handle(StatsQuery query, LogPage page, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        var condition = EventRows.InPeriod + query.Filters.OnEvents;
        if (page.Cursor is { } cursor)
        {
            condition += " AND event.timestamp <= {until:DateTime64(3, 'UTC')}";
            values["until"] = cursor.Time;
        }

        // One more than asked for tells whether there is a next page.
        var events = await NewestEvents.LogAsync(clickHouse, condition, values, page.Limit + 1, page.Cursor?.Skip ?? 0, ct);
        if (events.Count <= page.Limit)
        {
            return TypedResults.Ok(new EventLogResponse(events, null));
        }

        events.RemoveAt(page.Limit);
        return TypedResults.Ok(new EventLogResponse(events, EventCursor.After(events, page.Cursor).ToString()));
    }

    /// <param name="Cursor">Null: from the newest.</param>
    internal sealed record LogPage(int Limit, EventCursor? Cursor) : IQueryPart
    {
        private static readonly NumberParameter LimitName = new("limit", "How many events.", 1, 1000, 100);
        private static readonly TextParameter CursorName = new("cursor", "next of the answer before; from the newest where absent.");

        public static IReadOnlyList<QueryParameter> Parameters { get; } = [LimitName, CursorName];

        public static ValueTask<LogPage> BindAsync(HttpContext context)
        {
            var reader = QueryReader.Of(context);
            var text = reader.Read(CursorName);
            var cursor = EventCursor.Parse(text);
            if (text.Length > 0 && cursor is null)
            {
                reader.Refuse(CursorName.Name, $"'{text}' is no cursor: it is the next of an answer, as it stands there.");
            }

            return ValueTask.FromResult(new LogPage(reader.Read(LimitName), cursor));
        }
    }
}
