using System.Globalization;
using System.Net;
using System.Text;
using Analytics.Collector.Tests.Buffer;
using Analytics.TestKit;
using StackExchange.Redis;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>
/// Sessions that type and submit secrets, through every contract. What reaches Redis is searched while ClickHouse is away, so that all of
/// it is there: its keys, its log and a snapshot; then it is stored and every table is searched, and whatever else the engine wrote.
/// </summary>
public sealed class SecretsInStoresTests(Stores stores)
{
    private const string Password = "hUnter2-typed";
    private const string Card = "4111-1111-1111-1234";
    private const string Email = "ann.typed%40mail.example.com";
    private const string Address4 = "203.0.113.77";
    private const string Address6 = "2a00:1450:4003:80e:1:2:3:4";
    private const string Url = $"https://SITE/pay?password={Password}&email={Email}&reset_token={Password}&step=2#access_token={Password}";
    private const string Referrer = $"https://ann:{Password}@other.example/{Email}/x;jsessionid={Password}?sid={Password}";
    private const string Recording =
        "[{\"type\":2,\"data\":{\"node\":{\"id\":1,\"tagName\":\"form\",\"childNodes\":[{\"id\":2,\"tagName\":\"input\",\"attributes\":{\"type\":\"text\",\"value\":\"" + Card + "\"}},"
        + "{\"id\":3,\"tagName\":\"textarea\",\"attributes\":{},\"childNodes\":[{\"id\":4,\"type\":3,\"textContent\":\"" + Password + "\"}]}]}},\"timestamp\":1},"
        + "{\"type\":3,\"data\":{\"source\":5,\"text\":\"" + Password + "\",\"isChecked\":false,\"id\":2},\"timestamp\":2},"
        + "{\"type\":3,\"data\":{\"source\":0,\"attributes\":[{\"id\":2,\"attributes\":{\"value\":\"" + Card + "\"}}],\"texts\":[],\"adds\":[]},\"timestamp\":3}]";

    private static readonly (string Path, string Body)[] Requests =
    [
        ("collect", $$$"""{"type":"custom","eventName":"form_submit","websiteId":"SITE","href":"{{{Url}}}","referrer":"{{{Referrer}}}","visitorId":"v1","sessionId":"s1","eventData":{"password":"{{{Password}}}","value":"{{{Card}}}","page":"{{{Url}}}","nested":{"apiToken":"{{{Password}}}","list":["{{{Url}}}"]}},"newPassword":"{{{Password}}}"}"""),
        ("api/events", $$$"""{"metadata":{"sessionId":"s2","websiteId":"SITE","url":"{{{Url}}}","referrer":"{{{Referrer}}}"},"analytics":[{"type":"external_link","href":"{{{Url}}}","text":"to ann.typed@mail.example.com"},{"type":"input","value":"{{{Password}}}"},{"type":"keydown","key":"Ω"}],"replay":{{{Recording}}}}"""),
        ("api/events", $$$"""{"session_id":"s3","event_type":"click","page_url":"{{{Url}}}","x":1,"y":2,"password":"{{{Password}}}"}"""),
        ("collect/batch", $$$"""{"site":"SITE","visitor":"v4","session":"s4","page":{"url":"{{{Url}}}","referrer":"{{{Referrer}}}","title":"Mail of ann.typed@mail.example.com"},"events":[{"name":"pageview"},{"name":"key_activity","props":{"keys":3,"Enter":1,"Ω":2}},{"name":"form_submit","element":{"selector":"form","href":"{{{Url}}}"},"props":{"field":"card","value":"{{{Card}}}","inputValue":"{{{Card}}}"}},{"name":"error","props":{"message":"Failed to load {{{Url}}} twice"}}],"replay":{"seq":0,"events":{{{Recording}}}}}"""),
        ("api/track", $$$"""{"site_id":"SITE","action_type":"form_submit","page":"{{{Url}}}","element_id":"login","additional_data":"{\"password\":\"{{{Password}}}\",\"value\":\"{{{Card}}}\",\"url\":\"{{{Url}}}\",\"referrer\":\"{{{Referrer}}}\"}"}"""),
        ("api/track-behavior/", $$$"""{"site_id":"SITE","page_url":"{{{Url}}}","referrer":"{{{Referrer}}}","keyboardActivities":[["Ω",1763600004000],["Enter",1763600004001]],"navigationHistory":[["{{{Url}}}",1763600005000]],"mediaInteractions":[["play","{{{Url}}}",1763600008000]],"formInteractions":[["login",1763600006000]],"password":"{{{Password}}}"}"""),
        ("api/activity/track", $$$"""{"site_id":"SITE","user_id":"u7","activity_type":"input_change","page_url":"{{{Url}}}","metadata":{"value":"{{{Card}}}","secret":"{{{Password}}}","referrer":"{{{Referrer}}}"}}"""),
        ("api/session/start", $$$"""{"site_id":"SITE","user_id":"u8","page_url":"{{{Url}}}","metadata":{"token":"{{{Password}}}"}}"""),
    ];

    // What a test asks of a server on a machine that is busy with other tests.
    private const string Patient = ",allowAdmin=true,syncTimeout=30000";

    [Fact]
    public async Task No_typed_secret_and_no_full_address_reaches_a_store()
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        var (connection, clickHouse) = await stores.NewDatabaseAsync();
        var site = Stores.NewSite();
        var found = new List<string>();
        var control = new List<string>();
        await using (var collector = await CollectorProcess.StartAsync(redis.ConnectionString, "http://127.0.0.1:9/away"))
        {
            foreach (var (path, body) in Requests)
            {
                foreach (var address in (string[])[Address4, Address6])
                {
                    var answer = await collector.PostAsync(
                        path, body.Replace("SITE", site, StringComparison.Ordinal),
                        ("User-Agent", Posts.Browser), ("X-Forwarded-For", address), ("Referer", Url.Replace("SITE", site, StringComparison.Ordinal)));
                    Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{path}: {answer.Body}");
                    Assert.Null(answer.Dropped);
                }
            }

            Search("the log", Encoding.UTF8.GetBytes(collector.Output), found, control);
            using var client = Pushes.Connect(redis.ConnectionString);
            Assert.NotEqual(0, await client.Database.HashLengthAsync("buffer:{0}:entries"));
            await SearchRedisAsync(redis, found, control);
            // What may be stored is found by the same search.
            Assert.NotEmpty(control);
            await SnapshotAsync(redis);
            SearchFiles(redis.DataDirectory, found, control);
            Assert.Contains(control, line => line.EndsWith(".rdb", StringComparison.Ordinal));
            Assert.Contains(control, line => line.EndsWith(".aof", StringComparison.Ordinal));
        }

        control.Clear();
        await using (var collector = await CollectorProcess.StartAsync(redis.ConnectionString, connection))
        {
            var count = await Eventually.AnswersAsync(
                () => clickHouse.ScalarAsync<long>("SELECT toInt64(count()) FROM events"), events => events >= 28, seconds: 20);
            Assert.InRange(count, 28, 40);
            await SearchRedisAsync(redis, found, control);
        }

        control.Clear();
        foreach (var table in await clickHouse.QueryAsync<Posts.Row>("SELECT name AS line FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View'"))
        {
            await using var rows = await clickHouse.OpenAsync($"SELECT * FROM `{table.Line}` FORMAT RowBinary");
            using var bytes = new MemoryStream();
            await rows.CopyToAsync(bytes);
            Search(table.Line, bytes.ToArray(), found, control);
        }

        SearchFiles(stores.Engine.DataDirectory, found, control);
        Search("the engine's log", Encoding.UTF8.GetBytes(stores.Engine.Output), found, control);

        Assert.Empty(found);
        Assert.Contains("step=2 in events", control);
        var kept = await clickHouse.ScalarAsync<string>("SELECT arrayStringConcat(arraySort(groupUniqArray(concat(ip, ' ', country))), ', ') FROM events");
        Assert.Equal("203.0.113.0 AU, 2a00:1450:4003:: IE", kept);
    }

    private static async Task SearchRedisAsync(RedisServer redis, List<string> found, List<string> control)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + Patient);
        var database = connection.GetDatabase();
        foreach (var key in connection.GetServer(connection.GetEndPoints()[0]).Keys().ToList())
        {
            RedisValue[] values = await database.KeyTypeAsync(key) switch
            {
                RedisType.String => [await database.StringGetAsync(key)],
                RedisType.Hash => [.. (await database.HashGetAllAsync(key)).SelectMany(entry => (RedisValue[])[entry.Name, entry.Value])],
                RedisType.SortedSet => await database.SortedSetRangeByRankAsync(key),
                RedisType.Set => await database.SetMembersAsync(key),
                RedisType.List => await database.ListRangeAsync(key),
                RedisType.None => [], // stored and gone since
                var other => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{key} is a {other}.")),
            };
            foreach (var value in values.Prepend((string)key!).Where(value => !value.IsNull))
            {
                Search((string)key!, value!, found, control);
            }
        }

        await connection.CloseAsync(allowCommandsToComplete: false); // disposing of it would wait as long as its patience
    }

    private static async Task SnapshotAsync(RedisServer redis)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + Patient);
        var server = connection.GetServer(connection.GetEndPoints()[0]);
        await server.ConfigSetAsync("rdbcompression", "no");
        await connection.GetDatabase().ExecuteAsync("SAVE");
        await connection.CloseAsync(allowCommandsToComplete: false);
    }

    // They are written to while they are read, and merged away.
    private static void SearchFiles(string directory, List<string> found, List<string> control)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                Search(file, bytes.ToArray(), found, control);
            }
            catch (IOException)
            {
                // Gone since.
            }
        }
    }

    private static void Search(string where, byte[] bytes, List<string> found, List<string> control)
    {
        if (bytes.AsSpan().IndexOf("step=2"u8) >= 0)
        {
            control.Add("step=2 in " + where);
        }

        foreach (var secret in (string[])[Password, Card, Email, "ann.typed", Address4, Address6, "Ω"])
        {
            if (secret.Length == 1 && Path.IsPathRooted(where))
            {
                // Two bytes are in any file of numbers.
                continue;
            }

            if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) is >= 0 and var at)
            {
                var start = Math.Max(0, at - 60);
                found.Add($"{secret} in {where}: {Encoding.UTF8.GetString(bytes.AsSpan(start, Math.Min(140, bytes.Length - start)))}");
            }
        }
    }
}
