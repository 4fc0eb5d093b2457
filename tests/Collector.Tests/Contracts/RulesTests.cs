using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Analytics.TestKit;

namespace Analytics.Collector.Tests.Contracts;

/// <summary>The rules that all contracts share.</summary>
public sealed class RulesTests(Stores stores)
{
    private static readonly string[] Paths = ["collect", "api/events", "collect/batch"];

    public static TheoryData<string, string> NoJson()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in Paths)
        {
            foreach (var body in (string[])["", " ", "{\"type\":", "{]", "{\"a\":1}x", "nul", "'a'", "{\"type\":\"\u0001\"}", new string('[', 1000)])
            {
                data.Add(path, body);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(NoJson))]
    public async Task A_body_that_is_no_JSON_is_answered_400_with_a_problem(string path, string body)
    {
        using var response = await stores.Collector.Http.PostAsync(path, new StringContent(body));

        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
    }

    [Theory]
    [InlineData("collect", """{"websiteId":"w"}""", "'type' is missing")]
    [InlineData("collect", """{"type":5e5,"websiteId":["w"]}""", "'websiteId' must be a string")]
    [InlineData("collect", """{"type":"pageview","href":{}}""", "'href' must be a string")]
    [InlineData("collect", """{"type":"pageview","viewport":"wide"}""", "'viewport' must be a width and a height")]
    [InlineData("collect", """{"type":"pageview","viewport":{"width":"a","height":1}}""", "'viewport' must be a width and a height")]
    [InlineData("collect", """{"type":"pageview","timestamp":"yesterday"}""", "'timestamp' must be a time")]
    [InlineData("collect", """{"type":"custom","eventData":"x"}""", "'eventData' must be an object")]
    [InlineData("collect", "[]", "The body must be an object.")]
    [InlineData("collect", "1", "The body must be an object.")]
    [InlineData("api/events", """{"session_id":"s","event_type":7.5,"x":[]}""", "'x' must be a number")]
    [InlineData("api/events", """{"session_id":{},"event_type":"click"}""", "'session_id' must be a string")]
    [InlineData("api/events", "{}", "'event_type' is missing or longer than 120 characters")]
    [InlineData("api/events", """{"metadata":[]}""", "'metadata' must be an object")]
    [InlineData("api/events", """{"metadata":{"url":1e400,"screen":true}}""", "'metadata.screen' must be a width and a height")]
    [InlineData("api/events", """{"analytics":{}}""", "'analytics' must be an array")]
    [InlineData("collect/batch", """{"site":{}}""", "'site' must be a string")]
    [InlineData("collect/batch", """{"page":[]}""", "'page' must be an object")]
    [InlineData("collect/batch", """{"page":{"viewport":[1]}}""", "'page.viewport' must be a width and a height")]
    [InlineData("collect/batch", """{"events":{}}""", "'events' must be an array")]
    [InlineData("collect/batch", """{"points":{"move":[[1]]}}""", "'points.move' must hold arrays of three numbers")]
    [InlineData("collect/batch", """{"replay":{"events":"!"}}""", "'replay.events' must be an array, or one gzipped in base64")]
    public async Task A_field_of_the_wrong_type_is_named(string path, string body, string problem)
    {
        var answer = await stores.Collector.PostAsync(path, body);

        Assert.Equal((HttpStatusCode.BadRequest, problem), (answer.Status, answer.Detail));
        // For programs the same, under the field's path; a body that is wrong as a whole names none.
        Assert.Equal(problem.StartsWith('\'') ? [$"{problem.Split('\'')[1]}: {problem}"] : [], answer.Errors);
    }

    [Theory]
    [InlineData("collect/batch", """{"site":"SITE","sentAt":"0001-01-01T00:00:00Z","events":[{"name":"n","at":5}]}""", "sentAt")]
    [InlineData("collect/batch", """{"site":"SITE","page":{"at":"9999-12-31T23:59:59.999Z"},"events":[{"name":"n","at":5}]}""", "page.at")]
    [InlineData("collect", """{"type":"pageview","websiteId":"SITE","timestamp":"9999-12-31T23:59:59Z"}""", "timestamp")]
    public async Task The_ends_of_the_calendar_are_no_times(string path, string body, string field)
    {
        var answer = await stores.Collector.PostAsync(path, body.Replace("SITE", Stores.NewSite(), StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.BadRequest, $"'{field}' must be a time"), (answer.Status, answer.Detail));
    }

    [Theory]
    [InlineData("collect/batch", """{"site":"SITE","visitor":"v","session":"s","events":[{"name":"n","revenue":99999999999999.99999}]}""", "'revenue' must be an amount")]
    [InlineData("collect/batch", """{"site":"SITE","visitor":"v","session":"s","events":[{"name":"n","items":[{"sku":"s","price":"-1e14"}]}]}""", "'items.price' must be an amount")]
    [InlineData("api/track-behavior/", """{"site_id":"SITE","ecommerce_events":[{"event_type":"purchase","price":99999999999999,"quantity":1000000}]}""", "'ecommerce_events[0].price' must be an amount that can be sold that often")]
    public async Task An_amount_that_the_store_cannot_hold_is_refused(string path, string body, string reason)
    {
        var answer = await stores.Collector.PostAsync(path, body.Replace("SITE", Stores.NewSite(), StringComparison.Ordinal));

        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, answer.Body);
        Assert.Equal(reason, JsonDocument.Parse(answer.Body).RootElement.GetProperty("refused")[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("collect", """{"type":"pageview",ID}""")]
    [InlineData("collect/batch", """{ID,"events":[{"name":"pageview"}]}""")]
    [InlineData("api/events", """{"metadata":{ID},"analytics":[{"type":"pageview"}]}""")]
    [InlineData("api/events", """{"event_type":"page_view",ID}""")]
    [InlineData("api/track", """{"action_type":"page_visit",ID}""")]
    [InlineData("api/track-behavior/", """{ID,"navigationHistory":[["/",1763600005000]]}""")]
    [InlineData("api/activity/track", """{"activity_type":"page_view",ID}""")]
    public async Task Every_contract_knows_a_site_by_all_its_names(string path, string body)
    {
        var site = Stores.NewSite();
        string[] names = ["site_id", "websiteId", "website_id", "website", "site", "writeKey", "d"];
        foreach (var name in names)
        {
            var answer = await stores.Collector.PostAsync(path, body.Replace("ID", $"\"{name}\":\"{site}\"", StringComparison.Ordinal));
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, answer.Body);
        }

        var stored = await stores.StoredAsync(site, names.Length, "name");
        Assert.Equal(Enumerable.Repeat("pageview", names.Length), stored);
    }

    [Fact]
    public async Task A_batch_with_bad_events_stores_the_good_ones_and_names_the_others()
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync("collect/batch", $$"""
            {"site":"{{site}}","visitor":"v","session":"s","events":[
              {"name":"good"},{"name":5,"x":"a"},7,{},{"name":"bad","items":[1]},{"name":"also good","x":1e300,"y":-5,"scroll":250},{"name":"{{new string('n', 121)}}"}]}
            """);

        Assert.Equal(
            """{"accepted":2,"refused":[{"index":1,"reason":"'x' must be a number","field":"x"},{"index":2,"reason":"an event must be an object"},{"index":3,"reason":"'name' is missing","field":"name"},{"index":4,"reason":"'items' must be an array of objects","field":"items"},{"index":6,"reason":"'name' is longer than 120 characters","field":"name"}]}""",
            answer.Body);
        Assert.Equal(["also good|65535|0|100", "good|0|0|0"], await stores.StoredAsync(site, 2, "name x y scroll_depth"));
    }

    [Fact]
    public async Task A_second_arrival_of_a_request_is_accepted_and_not_stored()
    {
        var (first, second, third) = (Stores.NewSite(), Stores.NewSite(), Stores.NewSite());
        for (var time = 0; time < 2; time++)
        {
            await stores.Collector.PostAsync("collect/batch", $$"""{"site":"{{first}}","batch":"same","visitor":"v","session":"s","events":[{"name":"e"}]}""");
            await stores.Collector.PostAsync("collect", $$"""{"type":"pageview","websiteId":"{{second}}","visitorId":"v","sessionId":"s"}""", ("Idempotency-Key", "same"));
            await stores.Collector.PostAsync("api/events", $$"""{"metadata":{"websiteId":"{{third}}","sessionId":"s","batch":"same"},"analytics":[{"type":"click"}]}""");
            await Task.Delay(1_300);
        }

        Assert.Single(await stores.StoredAsync(first, 1, "name"));
        Assert.Single(await stores.StoredAsync(second, 1, "name"));
        Assert.Single(await stores.StoredAsync(third, 1, "name"));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot")]
    [InlineData("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "bot")]
    [InlineData("curl/8.14.1", null)]
    [InlineData("python-requests/2.32", null)]
    [InlineData("", null)]
    [InlineData(Posts.Browser, null)]
    public async Task Declared_crawlers_are_dropped_and_libraries_counted(string agent, string? dropped)
    {
        var answer = await stores.Collector.PostAsync(
            "collect", $$"""{"type":"pageview","websiteId":"{{Stores.NewSite()}}","visitorId":"v","sessionId":"s"}""", ("User-Agent", agent));

        Assert.Equal((HttpStatusCode.Accepted, dropped), (answer.Status, answer.Dropped));
        Assert.Equal(dropped is null ? 1 : 0, answer.Accepted);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Compressed_bodies_are_taken_within_limits(string encoding)
    {
        var site = Stores.NewSite();
        var good = await stores.Collector.PostAsync(
            "collect", Compress(encoding, Encoding.UTF8.GetBytes($$"""{"type":"pageview","websiteId":"{{site}}","visitorId":"v","sessionId":"s"}""")),
            ("Content-Encoding", encoding));
        var bomb = await stores.Collector.PostAsync("collect", Compress(encoding, new byte[64 << 20]), ("Content-Encoding", encoding));
        var broken = await stores.Collector.PostAsync("collect", "not compressed at all", ("Content-Encoding", encoding));

        Assert.Equal(
            (HttpStatusCode.Accepted, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest), (good.Status, bomb.Status, broken.Status));
        Assert.Equal(["pageview"], await stores.StoredAsync(site, 1, "name"));
    }

    [Fact]
    public async Task Deflate_without_its_frame_is_taken_as_some_clients_send_it()
    {
        var site = Stores.NewSite();
        using var output = new MemoryStream();
        using (var stream = new DeflateStream(output, CompressionLevel.Fastest))
        {
            stream.Write(Encoding.UTF8.GetBytes($$"""{"type":"pageview","websiteId":"{{site}}","visitorId":"v","sessionId":"s"}"""));
        }

        Assert.Equal(HttpStatusCode.Accepted, (await stores.Collector.PostAsync("collect", output.ToArray(), ("Content-Encoding", "deflate"))).Status);
        Assert.Equal(["pageview"], await stores.StoredAsync(site, 1, "name"));
    }

    [Theory]
    [InlineData("collect", 1, 8)]
    [InlineData("api/track", 1, 8)]
    [InlineData("collect/batch", 2, 16)]
    [InlineData("api/events", 2, 16)]
    public async Task Bodies_have_a_size_and_those_with_recordings_twice_that(string path, int mebibytes, int unpacked)
    {
        // Asks before it sends: otherwise the connection is closed while the client still writes, which may reach it before the answer does.
        var large = await stores.Collector.PostAsync(path, new string(' ', (mebibytes << 20) + 1), ("Expect", "100-continue"));
        var just = await stores.Collector.PostAsync(path, new string(' ', mebibytes << 20));
        var bomb = await stores.Collector.PostAsync(path, Compress("gzip", new byte[(unpacked << 20) + 1]), ("Content-Encoding", "gzip"));
        var packed = await stores.Collector.PostAsync(path, Compress("gzip", new byte[unpacked << 20]), ("Content-Encoding", "gzip"));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest), (large.Status, just.Status));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest), (bomb.Status, packed.Status));
        Assert.Equal(($"The body is larger than {mebibytes} MiB.", $"The body is larger than {unpacked} MiB."), (large.Detail, bomb.Detail));
    }

    /// <summary>Each event is stored with what the request says once of its page: some kilobytes became many megabytes.</summary>
    [Fact]
    public async Task A_small_body_does_not_become_a_large_one()
    {
        var site = Stores.NewSite();
        var (path, name) = (new string('€', 2_000), Stores.NewSite());
        string Body(int events) =>
            $$"""{"site":"{{site}}","visitor":"v","session":"s","page":{"url":"https://h/{{path}}?q={{path}}","referrer":"https://r/{{path}}"},"events":[{{string.Join(',', Enumerable.Repeat($$"""{"name":"{{name}}"}""", events))}}]}""";

        var many = await stores.Collector.PostAsync("collect/batch", Body(2_000));
        var fewer = await stores.Collector.PostAsync("collect/batch", Body(1_000));

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "The events are too many for one request, with what each says of its page."), (many.Status, many.Detail));
        Assert.Equal((HttpStatusCode.Accepted, 1_000), (fewer.Status, fewer.Accepted));
        Assert.Equal(1_000, (await stores.StoredAsync(site, 1_000, "name")).Length);
    }

    [Fact]
    public async Task Very_long_texts_full_of_addresses_take_no_long_time()
    {
        var site = Stores.NewSite();
        var text = new string('a', 10_000) + "://" + new string('a', 200_000);

        var answer = await stores.Collector.PostAsync(
            "collect", $$$"""{"type":"custom","eventName":"e","websiteId":"{{{site}}}","eventData":{"a":"{{{text}}}","b":{"c":["{{{text}}}"]}},"title":"{{{new string('@', 100_000)}}}"}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal(["2000|2000"], await stores.StoredAsync(site, 1, "length(props['a']) length(props['b'])"));
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_body_is_passed_over()
    {
        var site = Stores.NewSite();

        await stores.Collector.PostAsync("collect", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($$"""{"type":"pageview","websiteId":"{{site}}"}""")]);

        Assert.Equal(["pageview"], await stores.StoredAsync(site, 1, "name"));
    }

    /// <summary>Cookies of other origins go only where a contract keeps something in one.</summary>
    [Theory]
    [InlineData("collect", false)]
    [InlineData("collect/batch", false)]
    [InlineData("api/events", false)]
    [InlineData("api/track", true)]
    [InlineData("api/track-behavior/", true)]
    [InlineData("api/activity/track", true)]
    [InlineData("api/session/start", true)]
    [InlineData("api/session/end/s", false)]
    public async Task Credentials_are_allowed_where_they_are_needed(string path, bool allowed)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path) { Headers = { { "Origin", "https://shop.example" }, { "Access-Control-Request-Method", "POST" } } };
        using var asked = await stores.Collector.Http.SendAsync(preflight);
        var answer = await stores.Collector.PostAsync(path, "[", ("Origin", "https://shop.example"));

        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        string[] expected = allowed ? ["true"] : [];
        foreach (var headers in new[] { asked.Headers, answer.Headers })
        {
            Assert.Equal(expected, headers.TryGetValues("Access-Control-Allow-Credentials", out var values) ? values : []);
            Assert.Equal(["https://shop.example"], headers.GetValues("Access-Control-Allow-Origin"));
            Assert.Equal("Origin", headers.GetValues("Vary").Single());
        }
    }

    [Fact]
    public async Task Other_origins_may_send_and_preflights_are_answered()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "collect/batch");
        preflight.Headers.Add("Origin", "https://shop.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,idempotency-key");
        using var allowed = await stores.Collector.Http.SendAsync(preflight);
        var answer = await stores.Collector.PostAsync("collect", "{", ("Origin", "https://shop.example"));

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(["https://shop.example"], allowed.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["content-type,idempotency-key"], allowed.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.Equal(["86400"], allowed.Headers.GetValues("Access-Control-Max-Age"));
        Assert.Equal(["https://shop.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("POST", 400)]
    [InlineData("OPTIONS", 204)]
    public async Task An_origin_that_no_answer_can_carry_is_not_echoed(string method, int status)
    {
        // As no browser writes it: in UTF-8.
        var request = Encoding.UTF8.GetBytes(
            $"{method} /collect HTTP/1.1\r\nHost: h\r\nOrigin: https://bücher.example\r\nAccess-Control-Request-Headers: bücher\r\nContent-Length: 1\r\n\r\n[");

        Assert.Equal(status, await HostileRequests.SendAsync(stores.Collector.Http.BaseAddress!, request, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Old_times_are_taken_with_the_key_and_not_without()
    {
        var site = Stores.NewSite();
        string Body(string name) =>
            $$"""{"site":"{{site}}","visitor":"v","session":"s","sentAt":1600000000000,"page":{"at":1500000000000},"events":[{"name":"{{name}}","at":5}]}""";

        await stores.Collector.PostAsync("collect/batch", Body("kept"), ("X-Backfill", "true"), ("Authorization", "Bearer " + CollectorProcess.Key));
        var without = await stores.Collector.PostAsync("collect/batch", Body("no key"), ("X-Backfill", "true"));
        var wrong = await stores.Collector.PostAsync("collect/batch", Body("wrong key"), ("X-Backfill", "true"), ("X-Api-Key", "guess"));
        await stores.Collector.PostAsync("collect/batch", Body("ordinary"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (without.Status, wrong.Status));
        Assert.Equal("X-Backfill needs a valid API key.", wrong.Detail);
        Assert.Equal(
            ["kept|2017-07-14 02:40:00.005", "ordinary|today"],
            (await stores.StoredAsync(site, 2, "name if(toDate(timestamp)=today(),'today',toString(timestamp))")).Order());
    }

    [Fact]
    public async Task A_client_whose_clock_is_wrong_is_corrected_by_the_time_of_sending()
    {
        var site = Stores.NewSite();
        var wrong = DateTimeOffset.UtcNow.AddYears(-3).ToUnixTimeMilliseconds();

        await stores.Collector.PostAsync("collect/batch", $$"""
            {"site":"{{site}}","visitor":"v","session":"s","sentAt":{{wrong}},"page":{"at":{{wrong - 60_000}}},"events":[{"name":"a","at":0},{"name":"b","at":59000}]}
            """);

        Assert.Equal(["a|60", "b|1"], (await stores.StoredAsync(site, 2, "name round((now64(3)-timestamp)/1)"))
            .Select(line => line.Split('|') is [var name, var age] && double.Parse(age, CultureInfo.InvariantCulture) is var s
                ? $"{name}|{(s is >= 60 and < 75 ? 60 : s is >= 1 and < 16 ? 1 : s)}" : ""));
    }

    [Fact]
    public async Task An_address_is_stored_by_its_network_only()
    {
        var site = Stores.NewSite();
        var body = $$"""{"type":"pageview","websiteId":"{{site}}","visitorId":"v","sessionId":"s"}""";
        await stores.Collector.PostAsync("collect", body, ("X-Forwarded-For", "6.6.6.6, 203.0.113.77"));
        await stores.Collector.PostAsync("collect", body, ("X-Forwarded-For", "2001:db8:1:2:3:4:5:6"));

        Assert.Equal(["2001:db8:1::", "203.0.113.0"], (await stores.StoredAsync(site, 2, "ip")).Order());
    }

    [Fact]
    public async Task Visitors_and_sessions_are_made_where_a_contract_carries_none()
    {
        var site = Stores.NewSite();
        var body = $$"""{"type":"pageview","websiteId":"{{site}}"}""";
        await stores.Collector.PostAsync("collect", body, ("User-Agent", Posts.Browser));
        await stores.Collector.PostAsync("collect", body, ("User-Agent", Posts.Browser));
        await stores.Collector.PostAsync("collect", body, ("User-Agent", "another browser"));

        var stored = await stores.StoredAsync(site, 3, "visitor_id session_id");

        Assert.Equal(2, stored.Distinct().Count());
    }

    [Fact]
    public async Task A_site_that_nobody_registered_is_unknown_in_production()
    {
        var (connection, clickHouse) = await stores.NewDatabaseAsync();
        await new Storage.Sites(clickHouse).SaveAsync(
            new(Storage.Identifier.OfSite("shop"), "shop", "Shop", ["shop.example"], "UTC", DateTimeOffset.UtcNow), DateTimeOffset.UtcNow);
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        await using var collector = await CollectorProcess.StartAsync(redis.ConnectionString, connection, "Production");
        await Eventually.AnswersAsync(() => collector.PostAsync("collect", "{}"), answer => answer.Status == HttpStatusCode.BadRequest);

        async Task<string?> DropOf(string body, string origin = "null") => (await Eventually.AnswersAsync(
            () => collector.PostAsync("collect", body, ("Origin", origin)), answer => answer.Status == HttpStatusCode.Accepted)).Dropped;

        Assert.Equal("unknown_site", await DropOf("""{"type":"pageview","websiteId":"stranger","href":"http://stranger.example/"}"""));
        Assert.Equal("unknown_site", await DropOf("""{"type":"pageview","href":"http://stranger.example/"}"""));
        Assert.Null(await DropOf("""{"type":"pageview","websiteId":"SHOP"}"""));
        Assert.Null(await DropOf("""{"type":"pageview","href":"https://www.shop.example/"}"""));
        Assert.Null(await DropOf("""{"type":"pageview"}""", "https://shop.example"));
        Assert.Equal(HttpStatusCode.NotFound, (await collector.Http.GetAsync("demo/")).StatusCode);
    }

    [Fact]
    public async Task Without_Redis_requests_are_turned_away_and_health_says_so()
    {
        await using var redis = await RedisServer.StartAsync(RedisKind.Redis);
        await using var collector = await CollectorProcess.StartAsync(redis.ConnectionString, stores.ClickHouseConnection);
        var body = $$"""{"type":"pageview","websiteId":"{{Stores.NewSite()}}","visitorId":"v","sessionId":"s"}""";
        Assert.Equal(HttpStatusCode.Accepted, (await collector.PostAsync("collect", body)).Status);

        redis.Kill9();
        var away = await Eventually.AnswersAsync(
            () => collector.PostAsync("collect", body), answer => answer.Status == HttpStatusCode.ServiceUnavailable, seconds: 20);
        using var health = await collector.Http.GetAsync("health");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (away.Status, health.StatusCode));
        Assert.NotNull(away.Headers.RetryAfter);
    }

    [Fact]
    public async Task Strange_texts_are_stored_as_far_as_they_are_texts()
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync("collect/batch", $$$"""
            {"site":"{{{site}}}","visitor":"v","session":"s","page":{"title":"half \ud83d an emoji"},"events":[{"name":"a\u0000b\n","props":{"\ud83d":"x","":"y","k":"\udc00"}}]}
            """);

        Assert.Equal((HttpStatusCode.Accepted, 1), (answer.Status, answer.Accepted));
        Assert.Equal(["a\0b\n|half \ufffd an emoji|\ufffd"], await stores.StoredAsync(site, 1, "name title props['k']"));
    }

    [Theory]
    [InlineData("collect", """{"\ud800":1,"type":"pageview","websiteId":"SITE"}""")]
    [InlineData("collect", """{"ty\ud800":"\udc00","type":"pageview","websiteId":"SITE"}""")]
    [InlineData("api/events", """{"metadata":{"websiteId":"SITE"},"analytics":[{"type":"pageview"}],"replay":[{"type":2,"data":{"tagName":"i\ud83d","va\udc00":"value"}}]}""")]
    [InlineData("api/track", """{"site_id":"SITE","action_type":"page_visit","additional_data":"{\"\\ud83d\":\"\\\\ud83d\"}"}""")]
    public async Task Half_an_emoji_spoils_no_name(string path, string body)
    {
        var site = Stores.NewSite();

        var answer = await stores.Collector.PostAsync(path, body.Replace("SITE", site, StringComparison.Ordinal));

        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Accepted, answer.Body);
        Assert.Equal(["pageview"], await stores.StoredAsync(site, 1, "name"));
    }

    [Fact]
    public async Task A_body_that_is_not_UTF8_is_refused()
    {
        var answer = await stores.Collector.PostAsync("collect", [(byte)'"', 0xff, 0xfe, (byte)'"']);

        Assert.Equal((HttpStatusCode.BadRequest, "The body is not UTF-8."), (answer.Status, answer.Detail));
    }

    private static byte[] Compress(string encoding, byte[] plain)
    {
        using var output = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Fastest),
            "deflate" => new ZLibStream(output, CompressionLevel.Fastest),
            _ => new BrotliStream(output, CompressionLevel.Fastest),
        })
        {
            stream.Write(plain);
        }

        return output.ToArray();
    }
}
