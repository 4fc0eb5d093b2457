using Analytics.Contracts;
using Analytics.QueryApi.Audit;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Users;

internal static class UsersEndpoint
{
    public static void MapUsers(this IEndpointRouteBuilder stats)
    {
        stats.MapGet("/users", List).Audited("profiles")
            .WithSummary("The people of a site: users that identify named, and visitors that nobody named")
            .WithDescription("Those with a session that began in the period and that the filters keep, with the numbers of these sessions. A session "
                + "belongs to the user that was named in it, else to the first user that was ever named on its visitor, else to the visitor.");
        stats.MapUserProfile();
    }

    private static async Task<Ok<UsersResponse>> List(
        StatsQuery query, UserQuery wanted, Paging paging, ClickHouse clickHouse, CancellationToken ct)
    {
        var values = query.Values;
        wanted.AddTo(values);
        var (rows, total) = await GroupPage.ReadAsync<Row>(
            clickHouse, Groups(query, wanted), $"{wanted.Sort} DESC, user, visitor", values, paging, ct);
        if (rows.Count == 0)
        {
            return TypedResults.Ok(new UsersResponse([], total));
        }

        // What the list is not sorted by is read for its own people alone.
        string[] users = [.. rows.Where(row => row.User.Length > 0).Select(row => row.User)];
        values["users"] = users;
        values["visitors"] = rows.Where(row => row.User.Length == 0).Select(row => row.Visitor).ToArray();
        var firsts = clickHouse.QueryAsync<First>(FirstSql, values, ct);
        var traits = People.TraitsAsync(clickHouse, [query.Site], users, ct);
        var details = (await clickHouse.QueryAsync<Detail>(DetailSql(query), values, ct)).ToDictionary(row => (row.User, row.Visitor));
        var firstSeen = (await firsts).ToDictionary(row => (row.User, row.Visitor), row => row.FirstSeen);
        var said = await traits;
        return TypedResults.Ok(new UsersResponse([.. rows.Select(Summary)], total));

        // Whoever was named between two of the questions is a visitor in one and a user in the other.
        UserSummary Summary(Row row)
        {
            var detail = details.GetValueOrDefault((row.User, row.Visitor)) ?? Detail.Unknown;
            return new(
                row.User.Length > 0 ? row.User : IdText.Hex(row.Visitor), row.User.Length > 0, said.GetValueOrDefault(row.User) ?? NoTraits,
                firstSeen.GetValueOrDefault((row.User, row.Visitor), row.LastSeen), row.LastSeen, row.Sessions, row.Pageviews, row.Events, row.Revenue,
                detail.Country, detail.Device, detail.Browser, detail.Os, detail.Source);
        }
    }

    private static readonly IReadOnlyDictionary<string, string> NoTraits = new Dictionary<string, string>();

    /// <summary>Whose a session is: user, and visitor where there is none.</summary>
    private const string Who = """
        if(session.user_id != '', session.user_id, named.user_id) AS user, if(user = '', session.visitor_id, toUInt64(0)) AS visitor
        """;

    private const string Counts = """
        any(s.visitor_id) AS visitor_id, max(s.user_id) AS user_id, sum(s.pageviews) AS pageviews, sum(s.events) AS events
        """;

    private const string Details = """
        any(s.visitor_id) AS visitor_id, max(s.user_id) AS user_id, argMinIfMerge(s.entry_source) AS source, max(s.country) AS country,
        max(s.device) AS device, max(s.browser) AS browser, max(s.os) AS os
        """;

    private static string Groups(StatsQuery query, UserQuery wanted) => $"""
        SELECT
            {Who}, max(session.end) AS last_seen, {Metric.Sessions} AS sessions, sum(session.pageviews) AS pageviews,
            sum(session.events) AS events, sum(sold.revenue) AS revenue
        FROM {SessionRows.Of(query, Counts)}
        LEFT JOIN {People.UserOfVisitor} AS named ON named.visitor_id = session.visitor_id
        LEFT JOIN {SaleRows.RevenueBySession} AS sold ON sold.session_id = session.session_id
        WHERE 1{wanted.Condition}
        GROUP BY user, visitor
        """;

    private const string VisitorsOfPage = """
        s.visitor_id IN
        (
            SELECT arrayJoin({visitors:Array(UInt64)})
            UNION ALL
            SELECT own.visitor_id FROM visitor_users AS own WHERE own.site_id = {site:UInt32} AND own.user_id IN {users:Array(String)}
        )
        """;

    private static string DetailSql(StatsQuery query) => $"""
        SELECT
            {Who}, argMin(session.source, session.start) AS source,
            argMax(session.country, session.start) AS country, argMax(session.device, session.start) AS device,
            argMax(session.browser, session.start) AS browser, argMax(session.os, session.start) AS os
        FROM {SessionRows.Of(query, Details, VisitorsOfPage)}
        LEFT JOIN {People.UserOfVisitor} AS named ON named.visitor_id = session.visitor_id
        GROUP BY user, visitor
        """;

    private const string FirstSql = $$"""
        SELECT {{Who}}, min(session.start) AS first_seen
        FROM
        (
            SELECT any(s.visitor_id) AS visitor_id, max(s.user_id) AS user_id, min(s.start) AS start
            FROM sessions AS s
            WHERE s.site_id = {site:UInt32} AND {{VisitorsOfPage}}
            GROUP BY s.session_id
        ) AS session
        LEFT JOIN {{People.UserOfVisitor}} AS named ON named.visitor_id = session.visitor_id
        GROUP BY user, visitor
        """;

    private sealed record Row(
        string User, ulong Visitor, DateTimeOffset LastSeen, long Sessions, long Pageviews, long Events, decimal Revenue, long Total) : IGroupRow;

    private sealed record Detail(string User, ulong Visitor, string Source, string Country, string Device, string Browser, string Os)
    {
        public static Detail Unknown { get; } = new("", 0, "", "", "", "", "");
    }

    private sealed record First(string User, ulong Visitor, DateTimeOffset FirstSeen);
}

/// <summary>Which people, and in which order.</summary>
/// <param name="Sort">A column of the list.</param>
internal sealed record UserQuery(string Sort, string Kind, string Search) : IQueryPart
{
    private static readonly ChoiceParameter SortName = new(
        "sort", "What the list is sorted by, greatest first.", ["last_seen", "sessions", "pageviews", "events", "revenue"], "last_seen");

    private static readonly ChoiceParameter KindName = new(
        "kind", "all; users: those that identify named; visitors: those that nobody named.", ["all", "users", "visitors"], "all");

    private static readonly TextParameter SearchName = new(
        "search", "Keep who has this in the user id or in a trait, in whatever case, and the visitor of this id.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [SortName, KindName, SearchName];

    /// <summary>Over the columns user and visitor.</summary>
    public string Condition =>
        Kind switch
        {
            "users" => " AND user != ''",
            "visitors" => " AND user = ''",
            _ => "",
        }
        + (Search.Length == 0 ? "" : """
             AND (
                positionCaseInsensitiveUTF8(user, {search:String}) > 0 OR session.visitor_id IN {search_ids:Array(UInt64)}
                OR user IN
                (
                    SELECT said.user_id FROM user_traits AS said FINAL
                    WHERE said.site_id = {site:UInt32} AND positionCaseInsensitiveUTF8(said.value, {search:String}) > 0
                )
            )
            """);

    public void AddTo(Dictionary<string, object?> values)
    {
        values["search"] = Search;
        values["search_ids"] = IdText.Candidates(Search).ToArray();
    }

    public static ValueTask<UserQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new UserQuery(reader.Read(SortName), reader.Read(KindName), reader.Read(SearchName)));
    }
}
