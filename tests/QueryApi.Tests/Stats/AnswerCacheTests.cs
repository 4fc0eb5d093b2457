using Analytics.QueryApi.Stats;
using Analytics.Storage;
using Microsoft.Extensions.Options;

namespace Analytics.QueryApi.Tests.Stats;

/// <summary>On a database of its own, since another test's rows would be a change.</summary>
public sealed class AnswerCacheTests(Api api)
{
    private const string Count = "SELECT toInt64(count()) AS events FROM events WHERE path = {path:String}";

    [Fact]
    public async Task The_same_question_of_the_same_data_reaches_the_store_once()
    {
        var (_, cached, network) = await StoreAsync("answers_same");
        Assert.Equal(await AskAsync(cached, "/"), await AskAsync(cached, "/"));
        Assert.Equal(1, network.Requests);

        await AskAsync(cached, "/other");
        Assert.Equal(2, network.Requests);
    }

    [Fact]
    public async Task A_change_of_the_data_is_in_the_next_answer()
    {
        var (store, cached, _) = await StoreAsync("answers_change");
        Assert.Equal(0, await AskAsync(cached, "/"));

        await store.InsertAsync<EventRow>([new EventRow { SiteId = 1, Path = "/", Timestamp = Api.Now }]);
        Assert.Equal(1, await AskAsync(cached, "/"));

        await store.ExecuteAsync("ALTER TABLE events DELETE WHERE path = '/' SETTINGS mutations_sync = 2");
        Assert.Equal(0, await AskAsync(cached, "/"));

        // Another one: a block that was inserted before would not count.
        await store.InsertAsync<EventRow>([new EventRow { SiteId = 2, Path = "/", Timestamp = Api.Now }]);
        Assert.Equal(1, await AskAsync(cached, "/"));
        await store.ExecuteAsync("TRUNCATE TABLE events");
        Assert.Equal(0, await AskAsync(cached, "/"));
    }

    [Fact]
    public async Task What_asking_itself_writes_makes_no_answer_old_and_is_always_read_anew()
    {
        var (store, cached, network) = await StoreAsync("answers_audit");
        await AskAsync(cached, "/");
        Assert.Equal(0, await AuditedAsync());

        await store.InsertAsync<AuditRow>([new AuditRow
        {
            Time = Api.Now, KeyId = "k", KeyName = "", What = "sessions", Endpoint = "GET /", Sites = [], Subject = "",
        }]);
        await AskAsync(cached, "/");
        Assert.Equal(1, await AuditedAsync());
        Assert.Equal(3, network.Requests);

        async Task<long> AuditedAsync() => (await cached.QueryAsync<Row>("SELECT toInt64(count()) AS events FROM audit")).Single().Events;
    }

    [Fact]
    public async Task Values_too_long_for_an_address_make_the_same_question_again()
    {
        var (_, cached, network) = await StoreAsync("answers_long");
        var path = "/" + new string('a', 10_000);
        await AskAsync(cached, path);
        await AskAsync(cached, path);
        Assert.Equal(1, network.Requests);
    }

    [Fact]
    public async Task What_is_refused_is_not_kept()
    {
        var (_, cached, network) = await StoreAsync("answers_refused");
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<ClickHouseException>(() => cached.QueryAsync<Row>("SELECT toInt64(nothing) AS events"));
        }

        Assert.Equal(2, network.Requests);
    }

    [Fact]
    public async Task With_room_for_nothing_every_question_reaches_the_store()
    {
        var (_, cached, network) = await StoreAsync("answers_off", new() { MaxBytes = 0 });
        await AskAsync(cached, "/");
        await AskAsync(cached, "/");
        Assert.Equal(2, network.Requests);
    }

    private static async Task<long> AskAsync(ClickHouse store, string path) =>
        (await store.QueryAsync<Row>(Count, new Dictionary<string, object?> { ["path"] = path })).Single().Events;

    private async Task<(ClickHouse Store, ClickHouse Cached, Counting Network)> StoreAsync(string database, AnswerOptions? options = null)
    {
        var (_, store) = await api.WithDatabaseAsync(database);
        options ??= new() { VersionAge = TimeSpan.Zero };
        var address = new Uri(store.Options.Address, database).ToString();
        var network = new Counting { InnerHandler = new SocketsHttpHandler() };
        var answers = new AnswerCache(store, Options.Create(options), TimeProvider.System) { InnerHandler = network };
        return (store, new ClickHouse(new HttpClient(answers), ClickHouseOptions.Parse(address)), network);
    }

    private sealed record Row(long Events);

    private sealed class Counting : DelegatingHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
