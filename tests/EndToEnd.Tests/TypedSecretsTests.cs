using System.Text;
using Microsoft.Playwright;

namespace Analytics.EndToEnd.Tests;

/// <summary>
/// A visitor types secrets into every kind of field and submits them, on a page that has all three scripts; then both stores are searched:
/// Redis by its log on disk, which has every byte that was ever written to it, ClickHouse by its tables.
/// </summary>
[Collection(nameof(RunningSystem))]
public sealed class TypedSecretsTests(RunningSystem system)
{
    private static readonly string Mark = Guid.NewGuid().ToString("N")[..12];
    private static readonly string Password = $"pw-{Mark}";
    private static readonly string Card = $"4111-{Mark}";
    private static readonly string Email = $"ann.{Mark}@mail.example.com";
    private static readonly string Letter = $"dear diary {Mark}";
    private static readonly string Note = $"note {Mark}";

    // On no keyboard, and four bytes long: two would turn up among the log's hashes by chance.
    private const string Sign = "🝖";

    private readonly string site = $"secrets-{Guid.NewGuid():N}";

    [Fact]
    public async Task Nothing_typed_and_no_address_is_in_a_store_after_a_session_that_typed_and_submitted_secrets()
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitorAsync(system.Address);
        await visitor.ServeAsync("/sign-in", Form);
        var page = await visitor.NewPageAsync();
        var sent = new StringBuilder();
        visitor.Request += (_, request) =>
        {
            if (request.PostData is { } body && new Uri(request.Url).AbsolutePath != "/sign-in")
            {
                lock (sent)
                {
                    sent.AppendLine(body);
                }
            }
        };

        // ClickHouse is away meanwhile: all there is has to be in Redis.
        await system.StopAsync("clickhouse");
        try
        {
            await page.GotoAsync("/sign-in?step=2", new() { WaitUntil = WaitUntilState.NetworkIdle });
            await TypeAsync(page, "post");
            // A form that puts what was typed into the next page's address.
            await page.ClickAsync("#get");
            await page.WaitForURLAsync(address => address.Contains(Mark, StringComparison.Ordinal));
            await page.WaitForTimeoutAsync(1_000);
            await page.EvaluateAsync("userBehaviour.processResults(); analytics.flush(); UserTracking.flush()");
            await page.GotoAsync("/sign-in?step=3", new() { WaitUntil = WaitUntilState.NetworkIdle });
            await page.CloseAsync(new() { RunBeforeUnload = true });
            await Task.Delay(1_000, TestContext.Current.CancellationToken);
            SearchLog();
        }
        finally
        {
            await system.StartAsync("clickhouse");
        }

        // Batches are stored in any order, and the search is for all of them.
        HashSet<string> expected = ["pageview", "click", "form_start", "form_submit", "input_focus", "key_activity", "form_interaction"];
        var names = await RunningSystem.EventuallyAsync(
            () => system.LinesAsync(null, "name", "path = '/sign-in'"), expected.IsSubsetOf, TimeSpan.FromSeconds(30));
        Assert.Superset(expected, names.ToHashSet());
        await SearchTablesAsync();
        // What goes over the wire besides addresses, which the collector cleans, has nothing of it either.
        Assert.DoesNotContain(Letter, sent.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Note, sent.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Card, sent.ToString(), StringComparison.Ordinal);
    }

    private static async Task TypeAsync(IPage page, string form)
    {
        foreach (var (field, text) in ((string, string)[])
            [("user", Email), ("password", Password), ("card", Card), ("letter", Letter), ("note", Note)])
        {
            await page.FocusAsync($"#{form} [name={field}]");
            await page.Keyboard.TypeAsync(text);
        }

        await page.FocusAsync("#free");
        await page.Keyboard.TypeAsync(Letter + Sign);
        await page.ClickAsync($"#{form} button");
        await page.WaitForTimeoutAsync(500);
        // Once more, for the form that goes by its address.
        await page.FillAsync("#by-address [name=email]", Email);
        await page.FillAsync("#by-address [name=password]", Password);
    }

    private void SearchLog()
    {
        var files = Directory.GetFiles(Path.Combine(system.DataDirectory, "redis"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var control = 0;
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            control += Search(file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }

        // What may be kept is found by the same search.
        Assert.NotEqual(0, control);
    }

    private async Task SearchTablesAsync()
    {
        var control = 0;
        foreach (var table in await system.ClickHouse.QueryAsync<Row>("SELECT name AS line FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View'"))
        {
            await using var rows = await system.ClickHouse.OpenAsync($"SELECT * FROM `{table.Line}` FORMAT RowBinary");
            using var bytes = new MemoryStream();
            await rows.CopyToAsync(bytes);
            control += Search(table.Line, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }

        Assert.NotEqual(0, control);
        // What is left of 127.0.0.1 or of ::1.
        Assert.All((await system.LinesAsync(null, "ip", "path = '/sign-in'")).Distinct(), ip => Assert.Contains(ip, (string[])["127.0.0.0", "::"]));
    }

    /// <summary>Nothing secret is there; tells whether this visit is at all.</summary>
    private static int Search(string where, ReadOnlySpan<byte> bytes)
    {
        foreach (var secret in (string[])[Mark, Email, Password, Card, Letter, Note, Sign])
        {
            if (bytes.IndexOf(Encoding.UTF8.GetBytes(secret)) is >= 0 and var at)
            {
                var start = Math.Max(0, at - 80);
                Assert.Fail($"{secret} in {where}: {Encoding.UTF8.GetString(bytes.Slice(start, Math.Min(160, bytes.Length - start)))}");
            }
        }

        return bytes.IndexOf("step=3"u8) >= 0 ? 1 : 0;
    }

    private string Form => $"""
        <!doctype html><title>Sign in</title>
        <script defer src="/script.js" data-website-id="{site}" data-allow-localhost data-allow-automation></script>
        <script defer src="/tracking.js" data-website-id="{site}" data-allow-localhost data-allow-automation></script>
        <script src="/js/userBehaviour.js" data-website-id="{site}" data-allow-localhost data-allow-automation></script>
        <script>userBehaviour.start()</script>
        <form id="post" name="sign-in" onsubmit="event.preventDefault()">
          <input name="user" autocomplete="off"> <input name="password" type="password"> <input name="card" inputmode="numeric">
          <textarea name="letter"></textarea> <input name="note" type="search"> <button>Sign in</button>
        </form>
        <div id="free" contenteditable>here </div>
        <form id="by-address" method="get" action="/sign-in"><input name="email"> <input name="password" type="password"> <button id="get">Go</button></form>
        """;
}
