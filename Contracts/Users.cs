namespace Analytics.Contracts;

/// <summary>The people of a site: users that identify named, and visitors that nobody named.</summary>
/// <param name="Total">How many there are in all.</param>
public sealed record UsersResponse(IReadOnlyList<UserSummary> Users, long Total);

/// <summary>A person's numbers of a period.</summary>
/// <param name="Id">The user's id; of a visitor without one, its 16 hex digits.</param>
/// <param name="Identified">Whether it is a user.</param>
/// <param name="Traits">What identify said of the user, the last value of each.</param>
/// <param name="FirstSeen">Begin of the first session of all time.</param>
/// <param name="LastSeen">Last event of the period's sessions.</param>
/// <param name="Sessions">Sessions that began in the period.</param>
/// <param name="Revenue">Of these sessions, in the site's base currency.</param>
/// <param name="Country">Of the last session: ISO 3166-1 alpha-2, or empty.</param>
/// <param name="Device">Of the last session.</param>
/// <param name="Browser">Of the last session.</param>
/// <param name="Os">Of the last session.</param>
/// <param name="Source">Where the period's first session came from.</param>
public sealed record UserSummary(
    string Id, bool Identified, IReadOnlyDictionary<string, string> Traits, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, long Sessions,
    long Pageviews, long Events, decimal Revenue, string Country, string Device, string Browser, string Os, string Source);

/// <summary>All there is of one person, over all time. A user's visitors are joined, their anonymous events of before included.</summary>
/// <param name="Id">The user's id; of a visitor without one, its 16 hex digits.</param>
/// <param name="Identified">Whether it is a user.</param>
/// <param name="Visitors">The visitors that are this person, 16 hex digits each.</param>
/// <param name="Traits">What identify said of the user, the last value of each.</param>
/// <param name="First">Where the person came from, at first.</param>
/// <param name="Latest">Where and with what the person was seen last.</param>
/// <param name="Days">Days with an event, on the site's clock, oldest first; at most the last 366 days before the last event.</param>
/// <param name="Pages">Favourite pages, most views first.</param>
/// <param name="EventNames">What the person did, most often first.</param>
/// <param name="Sessions">Newest first; limit and offset page through them.</param>
/// <param name="SessionsTotal">How many sessions there are in all.</param>
/// <param name="Recent">The last events, newest first.</param>
public sealed record UserProfile(
    string Id, bool Identified, IReadOnlyList<string> Visitors, IReadOnlyDictionary<string, string> Traits, UserOrigin First, UserPlace Latest,
    UserTotals Totals, IReadOnlyList<UserDay> Days, IReadOnlyList<UserPage> Pages, IReadOnlyList<EventCount> EventNames,
    IReadOnlyList<SessionSummary> Sessions, long SessionsTotal, IReadOnlyList<LoggedEvent> Recent);

/// <summary>The first page view of a person.</summary>
/// <param name="Referrer">Address without query.</param>
/// <param name="Page">Path of that page.</param>
public sealed record UserOrigin(
    string Source, string Channel, string Referrer, string UtmSource, string UtmMedium, string UtmCampaign, string Hostname, string Page);

/// <summary>Of a person's last event.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, or empty.</param>
public sealed record UserPlace(string Country, string Region, string City, string Device, string Browser, string Os, string Language);

/// <param name="FirstSeen">First event.</param>
/// <param name="LastSeen">Last event.</param>
/// <param name="Events">All events, page views among them.</param>
/// <param name="DwellMs">Visible time on pages.</param>
/// <param name="SessionSeconds">Mean time between a session's first and last event, in seconds.</param>
/// <param name="Revenue">In the site's base currency.</param>
public sealed record UserTotals(
    DateTimeOffset FirstSeen, DateTimeOffset LastSeen, long Sessions, long Pageviews, long Events, long DwellMs, double SessionSeconds,
    decimal Revenue);

/// <param name="Day">On the site's clock.</param>
public sealed record UserDay(DateOnly Day, long Pageviews, long Events);

/// <param name="DwellMs">Visible time on it.</param>
public sealed record UserPage(string Hostname, string Path, long Views, long DwellMs);

/// <param name="Name">Name of the event.</param>
public sealed record EventCount(string Name, long Count);
