using System.Security.Claims;
using Analytics.Contracts;
using Analytics.QueryApi.Auth;
using Analytics.QueryApi.Sites;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Analytics.QueryApi.Audit;

internal static class AuditEndpoint
{
    public static void MapAudit(this IEndpointRouteBuilder app) => app
        .MapGet("/api/admin/audit", Handle).RequireAuthorization(Scopes.Admin).RefuseBadQueries().WithTags("Keys")
        .WithSummary("Who read what single people did: sessions, journeys, profiles, exports; newest first")
        .WithDescription("An entry is there a second after the read and is kept for 400 days. A key that does not see all sites is shown the reads that "
            + "may have been of one that it sees.");

    private static async Task<Ok<AuditResponse>> Handle(
        AuditQuery query, Paging paging, ClaimsPrincipal user, ClickHouse clickHouse, TimeProvider time, CancellationToken ct)
    {
        var values = new Dictionary<string, object?>
        {
            ["from"] = time.GetUtcNow().AddDays(-query.Days),
            ["all"] = user.SeesAll(),
            ["mine"] = user.Values(KeyClaims.Site).Append(ApiKey.AllSites),
            ["site"] = SiteRegistry.Normalise(query.Site),
            ["key"] = query.Key,
            ["what"] = query.What,
            ["subject"] = query.Subject,
        };
        paging.AddTo(values);
        var total = clickHouse.ScalarAsync<long>($"SELECT count() FROM audit WHERE {Condition}", values, ct);
        var entries = await clickHouse.QueryAsync<AuditEntry>(EntriesSql, values, ct);
        return TypedResults.Ok(new AuditResponse(entries, await total));
    }

    // The table is in the order of time, so that its end is read and no more.
    private const string Condition = """
        time >= {from:DateTime64(3, 'UTC')}
            AND ({all:Bool} OR hasAny(audit.sites, {mine:Array(String)}))
            AND ({site:String} = '' OR hasAny(audit.sites, [{site:String}, '*']))
            AND ({key:String} = '' OR key_id = {key:String} OR key_name = {key:String})
            AND ({what:String} = '' OR what = {what:String})
            AND ({subject:String} = '' OR subject = {subject:String})
        """;

    private const string EntriesSql = $$"""
        SELECT
            time, key_id, key_name, what, endpoint, subject,
            arrayFilter(site -> {all:Bool} OR has({mine:Array(String)}, site), audit.sites) AS sites
        FROM audit
        WHERE {{Condition}}
        ORDER BY time DESC, key_id, endpoint, subject
        LIMIT {limit:UInt32} OFFSET {offset:UInt32}
        """;
}

/// <summary>Which entries of the audit are wanted.</summary>
internal sealed record AuditQuery(int Days, string Site, string Key, string What, string Subject) : IQueryPart
{
    private static readonly NumberParameter DaysName = new("days", "How many days back.", 1, 400, 30);
    private static readonly TextParameter SiteName = new("site", "Only reads that may have been of this site.");
    private static readonly TextParameter KeyName = new("key", "Only reads with the key of this id or name.");
    private static readonly TextParameter WhatName = new("what", "Only reads of this kind: journey, sessions, profile, export, people (a report about or by single people), ...");
    private static readonly TextParameter SubjectName = new("subject", "Only reads about this person or session.");

    public static IReadOnlyList<QueryParameter> Parameters { get; } = [DaysName, SiteName, KeyName, WhatName, SubjectName];

    public static ValueTask<AuditQuery> BindAsync(HttpContext context)
    {
        var reader = QueryReader.Of(context);
        return ValueTask.FromResult(new AuditQuery(
            reader.Read(DaysName), reader.Read(SiteName), reader.Read(KeyName), reader.Read(WhatName), reader.Read(SubjectName)));
    }
}
