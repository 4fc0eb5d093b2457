using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Events;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Compatibility;

/// <summary>The reads of 000: what visitors did, newest first and page by page, and how often. In its words: a page view is a page_visit.</summary>
internal static class ActivityAdmin
{
    public static void MapActivityAdmin(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/admin").RequireAuthorization(Scopes.Admin).RefuseBadQueries(strict: false).WithTags("Compatibility");
        group.MapGet("/activities", Activities).Audited("events", subject: "user_id")
            .WithSummary("Activities, newest first")
            .WithDescription("user_identifier is the user that was named, else the visitor's 16 hex digits. user_agent tells browser and system, for "
                + "more is not stored; ip_address the network, where the site keeps it. additional_data is JSON as text, null without any.");
        group.MapGet("/activity-stats", Stats)
            .WithSummary("How many activities there are of each type")
            .WithDescription("unique_users counts users, and visitors that nobody named; recent_activities is what happened in the last 24 hours.");
    }

    private static async Task<Ok<ActivitiesAnswer>> Activities(
        SitesQuery sites, ActivityQuery query, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = sites.Values;
        query.AddTo(values);
        var condition = "event.site_id IN {sites:Array(UInt32)}" + query.Condition;
        var total = clickHouse.ScalarAsync<long>($"SELECT {Metric.Events} FROM events AS event WHERE {condition}", values, ct);
        var offset = (query.Page - 1L) * query.PerPage;
        var rows = offset > 0 && offset >= await total
            ? []
            : await NewestEvents.ReadAsync<Row>(clickHouse, Columns, condition, values, query.PerPage, offset, ct);
        var all = await total;
        return TypedResults.Ok(new ActivitiesAnswer(
            [.. rows.Select(row => row.ToActivity())], all, query.Page, query.PerPage, (all + query.PerPage - 1) / query.PerPage));
    }

    private const string Columns = $"""
        {NewestEvents.Id} AS id, event.timestamp AS time, event.name AS name, event.visitor_id AS visitor_id, event.user_id AS user_id,
        event.path AS page, if(event.element_id = '', event.element_selector, toString(event.element_id)) AS element,
        event.browser AS browser, event.browser_version AS browser_version, event.os AS os, event.os_version AS os_version, event.ip AS ip,
        event.props AS props
        """;

    private static async Task<Ok<ActivityStats>> Stats(SitesQuery sites, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var values = sites.Values;
        values["recent"] = time.GetUtcNow().AddHours(-24);
        var whole = clickHouse.QueryAsync<Whole>(
            $$"""
            SELECT
                uniqExact(if(event.user_id = '', event.visitor_id, sipHash64(event.user_id))) AS users, {{Metric.Events}} AS events,
                countIf(event.timestamp >= {recent:DateTime64(3, 'UTC')}) AS recent
            FROM events AS event
            WHERE event.site_id IN {sites:Array(UInt32)}
            """,
            values, ct);
        var names = await clickHouse.QueryAsync<NameCount>(
            $$"""
            SELECT event.name AS name, {{Metric.Events}} AS count
            FROM events AS event
            WHERE event.site_id IN {sites:Array(UInt32)}
            GROUP BY name
            ORDER BY count DESC, name
            LIMIT 1000
            """,
            values, ct);
        var (users, events, recent) = (await whole).Single();
        return TypedResults.Ok(new ActivityStats(
            new OrderedDictionary<string, long>(names.GroupBy(row => ActionTypes.Of(row.Name), row => row.Count)
                .Select(type => KeyValuePair.Create(type.Key, type.Sum())).OrderByDescending(type => type.Value)),
            users, events, recent));
    }

    private sealed record Row(
        long Id, DateTimeOffset Time, string Name, ulong VisitorId, string UserId, string Page, string Element, string Browser, string BrowserVersion,
        string Os, string OsVersion, string Ip, Dictionary<string, string> Props)
    {
        private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        public Activity ToActivity() => new(
            Id, UserId.Length > 0 ? UserId : IdText.Hex(VisitorId), ActionTypes.Of(Name), Page, NullIfEmpty(Element),
            NullIfEmpty(string.Join(" on ", UserAgent.Where(part => part.Length > 0))),
            NullIfEmpty(Ip), Time, Props.Count > 0 ? JsonSerializer.Serialize(Props, Readable) : null);

        private IEnumerable<string> UserAgent => [$"{Browser} {BrowserVersion}".Trim(), $"{Os} {OsVersion}".Trim()];

        private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
    }

    private sealed record Whole(long Users, long Events, long Recent);

    private sealed record NameCount(string Name, long Count);
}

/// <summary>What 000 calls the events that we call otherwise.</summary>
internal static class ActionTypes
{
    public static string Of(string name) => name switch
    {
        EventNames.Pageview => "page_visit",
        EventNames.Click => "button_click",
        _ => name,
    };

    public static string ToName(string actionType) => actionType switch
    {
        "page_visit" => EventNames.Pageview,
        "button_click" => EventNames.Click,
        _ => actionType,
    };
}

/// <summary>Which activities, and which page of them.</summary>
internal sealed record ActivityQuery(int Page, int PerPage, string ActionType, string UserId) : IQueryPart
{
    private static readonly NumberParameter PageName = new("page", "Which page, from 1.", 1, 1_000_000, 1);
    private static readonly NumberParameter PerPageName = new("per_page", "How many a page.", 1, 1000, 50);
    private static readonly TextParameter ActionTypeName = new(
        "action_type", "Only this type: page_visit, button_click, form_submit, ... or an own one.");
    private static readonly TextParameter UserIdName = new(
        "user_id", "Only this user or visitor, as user_identifier names it, or as the tracker did.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [PageName, PerPageName, ActionTypeName, UserIdName];

    public string Condition =>
        (ActionType.Length > 0 ? " AND event.name = {action_type:String}" : "")
        + (UserId.Length > 0 ? " AND (event.user_id = {user_id:String} OR event.visitor_id IN {visitors:Array(UInt64)})" : "");

    public void AddTo(Dictionary<string, object?> values)
    {
        values["action_type"] = ActionTypes.ToName(ActionType);
        values["user_id"] = UserId;
        values["visitors"] = IdText.Candidates(UserId).ToArray();
    }

    public static ValueTask<ActivityQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new ActivityQuery(
            reader.Read(PageName), reader.Read(PerPageName), reader.Read(ActionTypeName), reader.Read(UserIdName)));
    }
}

/// <param name="Pages">How many pages there are of that size.</param>
internal sealed record ActivitiesAnswer(
    [property: JsonPropertyName("activities")] IReadOnlyList<Activity> Activities,
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("page")] int Page,
    [property: JsonPropertyName("per_page")] int PerPage,
    [property: JsonPropertyName("pages")] long Pages);

/// <param name="Id">A number made of the activity itself, the same in every answer.</param>
/// <param name="ElementId">Id of the element, else its selector; null where there is none.</param>
/// <param name="Timestamp">In UTC.</param>
internal sealed record Activity(
    [property: JsonPropertyName("id")] long Id,
    [property: JsonPropertyName("user_identifier")] string UserIdentifier,
    [property: JsonPropertyName("action_type")] string ActionType,
    [property: JsonPropertyName("page")] string Page,
    [property: JsonPropertyName("element_id")] string? ElementId,
    [property: JsonPropertyName("user_agent")] string? UserAgent,
    [property: JsonPropertyName("ip_address")] string? IpAddress,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("additional_data")] string? AdditionalData);

/// <param name="ActionStats">By type, most frequent first.</param>
/// <param name="UniqueUsers">Different users, and visitors that nobody named.</param>
/// <param name="RecentActivities">Of the last 24 hours.</param>
internal sealed record ActivityStats(
    [property: JsonPropertyName("action_stats")] IReadOnlyDictionary<string, long> ActionStats,
    [property: JsonPropertyName("unique_users")] long UniqueUsers,
    [property: JsonPropertyName("total_activities")] long TotalActivities,
    [property: JsonPropertyName("recent_activities")] long RecentActivities);
