using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Currencies;
using Analytics.QueryApi.Errors;
using Analytics.QueryApi.Events;
using Analytics.QueryApi.Sessions;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Users;

internal static class UserProfileEndpoint
{
    private const int RecentEvents = 50;

    public static void MapUserProfile(this IEndpointRouteBuilder stats) => stats
        .MapGet("/users/{id}", Handle).Audited("profile", subject: "id")
        .WithSummary("All there is of one person, over all time")
        .WithDescription("The id is a user's, or a visitor's as an answer of this API or the tracker names it; a visitor of a user leads to "
            + "that user. A user has the events that name it, and the nameless ones of visitors on which it was the first to be named, those of before "
            + "included. limit and offset page through the sessions.");

    private static async Task<Results<Ok<UserProfile>, ProblemHttpResult>> Handle(
        string id, SiteOfAddress site, Paging paging, ClickHouse clickHouse, CurrencyRegistry currencies, CancellationToken ct)
    {
        if (await People.FindAsync(clickHouse, [site.Site], RouteText.Of(id), ct) is not { } person)
        {
            return Problems.NotFound($"There is no user or visitor '{RouteText.Of(id)}'.");
        }

        var values = person.Values([site.Site]);
        var money = await currencies.MoneyAsync(site.Site.SiteId, ct);
        var whole = await Profiles.WholeAsync(clickHouse, values, money, ct);
        if (whole.Events == 0)
        {
            return Problems.NotFound($"There is no event of '{RouteText.Of(id)}' any more."); // only what is derived from events outlived them
        }

        var zone = SiteRules.FindZone(site.Site.Timezone) ?? TimeZoneInfo.Utc;
        var days = Profiles.DaysAsync(clickHouse, values, whole, zone, ct);
        var pages = Profiles.PagesAsync(clickHouse, values, ct);
        var names = Profiles.NamesAsync(clickHouse, values, ct);
        var traits = People.TraitsAsync(clickHouse, [site.Site], person.UserId.Length > 0 ? [person.UserId] : [], ct);
        var recent = NewestEvents.LogAsync(clickHouse, Person.Events, values, RecentEvents, 0, ct);
        var sessions = await Profiles.SessionsAsync(clickHouse, values, whole, paging, ct);
        sessions = await SessionStore.PricedAsync(clickHouse, site.Site.SiteId, money, sessions, ct);
        var recorded = await SessionStore.WithReplayAsync(clickHouse, site.Site.SiteId, [.. sessions.Select(row => row.SessionId)], ct);
        return TypedResults.Ok(new UserProfile(
            person.Id, person.UserId.Length > 0, [.. person.Visitors.Select(IdText.Hex)],
            (await traits).GetValueOrDefault(person.UserId) ?? new Dictionary<string, string>(),
            new(whole.Source, whole.Channel, whole.Referrer, whole.UtmSource, whole.UtmMedium, whole.UtmCampaign, whole.Hostname, whole.Page),
            new(whole.Country, whole.Region, whole.City, whole.Device, whole.Browser, whole.Os, whole.Language),
            new(whole.FirstSeen, whole.LastSeen, whole.Sessions, whole.Pageviews, whole.Events, whole.DwellMs, whole.SessionSeconds, whole.Revenue),
            await days, await pages, await names, [.. sessions.Select(row => row.ToSummary(recorded.Contains(row.SessionId)))], whole.Sessions,
            await recent));
    }
}
