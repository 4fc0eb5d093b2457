using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Users;

/// <summary>
/// A person: a user with all its visitors, or a visitor that nobody named. An event that names a user is that user's; one that names nobody
/// is the first user's that was named on its visitor, whenever that was.
/// </summary>
/// <param name="UserId">Empty for a visitor that nobody named.</param>
/// <param name="Visitors">Those with an event of the person.</param>
/// <param name="Anonymous">Of these, those whose nameless events are the person's.</param>
internal sealed record Person(string UserId, IReadOnlyList<ulong> Visitors, IReadOnlyList<ulong> Anonymous)
{
    /// <summary>As reports and addresses name it.</summary>
    public string Id => UserId.Length > 0 ? UserId : IdText.Hex(Visitors[0]);

    /// <summary>The person's events, over <c>events AS event</c>.</summary>
    public const string Events = """
        event.site_id IN {sites:Array(UInt32)} AND event.visitor_id IN {visitors:Array(UInt64)}
            AND if(event.user_id = '', event.visitor_id IN {anonymous:Array(UInt64)}, event.user_id = {user:String})
        """;

    public Dictionary<string, object?> Values(IEnumerable<Site> sites) => new()
    {
        ["sites"] = sites.Select(site => site.SiteId).ToArray(),
        ["visitors"] = Visitors,
        ["anonymous"] = Anonymous,
        ["user"] = UserId,
    };
}

internal static class People
{
    /// <summary>A user may have had this many visitors; of more, those seen last.</summary>
    private const int MaxVisitors = 10_000;

    /// <summary>The user of each visitor of the site on which one was named: visitor_id, user_id.</summary>
    public const string UserOfVisitor = """
        (
            SELECT known.visitor_id AS visitor_id, argMin(known.user_id, (known.first_seen, known.user_id)) AS user_id
            FROM visitor_users AS known
            WHERE known.site_id = {site:UInt32}
            GROUP BY known.visitor_id
        )
        """;

    /// <summary>Who has this id: a user, or a visitor by its 16 hex digits or the tracker's own id. Null where nobody has.</summary>
    public static async Task<Person?> FindAsync(ClickHouse clickHouse, IReadOnlyList<Site> sites, string id, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>
        {
            ["sites"] = sites.Select(site => site.SiteId).ToArray(),
            ["user"] = id,
            ["visitors"] = IdText.Candidates(id).ToArray(),
        };
        if (await UserAsync(clickHouse, values, ct) is { } user)
        {
            return user;
        }

        var visitor = await clickHouse.QueryAsync<Visitor>(VisitorSql, values, ct);
        if (visitor is [{ UserId.Length: > 0 } named])
        {
            values["user"] = named.UserId;
            return await UserAsync(clickHouse, values, ct);
        }

        return visitor is [var nameless] ? new("", [nameless.VisitorId], [nameless.VisitorId]) : null;
    }

    private static async Task<Person?> UserAsync(ClickHouse clickHouse, Dictionary<string, object?> values, CancellationToken ct)
    {
        var visitors = await clickHouse.QueryAsync<VisitorOfUser>(UserSql, values, ct);
        return visitors.Count == 0
            ? null
            : new(
                (string)values["user"]!, [.. visitors.Select(row => row.VisitorId)],
                [.. visitors.Where(row => row.IsFirst).Select(row => row.VisitorId)]);
    }

    // Visitors of several sites under one id are one browser: who was named on it first is asked of all sites together.
    private static readonly string UserSql = $$"""
        SELECT known.visitor_id AS visitor_id, toBool(argMin(known.user_id, (known.first_seen, known.user_id)) = {user:String}) AS is_first
        FROM visitor_users AS known
        WHERE known.site_id IN {sites:Array(UInt32)} AND known.visitor_id IN
        (
            SELECT own.visitor_id FROM visitor_users AS own WHERE own.site_id IN {sites:Array(UInt32)} AND own.user_id = {user:String}
        )
        GROUP BY visitor_id
        ORDER BY max(known.last_seen) DESC, visitor_id
        LIMIT {{MaxVisitors}}
        """;

    private const string VisitorSql = """
        SELECT seen.visitor_id AS visitor_id, known.user_id AS user_id
        FROM
        (
            SELECT s.visitor_id AS visitor_id, max(s.end) AS last
            FROM sessions AS s
            WHERE s.site_id IN {sites:Array(UInt32)} AND s.visitor_id IN {visitors:Array(UInt64)}
            GROUP BY s.visitor_id
        ) AS seen
        LEFT JOIN
        (
            SELECT named.visitor_id AS visitor_id, argMin(named.user_id, (named.first_seen, named.user_id)) AS user_id
            FROM visitor_users AS named
            WHERE named.site_id IN {sites:Array(UInt32)} AND named.visitor_id IN {visitors:Array(UInt64)}
            GROUP BY named.visitor_id
        ) AS known ON known.visitor_id = seen.visitor_id
        ORDER BY seen.last DESC
        LIMIT 1
        """;

    /// <summary>What identify said of users, by user id: the last value of each trait.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> TraitsAsync(
        ClickHouse clickHouse, IEnumerable<Site> sites, IReadOnlyList<string> users, CancellationToken ct)
    {
        if (users.Count == 0)
        {
            return new Dictionary<string, IReadOnlyDictionary<string, string>>();
        }

        var values = new Dictionary<string, object?> { ["sites"] = sites.Select(site => site.SiteId).ToArray(), ["users"] = users };
        var rows = await clickHouse.QueryAsync<Trait>(TraitsSql, values, ct);
        return rows.GroupBy(row => row.UserId).ToDictionary(
            user => user.Key,
            user => (IReadOnlyDictionary<string, string>)user.ToDictionary(row => row.Name, row => row.Value));
    }

    private const string TraitsSql = """
        SELECT said.user_id AS user_id, toString(said.trait) AS name, argMax(said.value, said.said) AS value
        FROM user_traits AS said FINAL
        WHERE said.site_id IN {sites:Array(UInt32)} AND said.user_id IN {users:Array(String)}
        GROUP BY user_id, name
        ORDER BY user_id, name
        """;

    private sealed record VisitorOfUser(ulong VisitorId, bool IsFirst);

    private sealed record Visitor(ulong VisitorId, string UserId);

    private sealed record Trait(string UserId, string Name, string Value);
}
