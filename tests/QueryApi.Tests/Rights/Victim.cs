using System.Net.Http.Json;
using Analytics.Contracts;
using Analytics.QueryApi.Stats;
using Analytics.Storage;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Rights;

/// <summary>
/// A site that nobody else may read: every text of its events carries a mark, so that any answer that holds the mark has shown what it
/// must not.
/// </summary>
internal sealed class Victim
{
    private readonly HttpClient owner;
    private readonly ClickHouse clickHouse;
    private readonly string[] marks;
    private readonly string state;

    private Victim(HttpClient owner, ClickHouse clickHouse, TestSite site, string mark, string session, string state)
    {
        (this.owner, this.clickHouse, this.state) = (owner, clickHouse, state);
        (Key, Id, Session) = (site.Key, site.Id, session);
        marks = [mark, IdText.Hex(Identifier.Of(mark))];
    }

    public string Key { get; }

    public uint Id { get; }

    public string Session { get; }

    public static async Task<Victim> MakeAsync(HttpClient owner, ClickHouse clickHouse)
    {
        var mark = $"mark{Guid.NewGuid():n}"[..20];
        var session = $"session{Guid.NewGuid():n}";
        var events = new[] { "pageview", "click", "scroll", "pageleave", "purchase", "form_submit", "js_error", "identify", mark, "add_to_cart", "web_vital", "signup" };
        var site = await TestSite.With(owner, clickHouse, "UTC", [.. events.Select((name, i) => Custom(name, $"/{mark}").By(mark).In(session).At($"11:{i:00}").Having(row =>
        {
            (row.Title, row.UserId, row.Source, row.Channel, row.Referrer) = (mark, mark, mark, mark, $"https://{mark}.example/");
            (row.UtmSource, row.UtmMedium, row.UtmCampaign, row.UtmTerm, row.UtmContent, row.ClickId) = (mark, mark, mark, mark, mark, mark);
            (row.Browser, row.Os, row.City, row.Region, row.Hostname, row.Query) = (mark, mark, mark, mark, $"{mark}.example", mark);
            (row.ElementSelector, row.ElementId, row.ElementText, row.ElementHref) = ($"#{mark}", mark, mark, $"https://{mark}.example/");
            (row.X, row.Y, row.DocumentWidth, row.DocumentHeight) = (7, 7, 1000, 1000);
            (row.Revenue, row.Currency, row.OrderId) = (7, "EUR", mark);
            row.Items = [new(mark, mark, mark, 7, 1)];
            row.Props = [new("form", mark), new("message", mark), new("field", mark), new(mark, mark)];
        }))]);
        await clickHouse.InsertAsync<ReplayRow>(
            [new ReplayRow { SiteId = site.Id, SessionId = Identifier.Of(session), Seq = 0, Timestamp = Api.Now, Events = 1, Chunk = System.Text.Encoding.UTF8.GetBytes($"[\"{mark}\"]") }]);
        return new(owner, clickHouse, site, mark, session, await StateAsync(owner, clickHouse, site.Key, site.Id));
    }

    /// <summary>What an answer shows of the site, or null.</summary>
    public string? ShownIn(string answer) => marks.FirstOrDefault(mark => answer.Contains(mark, StringComparison.OrdinalIgnoreCase));

    /// <summary>Nothing of the site was changed.</summary>
    public async Task IsUntouchedAsync() => Assert.Equal(state, await StateAsync(owner, clickHouse, Key, Id));

    private static async Task<string> StateAsync(HttpClient owner, ClickHouse clickHouse, string key, uint id)
    {
        var site = await owner.GetFromJsonAsync<SiteResponse>($"/api/sites/{key}");
        var counts = await clickHouse.ScalarAsync<string>(
            """
            SELECT concat(
                toString((SELECT count() FROM events WHERE site_id = {site:UInt32})), ' ',
                toString((SELECT count() FROM sessions WHERE site_id = {site:UInt32})), ' ',
                toString((SELECT count() FROM replay WHERE site_id = {site:UInt32})), ' ',
                toString((SELECT max(version) FROM sites WHERE site_id = {site:UInt32})))
            """,
            new Dictionary<string, object?> { ["site"] = id });
        return $"{site!.Name} {site.Timezone} {string.Join(',', site.Domains)} {counts}";
    }
}
