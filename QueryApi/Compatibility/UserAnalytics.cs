using System.Text.Json.Serialization;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Events;
using Analytics.QueryApi.Stats;
using Analytics.QueryApi.Users;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Compatibility;

/// <summary>The read of 003: what one user did, over all time. In its words: a page view is an activity of the type page_view.</summary>
internal static class UserAnalytics
{
    private const int RecentActivities = 50;

    public static void MapUserAnalytics(this IEndpointRouteBuilder app) => app
        .MapGet("/api/analytics/user/{user_id}", Handle).Audited("profile", subject: "user_id")
        .RequireAuthorization(Scopes.Query)
        .RefuseBadQueries(strict: false)
        .WithTags("Compatibility")
        .WithSummary("What one user did")
        .WithDescription("Over all time and all sites that the key sees, or that of site=. Days are those of UTC. limit and offset page through the "
            + "sessions, newest first. Activities that the user did before being named are included.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<UserAnswer>, ProblemHttpResult>> Handle(
        string user_id, SitesQuery query, Paging paging, ClickHouse clickHouse, CurrencyRegistry currencies, CancellationToken ct)
    {
        var id = RouteText.Of(user_id);
        if (await People.FindAsync(clickHouse, query.Sites, id, ct) is not { } person)
        {
            return Problems.NotFound($"There is no user '{id}'.");
        }

        var values = person.Values(query.Sites);
        var whole = await Profiles.WholeAsync(clickHouse, values, await currencies.MoneyAsync(query.Sites[0].SiteId, ct), ct);
        if (whole.Events == 0)
        {
            return Problems.NotFound($"There is no activity of '{id}' any more.");
        }

        var days = Profiles.DaysAsync(clickHouse, values, whole, TimeZoneInfo.Utc, ct);
        var pages = Profiles.PagesAsync(clickHouse, values, ct);
        var names = Profiles.NamesAsync(clickHouse, values, ct);
        var traits = People.TraitsAsync(clickHouse, query.Sites, person.UserId.Length > 0 ? [person.UserId] : [], ct);
        var recent = NewestEvents.LogAsync(clickHouse, Person.Events, values, RecentActivities, 0, ct);
        var sessions = await Profiles.SessionsAsync(clickHouse, values, whole, paging, ct);
        return TypedResults.Ok(new UserAnswer(
            person.Id, whole.FirstSeen, whole.LastSeen, whole.Events, whole.Pageviews, whole.Sessions,
            whole.SessionSeconds * whole.Sessions, whole.SessionSeconds, whole.Revenue,
            (await traits).GetValueOrDefault(person.UserId) ?? new Dictionary<string, string>(),
            new OrderedDictionary<string, long>((await names).GroupBy(row => TypeOf(row.Name), row => row.Count)
                .Select(type => KeyValuePair.Create(type.Key, type.Sum())).OrderByDescending(type => type.Value)),
            [.. (await pages).Select(page => new UserTopPage(PageAddress.Of(page.Hostname, page.Path), page.Views))],
            [.. (await days).Select(day => new UserActivityDay(day.Day, day.Events, day.Pageviews))],
            [.. sessions.Select(row => new UserSessionItem(
                row.Id, query.KeyOf(row.SiteId), row.Start, row.End, row.DurationMs / 1000.0, row.Events, row.Pageviews, row.EntryPage, row.Device,
                row.Country))],
            [.. (await recent).Select(e => new UserActivityItem(TypeOf(e.Name), PageAddress.Of(e.Hostname, e.Path), e.Time, e.SessionId, e.Props))]));
    }

    private static string TypeOf(string name) => name == EventNames.Pageview ? "page_view" : name;
}

/// <summary>A user's analytics. Times in UTC.</summary>
/// <param name="UserId">The user's id; of a visitor that nobody named, its 16 hex digits.</param>
/// <param name="TotalTimeSeconds">From each session's first activity to its last.</param>
/// <param name="AverageSessionSeconds">That, divided by the number of sessions.</param>
/// <param name="Revenue">In the base currency of the site; of several, of the first by key.</param>
/// <param name="Traits">What is known of the user by identify, the last value of each.</param>
/// <param name="ActivityCounts">By activity type, most frequent first.</param>
/// <param name="TopPages">Most views first; at most 20.</param>
/// <param name="DailyActivity">Days with an activity, oldest first; at most the last 366 days before the last.</param>
/// <param name="Sessions">Newest first.</param>
/// <param name="RecentActivities">Newest first; at most 50.</param>
internal sealed record UserAnswer(
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("first_seen")] DateTimeOffset FirstSeen,
    [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen,
    [property: JsonPropertyName("total_activities")] long TotalActivities,
    [property: JsonPropertyName("page_views")] long PageViews,
    [property: JsonPropertyName("total_sessions")] long TotalSessions,
    [property: JsonPropertyName("total_time_seconds")] double TotalTimeSeconds,
    [property: JsonPropertyName("average_session_seconds")] double AverageSessionSeconds,
    [property: JsonPropertyName("revenue")] decimal Revenue,
    [property: JsonPropertyName("traits")] IReadOnlyDictionary<string, string> Traits,
    [property: JsonPropertyName("activity_counts")] IReadOnlyDictionary<string, long> ActivityCounts,
    [property: JsonPropertyName("top_pages")] IReadOnlyList<UserTopPage> TopPages,
    [property: JsonPropertyName("daily_activity")] IReadOnlyList<UserActivityDay> DailyActivity,
    [property: JsonPropertyName("sessions")] IReadOnlyList<UserSessionItem> Sessions,
    [property: JsonPropertyName("recent_activities")] IReadOnlyList<UserActivityItem> RecentActivities);

internal sealed record UserTopPage(
    [property: JsonPropertyName("page_url")] string PageUrl,
    [property: JsonPropertyName("views")] long Views);

internal sealed record UserActivityDay(
    [property: JsonPropertyName("date")] DateOnly Date,
    [property: JsonPropertyName("activities")] long Activities,
    [property: JsonPropertyName("page_views")] long PageViews);

internal sealed record UserSessionItem(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("site")] string Site,
    [property: JsonPropertyName("started_at")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("ended_at")] DateTimeOffset EndedAt,
    [property: JsonPropertyName("duration_seconds")] double DurationSeconds,
    [property: JsonPropertyName("activities")] long Activities,
    [property: JsonPropertyName("page_views")] long PageViews,
    [property: JsonPropertyName("entry_page")] string EntryPage,
    [property: JsonPropertyName("device")] string Device,
    [property: JsonPropertyName("country")] string Country);

internal sealed record UserActivityItem(
    [property: JsonPropertyName("activity_type")] string ActivityType,
    [property: JsonPropertyName("page_url")] string PageUrl,
    [property: JsonPropertyName("timestamp")] DateTimeOffset Timestamp,
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("metadata")] IReadOnlyDictionary<string, string> Metadata);
