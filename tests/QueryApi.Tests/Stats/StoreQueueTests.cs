using Analytics.QueryApi.Stats;
using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Stats;

public sealed class StoreQueueTests(Api api)
{
    private const string Short = "SELECT toInt64(sleep(0.05)) AS slept";
    private const string Long = "SELECT toInt64(sleep(3)) AS slept";

    [Fact]
    public async Task More_questions_than_may_run_wait_for_their_turn_and_are_all_answered()
    {
        var (store, network) = Queued(new() { MaxAtOnce = 2 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => store.QueryAsync<Row>(Short)));
        Assert.All(answers, answer => Assert.Equal(0, Assert.Single(answer).Slept));
        Assert.Equal((12, 2), (network.Requests, network.Most));
    }

    [Fact]
    public async Task A_question_with_too_many_before_it_or_too_long_a_wait_is_told_so()
    {
        var (store, network) = Queued(new() { MaxAtOnce = 1, MaxWaiting = 1, MaxWaitSeconds = 1 });
        var runs = store.QueryAsync<Row>(Long);
        var older = store.QueryAsync<Row>(Short);
        var newer = store.QueryAsync<Row>(Short);
        Assert.Equal("More than 1 questions wait.", (await Assert.ThrowsAsync<StoreBusyException>(() => older)).Message);
        Assert.Equal("There was no turn within 1 seconds.", (await Assert.ThrowsAsync<StoreBusyException>(() => newer)).Message);
        Assert.Single(await runs);
        Assert.Equal(1, network.Requests);
        Assert.Single(await store.QueryAsync<Row>(Short));
    }

    [Fact]
    public async Task The_newest_question_has_the_next_turn_and_then_the_oldest()
    {
        var (store, _) = Queued(new() { MaxAtOnce = 1 });
        var answered = new List<string>();
        var runs = store.QueryAsync<Row>(Long);
        var others = Enumerable.Range(1, 5).Select(i => AnswerAsync($"{i}")).ToList();
        await Task.WhenAll([runs, .. others]);
        Assert.Equal(["5", "1", "4", "2", "3"], answered);

        async Task AnswerAsync(string name)
        {
            await store.QueryAsync<Row>(Short);
            lock (answered)
            {
                answered.Add(name);
            }
        }
    }

    [Fact]
    public async Task An_old_question_has_its_turn_though_newer_ones_come_without_an_end()
    {
        var (store, _) = Queued(new() { MaxAtOnce = 1, MaxWaitSeconds = 5 });
        using var end = new CancellationTokenSource();
        var others = Enumerable.Range(0, 6).Select(_ => AskAsync()).ToList();
        var old = await store.QueryAsync<Row>(Short);
        await end.CancelAsync();
        await Task.WhenAll(others);
        Assert.Single(old);

        async Task AskAsync()
        {
            while (!end.IsCancellationRequested)
            {
                await store.QueryAsync<Row>(Short);
            }
        }
    }

    [Fact]
    public async Task Who_leaves_the_queue_makes_room_in_it()
    {
        var (store, network) = Queued(new() { MaxAtOnce = 1, MaxWaiting = 1 });
        var runs = store.QueryAsync<Row>(Long);
        using var leaving = new CancellationTokenSource();
        var leaves = store.QueryAsync<Row>(Short, ct: leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.Single(await store.QueryAsync<Row>(Short));
        Assert.Single(await runs);
        Assert.Equal(2, network.Requests);
    }

    [Fact]
    public async Task What_is_no_question_of_a_report_does_not_wait()
    {
        var (store, _) = Queued(new() { MaxAtOnce = 1, MaxWaiting = 0 });
        var runs = store.QueryAsync<Row>(Long);
        await using var stream = await store.OpenAsync("SELECT 1 FORMAT TabSeparated");
        using var text = new StreamReader(stream);
        Assert.Equal("1\n", await text.ReadToEndAsync());
        Assert.Single(await runs);
    }

    private (ClickHouse Store, Counting Network) Queued(QueryLimits limits)
    {
        var network = new Counting { InnerHandler = new SocketsHttpHandler() };
        return (new ClickHouse(new HttpClient(new StoreQueue(limits) { InnerHandler = network }), api.ClickHouse.Options), network);
    }

    private sealed record Row(long Slept);

    private sealed class Counting : DelegatingHandler
    {
        private int running;

        public int Requests { get; private set; }

        /// <summary>At a time.</summary>
        public int Most { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (this)
            {
                Requests++;
                Most = Math.Max(Most, ++running);
            }

            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                lock (this)
                {
                    running--;
                }
            }
        }
    }
}
